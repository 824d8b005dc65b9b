/**
 * The words and numbers that may stand in a session description, and how many there may be. What passes here can be
 * written into SDP, where a line break or a blank too many would be an instruction to the page's WebRTC (H68).
 */

/** How many of each are read; what comes after is left out, or the whole refused where that would change its meaning. */
export const LIMITS = {
  contents: 8,
  groups: 8,
  payloads: 64,
  parameters: 32,
  feedback: 16,
  extensions: 32,
  sources: 16,
  sourceParameters: 8,
  sourceGroups: 16,
  candidates: 50,
} as const;

/** A `token` of SDP (RFC 8866 §9). */
const TOKEN = /^[!#$%&'*+\-.^_`{|}~0-9A-Za-z]+$/;
/** Visible ASCII, with single blanks within. */
const TEXT = /^[!-~]+(?: [!-~]+)*$/;
const DIGITS = /^[0-9]{1,10}$/;
/** `ice-char` (RFC 8839 §5.1). */
const ICE = /^[A-Za-z0-9+/]+$/;

/** The text, if it is a token of at most so many characters. */
export function readToken(text: string | undefined, most = 64): string | undefined {
  return text !== undefined && text.length <= most && TOKEN.test(text) ? text : undefined;
}

/** The text, if it is visible ASCII of at most so many characters. */
export function readText(text: string | undefined, most = 256): string | undefined {
  return text !== undefined && text.length <= most && TEXT.test(text) ? text : undefined;
}

/** The text, if it consists of so many characters that ICE knows. */
export function readIceText(text: string | undefined, least: number, most: number): string | undefined {
  if (text === undefined || text.length < least || text.length > most) return undefined;
  return ICE.test(text) ? text : undefined;
}

/** The whole number, if it is one within these bounds, in decimal digits only. */
export function readNumber(text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined || !DIGITS.test(text)) return undefined;
  const number = Number(text);
  return number >= least && number <= most ? number : undefined;
}

/** The first so many results; what cannot be read is skipped. */
export function readSome<T, R>(
  list: readonly T[],
  most: number,
  read: (each: T) => R | undefined,
): readonly R[] {
  const found: R[] = [];
  for (const each of list) {
    if (found.length === most) break;
    const value = read(each);
    if (value !== undefined) found.push(value);
  }
  return found;
}

/** The list without what has the same key as something before it. */
export function distinct<T>(list: readonly T[], keyOf: (each: T) => unknown): readonly T[] {
  const seen = new Set<unknown>();
  return list.filter((each) => {
    const key = keyOf(each);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
