/** What a message says in one line of a list or a notification: without marks of styling, and not what it covers. */
import { actionOf } from './action.ts';
import { wordsOf } from './styling.ts';

export interface Said {
  readonly text: string;
  readonly isUnstyled?: true | undefined;
  readonly spoiler?: string | undefined;
}

/** Stands for words that are covered, in any language. */
const COVER = '▒▒▒▒▒';
/** A preview looks at no more of a text, in UTF-16 units. */
const LOOKED_AT = 2_000;

/** @param name the author's, for what somebody does instead of saying it */
export function previewOf({ text, isUnstyled, spoiler }: Said, name: string): string {
  // XEP-0382 #rules: the content only upon the person's request, the hint before it.
  if (spoiler !== undefined) return spoiler === '' ? COVER : `${spoiler} ${COVER}`;
  const begun = text.slice(0, LOOKED_AT);
  const action = actionOf(begun);
  const words = isUnstyled === true ? (action ?? begun) : wordsOf(action ?? begun);
  return action === undefined ? words : `* ${name} ${words}`;
}
