/** Moves the focus to a row of a long list, of which only a part is drawn. */
import { tick } from 'svelte';

/** A row that comes into being is measured before it can take the focus: a frame or two, more when much is going on. */
const MOST_FRAMES = 30;

/** @param scroller holds the rows; each names its place in `data-index` */
export async function focusRow(scroller: HTMLElement | undefined, index: number): Promise<void> {
  for (let frame = 0; frame < MOST_FRAMES; frame += 1) {
    await tick();
    const row = scroller?.querySelector<HTMLElement>(`[data-index="${String(index)}"]`);
    row?.focus();
    if (row !== null && row !== undefined && row === document.activeElement) return;
    await new Promise(requestAnimationFrame);
  }
}
