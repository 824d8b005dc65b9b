/**
 * Marks what a search found in text on the page, with the highlights of CSS: nothing is put into the text for it.
 * (CSS Custom Highlight API, https://drafts.csswg.org/css-highlight-api-1/)
 */
import { rangesOf } from '../../shared/highlight.ts';
import type { Phrase } from '../../shared/query.ts';

/** The name that `::highlight()` in the style knows. */
const NAME = 'found';

/** Marks the words of a query in an element. @returns the function that takes the marks away */
export function markFound(element: HTMLElement, phrases: readonly Phrase[]): () => void {
  const added: Range[] = [];
  const highlight = CSS.highlights.get(NAME) ?? new Highlight();
  CSS.highlights.set(NAME, highlight);
  const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const parts: { readonly node: Node; readonly start: number }[] = [];
  let whole = '';
  for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
    parts.push({ node, start: whole.length });
    whole += node.nodeValue ?? '';
  }
  for (const [start, end] of rangesOf(whole, phrases)) {
    const [from, to] = [placeOf(parts, start), placeOf(parts, end - 1)];
    if (from === undefined || to === undefined) continue;
    const range = new Range();
    range.setStart(from.node, start - from.start);
    range.setEnd(to.node, end - to.start);
    highlight.add(range);
    added.push(range);
  }
  return () => added.forEach((range) => highlight.delete(range));
}

function placeOf<T extends { readonly start: number }>(parts: readonly T[], at: number): T | undefined {
  return parts.findLast(({ start }) => start <= at);
}
