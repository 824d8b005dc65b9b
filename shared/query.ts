/**
 * Reads what somebody types into a search field: words, "phrases" and filters such as `from:anna`. Every text is a
 * query; nothing typed is ever an error. Asks no database.
 */
import { isWhole, wordsOf } from './words.ts';

/** Words that follow each other. */
export interface Phrase {
  readonly words: readonly string[];
  /** The last of them may go on: "wax" finds "waxwing". */
  readonly isPrefix: boolean;
}

export const filterNames = ['from', 'in', 'after', 'before', 'has'] as const;
export type FilterName = (typeof filterNames)[number];

export interface TypedFilter {
  readonly name: FilterName;
  readonly value: string;
  /** As it stands in the text. */
  readonly typed: string;
}

/** Shorter words are meant as they stand, unless they are still being typed. */
const INFLECTED = 4;
/** More words than anybody types make no better question. */
const MOST = 24;

const quotes = '"“”„«»‟';
const part = new RegExp(
  `([a-z]+):(?:[${quotes}]([^${quotes}]*)[${quotes}]?|([^\\s${quotes}]+))(?=\\s|$)|[${quotes}]([^${quotes}]*)([${quotes}]|$)|[^\\s${quotes}]+`,
  'giu',
);

/** What the text asks for. A word that is still being typed, the last one, may be the beginning of a longer one. */
export function readQuery(text: string): {
  readonly phrases: readonly Phrase[];
  readonly filters: readonly TypedFilter[];
} {
  const phrases: Phrase[] = [];
  const filters: TypedFilter[] = [];
  for (const match of text.matchAll(part)) {
    const [typed, key, quotedValue, value, quoted, closing] = match;
    const name = filterNames.find((each) => each === key?.toLowerCase());
    if (name !== undefined) {
      filters.push({ name, value: quotedValue ?? value ?? '', typed });
      continue;
    }
    const words = wordsOf(quoted ?? typed);
    const last = words.at(-1);
    if (last === undefined) continue;
    const isAtEnd = match.index + typed.length === text.length;
    const isOpen = closing === undefined ? isAtEnd : closing === '';
    const isPrefix = !isWhole(last) && (isOpen || (quoted === undefined && last.length >= INFLECTED));
    phrases.push({ words, isPrefix });
  }
  return { phrases: phrases.slice(0, MOST), filters };
}
