/**
 * What is measured inside the page of the long chat: each function is sent there whole, so it uses nothing from outside
 * of itself.
 */

/** What was seen while something went on. */
export interface Seen {
  /** Milliseconds from one frame to the next. */
  readonly frames: readonly number[];
  /** The largest distance between where a message was painted and where it should have been, in CSS pixels. */
  readonly drift: number;
  /** The most of the log that showed no message although there were some, in CSS pixels of its height. */
  readonly blank: number;
  /** Pixels that were scrolled. */
  readonly moved: number;
}

/** A photograph as a telephone makes them, as base64: shapes, shades and grain in every place. */
export async function paintPhoto({ index, width }: { index: number; width: number }): Promise<string> {
  const canvas = new OffscreenCanvas(width, (width * 3) / 4);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('there is no canvas');
  const shade = context.createLinearGradient(0, 0, width, canvas.height);
  shade.addColorStop(0, `hsl(${index * 37} 60% 40%)`);
  shade.addColorStop(1, `hsl(${index * 71} 70% 80%)`);
  context.fillStyle = shade;
  context.fillRect(0, 0, width, canvas.height);
  for (let grain = 0; grain < 20_000; grain += 1) {
    const at = (grain * 7919 + index * 104_729) % (width * canvas.height);
    context.fillStyle = `hsl(${grain % 360} 50% ${30 + (grain % 50)}% / 0.4)`;
    context.fillRect(at % width, at / width, 3 + (grain % 17), 3 + (grain % 13));
  }
  const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.85 });
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** Counts frames until `stopCounting`. */
export function startCounting(): void {
  const meter = { frames: [] as number[], isOver: false };
  Object.assign(globalThis, { meter });
  let last = performance.now();
  const onFrame = (now: number): void => {
    meter.frames.push(now - last);
    last = now;
    if (!meter.isOver) requestAnimationFrame(onFrame);
  };
  requestAnimationFrame(onFrame);
}

export function stopCounting(): number[] {
  const { meter } = globalThis as unknown as { meter: { frames: number[]; isOver: boolean } };
  meter.isOver = true;
  return meter.frames;
}

/** Scrolls as a wheel that is turned without rest: so many pixels in each frame, negative ones up. */
export async function scrollFar({ pixels, step }: { pixels: number; step: number }): Promise<Seen> {
  const log = document.querySelector<HTMLElement>('[role=log]');
  if (log === null) throw new Error('no chat is open');
  const nextFrame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
  /** Where the messages are that can be seen: the list hides what it has not measured yet. */
  const look = (): { tops: Map<string, number>; blank: number } => {
    const { top, bottom } = log.getBoundingClientRect();
    const tops = new Map<string, number>();
    let blank = bottom - top;
    for (const row of log.querySelectorAll<HTMLElement>('[data-message]')) {
      const item = row.closest<HTMLElement>('[style*="contain"]');
      if (item === null || item.style.visibility === 'hidden') continue;
      const box = item.getBoundingClientRect();
      if (box.bottom <= top || box.top >= bottom) continue;
      tops.set(row.dataset['message'] ?? '', row.getBoundingClientRect().top);
      blank -= Math.min(box.bottom, bottom) - Math.max(box.top, top);
    }
    return { tops, blank };
  };
  const frames: number[] = [];
  let [moved, drift, blank, idle] = [0, 0, 0, 0];
  let last = await nextFrame();
  while (moved < pixels && idle < 200) {
    const before = look().tops;
    const room = step < 0 ? log.scrollTop : log.scrollHeight - log.clientHeight - log.scrollTop;
    const distance = Math.sign(step) * Math.min(Math.abs(step), room);
    log.dispatchEvent(new WheelEvent('wheel', { deltaY: step }));
    log.scrollTop += distance;
    const now = await nextFrame();
    frames.push(now - last);
    last = now;
    const after = look();
    blank = Math.max(blank, after.blank);
    for (const [message, top] of after.tops) {
      const was = before.get(message);
      // A step may be lost when a page comes in between; then everything stands still, which nobody sees in a scroll.
      const moves = was === undefined ? [0] : [top - was + distance, top - was];
      drift = Math.max(drift, Math.min(...moves.map(Math.abs)));
    }
    moved += Math.abs(distance);
    idle = distance === 0 ? idle + 1 : 0;
  }
  return { frames, drift, blank, moved };
}

/** Where the first message stands that is seen whole, in CSS pixels below the upper edge of the log. */
export function firstInSight(): { readonly message: string; readonly top: number } | undefined {
  const log = document.querySelector<HTMLElement>('[role=log]');
  const { top, bottom } = log?.getBoundingClientRect() ?? { top: 0, bottom: 0 };
  return [...(log?.querySelectorAll<HTMLElement>('[data-message]') ?? [])]
    .map((row) => ({ message: row.dataset['message'] ?? '', top: row.getBoundingClientRect().top - top }))
    .filter((row) => row.top >= 0 && row.top < bottom - top)
    .sort((a, b) => a.top - b.top)[0];
}

/** Where a message stands now; nothing when it is not mounted. */
export function placeOf(message: string): number | undefined {
  const log = document.querySelector<HTMLElement>('[role=log]');
  const row = log?.querySelector<HTMLElement>(`[data-message="${message}"]`);
  return row && log ? row.getBoundingClientRect().top - log.getBoundingClientRect().top : undefined;
}
