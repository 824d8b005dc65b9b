/**
 * What a word is: for the search index, for a query and for what is highlighted, so that the three always agree.
 * Folds case, accents and forms that only look different; knows no query language and no database.
 *
 * SQLite's own tokenizer knows the letters of Unicode 6.1, keeps ß from ss, finds no emoji, and takes a Chinese sentence
 * for one word. So the words are made here, and the index only splits what it is given at spaces.
 */

/** Grows when the same text gives other words: an index made by an earlier number is made anew. */
export const WORDS_VERSION = 1;

/** Characters of one message that can be found, in UTF-16 units: far above what anybody types. */
export const SEARCHABLE = 100_000;

/**
 * Scripts that put no space between words, Korean (whose words carry their grammar at the end), and emoji: each
 * character is a word of its own, and what is typed together is found together.
 */
const SINGLE =
  '\\p{sc=Han}\\p{sc=Hira}\\p{sc=Kana}\\u30FC\\p{sc=Hang}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmr}\\p{sc=Mymr}\\p{ExtPict}\\p{RI}';
const isSingle = new RegExp(`^[${SINGLE}]`, 'v');
/** A word longer than this is several that follow each other: the index keeps no key of any length. */
const LONGEST = 64;
const words = new RegExp(
  `[[${SINGLE}]--\\p{M}--\\p{P}]\\p{M}*|[[\\p{L}\\p{N}\\p{M}]--[${SINGLE}]]{1,${String(LONGEST)}}`,
  'gv',
);
const plainWords = new RegExp(`[a-z0-9]{1,${String(LONGEST)}}`, 'g');

const plain = /^[\x00-\x7f]*$/;
/**
 * What makes no difference: accents (but not the voiced marks of kana, nor the vowels of Thai or Devanagari), the
 * points of Hebrew and Arabic, the kashida, joiners, soft hyphens, the colour of skin.
 */
const silent =
  /[[[\p{sc=Zinh}\p{sc=Hebr}\p{sc=Arab}]&&\p{M}]--[\u3099\u309A]]|[\u0640\u00AD\u200B-\u200F\u2060\u{1F3FB}-\u{1F3FF}]/gv;
/** Letters that Unicode does not take apart and people do. */
const letters: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ħ: 'h',
  ı: 'i',
  ł: 'l',
  þ: 'th',
  ς: 'σ',
};
const special = new RegExp(`[${Object.keys(letters).join('')}]`, 'gu');

/** The text as far as it makes a difference: "Café" and "CAFE" are one, and so are both ways to write an é. */
export function fold(text: string): string {
  if (plain.test(text)) return text.toLowerCase();
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(silent, '')
    .replace(special, (letter) => letters[letter] ?? letter)
    .normalize('NFC');
}

/** The words of a text, folded, in their order. */
export function wordsOf(text: string): string[] {
  return split(foldStart(text));
}

/** The part of a text that can be found, folded. */
export function foldStart(text: string): string {
  return fold(text.length > SEARCHABLE ? text.slice(0, SEARCHABLE) : text);
}

/** The words of a folded text. */
export function split(folded: string): string[] {
  return folded.match(plain.test(folded) ? plainWords : words) ?? [];
}

/** True for a character that is a word of its own, which no longer word goes on from. */
export function isWhole(word: string): boolean {
  return isSingle.test(word);
}

/** A run of a text, in UTF-16 units, `end` exclusive. */
export type Range = readonly [start: number, end: number];

/** A character with all that belongs to it; or a run of ASCII, which folds without changing its length. */
const units =
  /[\x00-\x7f]+(?!\p{M})|[\u1100-\u115F\uAC00-\uD7A3][\u1160-\u11FF]*\p{M}*|[^][\p{M}\uFF9E\uFF9F]*/gv;

/** The words of a text with the place of each. For what is shown: finding them costs more than `wordsOf`. */
export function placedWords(text: string): { readonly word: string; readonly range: Range }[] {
  let folded = '';
  const starts: number[] = [];
  const ends: number[] = [];
  for (const { 0: unit, index } of text.slice(0, SEARCHABLE).matchAll(units)) {
    const part = fold(unit);
    const isPlain = plain.test(unit);
    for (let at = 0; at < part.length; at += 1) {
      starts.push(isPlain ? index + at : index);
      ends.push(isPlain ? index + at + 1 : index + unit.length);
    }
    folded += part;
  }
  return Array.from(folded.matchAll(plain.test(folded) ? plainWords : words), ({ 0: word, index }) => ({
    word,
    range: [starts[index] ?? 0, ends[index + word.length - 1] ?? text.length],
  }));
}
