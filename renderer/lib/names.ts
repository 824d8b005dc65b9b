/**
 * Names and addresses as others wrote them, made safe to show on one line. Changes only what is shown, never what
 * is compared or sent.
 */

/**
 * Characters that reorder, hide or break a line: C0 and C1 controls, bidirectional overrides and isolates, zero-width
 * spaces, line separators and the byte-order mark. Joiners (U+200C, U+200D) stay: scripts and emoji need them.
 */
const deceptive = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

const LONGEST_NAME = 64;
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** A name for display: no deceptive characters, spaces collapsed, at most 64 graphemes. Wrap it in `<bdi>` as well. */
export function safeName(text: string): string {
  // Cut before segmenting: a 10 kB name of combining marks is one long walk otherwise.
  const clean = text.slice(0, 1_024).replace(deceptive, '').replace(/\s+/gu, ' ').trim();
  if (clean.length <= LONGEST_NAME) return clean;
  const parts = [...graphemes.segment(clean)];
  if (parts.length <= LONGEST_NAME) return clean.slice(0, LONGEST_NAME * 8);
  const cut = parts.slice(0, LONGEST_NAME - 1).map((part) => part.segment);
  return `${cut.join('').slice(0, LONGEST_NAME * 8)}…`;
}

/** What to call an address: the roster's name, or the whole address, because a local part alone can be anybody's. */
export function displayName(name: string | undefined, address: string): string {
  return safeName(name ?? '') || safeName(address) || '?';
}

/** One or two letters that stand for somebody in an avatar. */
export function initials(name: string): string {
  const words = safeName(name)
    .split('@', 1)
    .join('')
    .split(/[\s._-]+/u)
    .filter((word) => /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(word));
  const [first, last] = [words[0], words.length > 1 ? words.at(-1) : undefined];
  return `${firstSign(first)}${firstSign(last)}`.toLocaleUpperCase() || '?';
}

/** The first letter, digit or emoji of a word, as one grapheme; punctuation before it is skipped. */
function firstSign(word: string | undefined): string {
  if (word === undefined) return '';
  for (const { segment } of graphemes.segment(word.slice(0, 64))) {
    if (/[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(segment)) return [...segment].slice(0, 8).join('');
  }
  return '';
}

/** The domain part of an address, or `undefined` when it has none. */
export function domainOf(address: string): string | undefined {
  const bare = address.trim().split('/', 1)[0] ?? '';
  const domain = bare.slice(bare.lastIndexOf('@') + 1);
  return domain === '' ? undefined : domain;
}
