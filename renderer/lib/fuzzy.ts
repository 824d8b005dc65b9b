/** How well a few typed letters name something: for going somewhere fast, where a rough hit is better than none. Pure. */
import { folded } from './search.ts';

/** Longer texts are no names. */
const LONGEST = 256;
const apart = /[\s._@:/-]+/u;

/**
 * 100 for the start of the text, 80 for the starts of its words, 60 for something within it, less for letters in their
 * order, 0 for not at all. Case and accents do not matter. An empty query fits everything equally.
 */
export function fuzzyScore(query: string, text: string): number {
  const wanted = folded(query.slice(0, LONGEST)).split(/\s+/u).filter(Boolean);
  const inside = folded(text.slice(0, LONGEST));
  if (wanted.length === 0) return 1;
  if (inside.startsWith(wanted.join(' '))) return 100;
  const parts = inside.split(apart);
  if (wanted.every((word) => parts.some((part) => part.startsWith(word)))) return 80;
  if (wanted.every((word) => inside.includes(word))) return 60;
  return looseScore([...wanted.join('')], inside, parts);
}

/** Letters in their order, of which the first begins a word; the closer together, the better. */
function looseScore(letters: readonly string[], inside: string, parts: readonly string[]): number {
  const [first] = letters;
  if (letters.length < 2 || first === undefined || !parts.some((part) => part.startsWith(first))) return 0;
  let best = 0;
  for (let start = inside.indexOf(first); start !== -1; start = inside.indexOf(first, start + 1)) {
    if (start > 0 && !apart.test(inside[start - 1] ?? '')) continue;
    let at = start;
    for (const letter of letters.slice(1)) {
      at = at === -1 ? -1 : inside.indexOf(letter, at + 1);
    }
    if (at !== -1) best = Math.max(best, 40 - Math.min(39, at - start - letters.length + 1));
  }
  return best;
}

/** The best of several texts; each but the first, which is its name, counts for a little less. */
export function bestScore(query: string, texts: readonly string[]): number {
  return Math.max(0, ...texts.map((text, i) => fuzzyScore(query, text) * (i === 0 ? 1 : 0.9)));
}
