/** Where the words of a query stand in a text, and the line of it that shows them. Marks nothing itself. */
import type { Phrase } from './query.ts';
import { placedWords, type Range } from './words.ts';

/** A snippet in UTF-16 units, and how much of it comes before what was found. */
const LENGTH = 180;
const BEFORE = 40;
/** Of a longer text only this much is looked at: finding places costs more than finding words. */
const LOOKED_AT = 16_384;

/** The runs of a text that a query found, ascending, each of whole words and without overlap. */
export function rangesOf(text: string, phrases: readonly Phrase[]): Range[] {
  if (phrases.length === 0) return [];
  const placed = placedWords(text.slice(0, LOOKED_AT));
  const found: Range[] = [];
  for (const [index, { range }] of placed.entries()) {
    let end = -1;
    for (const { words, isPrefix } of phrases) {
      const last = words.length - 1;
      const fits = words.every((word, offset) => {
        const other = placed[index + offset]?.word;
        return offset === last && isPrefix ? other?.startsWith(word) : other === word;
      });
      if (fits) end = Math.max(end, placed[index + last]?.range[1] ?? -1);
    }
    if (end === -1) continue;
    const before = found.at(-1);
    if (before !== undefined && range[0] <= before[1]) {
      found[found.length - 1] = [before[0], Math.max(before[1], end)];
    } else found.push([range[0], end]);
  }
  return found;
}

/** The part of a text around the first thing found, on one line, with what to mark in it. */
export function snippetOf(text: string, phrases: readonly Phrase[]): { snippet: string; ranges: Range[] } {
  const ranges = rangesOf(text, phrases);
  const first = ranges[0]?.[0] ?? 0;
  let start = first <= BEFORE ? 0 : first - BEFORE;
  if (start > 0) {
    // At the beginning of a word, if one begins soon; never within a character.
    const space = text.slice(start, first).search(/\s\S/u);
    start += space === -1 ? 0 : space + 1;
    if (isTorn(text, start)) start += 1;
  }
  let end = Math.min(text.length, start + LENGTH);
  if (isTorn(text, end)) end -= 1;
  const [head, tail] = [start > 0 ? '…' : '', end < text.length ? '…' : ''];
  const shift = head.length - start;
  return {
    snippet: head + text.slice(start, end).replace(/[\s\u2028\u2029]/gu, ' ') + tail,
    ranges: ranges
      .filter((range) => range[0] < end)
      .map(([from, to]): Range => [from + shift, Math.min(to, end) + shift]),
  };
}

/** True between the two halves of a surrogate pair. */
function isTorn(text: string, at: number): boolean {
  return at > 0 && at < text.length && (text.codePointAt(at - 1) ?? 0) > 0xffff;
}
