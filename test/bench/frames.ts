/** How long the frames of a window take while something happens in it. */
import type { Page } from 'playwright-core';
import { sampleOf, type Row } from './table.ts';

export interface Frames {
  /** Milliseconds. */
  readonly longest: number;
  readonly percentile95: number;
}

const METER = `
  globalThis.frames = [];
  (() => {
    const mine = globalThis.frames;
    let last = performance.now();
    const onFrame = (now) => { if (mine !== globalThis.frames) return; mine.push(now - last); last = now; requestAnimationFrame(onFrame); };
    requestAnimationFrame(onFrame);
  })();`;

/** Measures while that is done. */
export async function framesWhile(page: Page, work: () => Promise<void>): Promise<Frames> {
  await page.evaluate(METER);
  await work();
  const frames = await page.evaluate<number[]>(
    '(() => { const all = frames; globalThis.frames = []; return all; })()',
  );
  const sorted = frames.toSorted((a, b) => a - b);
  return {
    longest: sorted.at(-1) ?? Number.NaN,
    percentile95: sorted[Math.floor(sorted.length * 0.95)] ?? Number.NaN,
  };
}

/** The same of the same window while nothing happens: what the machine does by itself. */
export async function framesAtRest(page: Page, milliseconds = 1_000): Promise<Frames> {
  return await framesWhile(page, () => page.waitForTimeout(milliseconds));
}

export function framesRow(when: string, frames: readonly Frames[], atRest: readonly Frames[]): Row {
  return {
    name: `longest frame ${when}`,
    unit: 'ms',
    ours: sampleOf(frames.map(({ longest }) => longest)),
    floor: { name: 'at rest', sample: sampleOf(atRest.map(({ longest }) => longest)) },
  };
}

/** On a machine that others use, too, a frame waits for them; the processor time of the longest task of the page does not. */
export function taskRow(when: string, tasks: readonly number[]): Row {
  return { name: `longest task of the page ${when}`, unit: 'ms of processor', ours: sampleOf(tasks) };
}
