/** The name of an emoji that is being typed between colons, and what becomes of it. Pure: the field is the component's. */

/** A colon that begins a word, and at least two characters of a name behind it: `8:30` and `:)` are none. */
const TYPED = /(?:^|[\s([{"'])(:([\p{L}\p{N}+][\p{L}\p{N}_+-]+|[+-]1?))$/u;
const WHOLE = /(?:^|[\s([{"'])(:([\p{L}\p{N}_+-]{2,}):)$/u;

export interface TypedCode {
  /** Where the colon is. */
  readonly start: number;
  readonly code: string;
  /** The second colon is there, too: exactly that one is meant. */
  readonly isWhole: boolean;
}

/** The code before the caret; `undefined` when none is being typed. */
export function codeBefore(text: string, caret: number): TypedCode | undefined {
  const before = text.slice(0, caret);
  const whole = WHOLE.exec(before);
  const [, typed, code] = whole ?? TYPED.exec(before) ?? [];
  if (typed === undefined || code === undefined) return undefined;
  return { start: caret - typed.length, code, isWhole: whole !== null };
}

/** The text with an emoji in a place of it, and where the caret is then. */
export function insertAt(
  text: string,
  emoji: string,
  { start, end }: { readonly start: number; readonly end: number },
): { readonly text: string; readonly caret: number } {
  return { text: text.slice(0, start) + emoji + text.slice(end), caret: start + emoji.length };
}
