/**
 * Names, addresses and previews as others wrote them, made safe to show on one line. Changes only what is shown, never
 * what is compared or sent.
 */

/**
 * Characters that reorder, hide or break a line: C0 and C1 controls, bidirectional overrides and isolates, zero-width
 * spaces, line separators and the byte-order mark. Joiners (U+200C, U+200D) stay: scripts and emoji need them.
 */
const deceptive = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/** More marks on one letter than any script needs: they only cover the lines around. */
const piledMarks = /(\p{M}{4})\p{M}+/gu;

const LONGEST_NAME = 64;
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Text of others on one line: no deceptive characters, spaces collapsed, at most so many graphemes. */
export function safeLine(text: string, most: number): string {
  // Cut before segmenting: a 10 kB name of combining marks is one long walk otherwise.
  const clean = text
    .slice(0, most * 16)
    .replace(/\s+/gu, ' ')
    .replace(deceptive, '')
    .replace(piledMarks, '$1')
    .trim();
  if (clean.length <= most) return clean;
  const parts = [...graphemes.segment(clean)];
  if (parts.length <= most) return clean;
  const kept = parts.slice(0, most - 1).map((part) => part.segment);
  return `${kept.join('')}…`;
}

/** A name for display, at most 64 graphemes. Wrap it in `<bdi>` as well. */
export function safeName(text: string): string {
  return safeLine(text, LONGEST_NAME);
}

/** What somebody calls themselves; empty when it could be taken for an address. The engine has looked at it before. */
export function calledName(called: string | undefined): string {
  const name = safeName(called ?? '');
  return name.normalize('NFKC').includes('@') ? '' : name;
}

/** What to call an address: the roster's name, or the whole address, because a local part alone can be anybody's. */
export function displayName(name: string | undefined, address: string): string {
  return safeName(name ?? '') || safeName(address) || '?';
}

/** One or two letters that stand for somebody in an avatar. */
export function initials(name: string): string {
  const words = (safeName(name).split('@', 1)[0] ?? '')
    .split(/[\s._-]+/u)
    .map(firstSign)
    .filter(Boolean);
  const [first = '', last = ''] = [words[0], words.length > 1 ? words.at(-1) : undefined];
  return `${first}${last}`.toLocaleUpperCase() || '?';
}

/** The first letter (without marks), digit or emoji of a word; punctuation before it is skipped. */
function firstSign(word: string): string {
  for (const { segment } of graphemes.segment(word.slice(0, 64))) {
    if (/\p{Extended_Pictographic}/u.test(segment)) return [...segment].slice(0, 10).join('');
    const letter = /[\p{L}\p{N}]/u.exec(segment.normalize('NFC'));
    if (letter) return letter[0];
  }
  return '';
}

/** The domain part of an address, or `undefined` when it has none. */
export function domainOf(address: string): string | undefined {
  const bare = address.trim().split('/', 1)[0] ?? '';
  const domain = bare.slice(bare.lastIndexOf('@') + 1);
  return domain === '' ? undefined : domain;
}

/** What stands for one of one's own accounts in an avatar: local part and first label of the domain. */
export function accountName(address: string): string {
  return `${address.split('@', 1).join()} ${(domainOf(address) ?? '').split('.', 1).join()}`;
}

/** Short labels that still tell addresses apart: the local part, the domain when local parts are the same, or all. */
export function shortLabels(addresses: readonly string[]): Map<string, string> {
  const local = (address: string): string =>
    address.slice(0, Math.max(0, address.lastIndexOf('@'))) || address;
  const choices = [local, (address: string): string => domainOf(address) ?? address];
  const choose = choices.find((label) => new Set(addresses.map(label)).size === addresses.length);
  return new Map(addresses.map((address) => [address, safeName(choose?.(address) ?? address)]));
}

/** A device by the name that its owner gave it, which is somebody else's text, and by its number. */
export function deviceName({
  device,
  label,
}: {
  readonly device: number;
  readonly label?: string | undefined;
}): string {
  const name = label === undefined ? '' : safeLine(label, 40);
  return name === '' ? String(device) : `${name}, ${String(device)}`;
}
