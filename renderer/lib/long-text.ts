/**
 * Keeps one long message from filling the screen and the layout engine.
 */

const LONGEST = 3_000;
const MOST_LINES = 40;

/** The beginning of a long text, or the text itself when it is short enough. */
export function shortened(text: string): string {
  let end = text.length > LONGEST * 1.2 ? LONGEST : text.length;
  let [lines, at] = [0, -1];
  while ((at = text.indexOf('\n', at + 1)) !== -1 && at < end) {
    lines += 1;
    if (lines === MOST_LINES) end = Math.min(end, at);
  }
  if (end >= text.length) return text;
  // Not through the middle of a surrogate pair.
  return text.slice(0, end).replace(/[\ud800-\udbff]$/u, '');
}
