/**
 * What may be a reaction: one emoji, or a few characters as some gateways send them. Says nothing about who reacts.
 */

/** The longest emoji sequences have about twenty code units; whoever puts marks upon marks into one wants to be seen. */
const LONGEST_EMOJI = 40;
const LONGEST_TEXT = 16;
/** More than this nobody feels at once: a whole set of one person. */
export const MOST_REACTIONS = 16;

const EMOJI = /\p{Emoji_Presentation}|\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20E3/u;
/** What an emoji may consist of: no letters, and of invisible characters only those that join and colour. */
const EMOJI_PARTS = /^[\p{Emoji}\p{Emoji_Component}\p{Extended_Pictographic}]+$/u;
/** Nothing invisible, nothing that turns the direction of what stands beside it, and no marks upon marks. */
const WORD = /^(?:[\p{L}\p{N}\p{P}\p{S}]\p{M}?)+$/u;
const TEXT_STYLE = '\uFE0E';
const EMOJI_STYLE = '\uFE0F';

let graphemes: Intl.Segmenter | undefined;

/**
 * The reaction that a text is, in the one way in which it is written here, so that equal ones compare equal (XEP-0444
 * #rules: what can be displayed as a single emoji); `undefined` for anything else.
 */
export function readReaction(text: string): string | undefined {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed.length > LONGEST_EMOJI) return undefined;
  if (EMOJI.test(trimmed) && EMOJI_PARTS.test(trimmed)) {
    return isSingle(trimmed) ? inEmojiStyle(trimmed) : undefined;
  }
  const word = trimmed.normalize('NFC');
  return word.length <= LONGEST_TEXT && WORD.test(word) ? word : undefined;
}

/** The set that these texts are: each once, in their order, and not more than anybody needs. */
export function readReactions(texts: Iterable<string>): string[] {
  const found = new Set<string>();
  for (const text of texts) {
    const reaction = readReaction(text);
    if (reaction !== undefined) found.add(reaction);
    if (found.size === MOST_REACTIONS) break;
  }
  return [...found];
}

function isSingle(text: string): boolean {
  graphemes ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  return [...graphemes.segment(text)].length === 1;
}

/** ❤ and ❤️ are one: a character that is also text is asked to be an emoji. */
function inEmojiStyle(text: string): string {
  const bare = text.replace(TEXT_STYLE, '');
  const isAlone = [...bare].length === 1;
  return isAlone && !/\p{Emoji_Presentation}/u.test(bare) ? bare + EMOJI_STYLE : bare;
}
