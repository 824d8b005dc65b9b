/**
 * What somebody would like to be called, as far as it may be shown in the place of their address. It stands where the
 * person looks to see who is speaking, so nothing passes that could be taken for an address or that plays with the line.
 */

/** Characters that reorder, hide or break a line; joiners stay, scripts and emoji need them (as in renderer/lib/names.ts). */
const DECEPTIVE = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;
const LONGEST = 64;

/** On one line and without tricks; empty for what is no name. */
export function nicknameOf(text: string): string {
  const line = text
    .slice(0, 1_024)
    .toWellFormed()
    .replace(/\s+/gu, ' ')
    .replace(DECEPTIVE, '')
    .replace(/ +/gu, ' ')
    .trim();
  const name = [...line].slice(0, LONGEST).join('').trim();
  return looksLikeAddress(name) || !/[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(name) ? '' : name;
}

/** True also when the signs only look like those of an address (full-width and small forms, by NFKC). */
function looksLikeAddress(name: string): boolean {
  const plain = name.normalize('NFKC').toLowerCase();
  return plain.includes('@') || /^\s*(?:xmpp|mailto)\s*:/u.test(plain);
}
