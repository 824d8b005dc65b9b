/** A name that is being typed behind an "@", and what becomes of it. Pure: the field is the component's. */

/** An "@" that begins a word; names may have a space in them, and are short while they are typed. */
const TYPED = /(?:^|[\s([{"'])@([^\s@][^@\n]{0,31}|)$/u;

export interface TypedMention {
  /** Where the "@" is. */
  readonly start: number;
  readonly name: string;
}

/** The mention before the caret; `undefined` when none is being typed. */
export function mentionBefore(text: string, caret: number): TypedMention | undefined {
  const name = TYPED.exec(text.slice(0, caret))?.[1];
  return name === undefined ? undefined : { start: caret - name.length - 1, name };
}

/** What is put in the place of it: the name as others know it, which is how they are told that they are meant. */
export function mentionText(nick: string, start: number): string {
  return start === 0 ? `${nick}: ` : `${nick} `;
}
