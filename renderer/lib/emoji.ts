/**
 * Says whether a message is nothing but a few emoji, which are then shown large.
 */

const emojiOnly = /^\p{RGI_Emoji}(?:\s*\p{RGI_Emoji})*$/v;
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** @returns how many emoji the text is made of, 1–`most`; 0 for any other text. */
export function countEmojiOnly(text: string, most = 3): number {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed.length > most * 35 || !emojiOnly.test(trimmed)) return 0;
  let count = 0;
  for (const { segment } of graphemes.segment(trimmed)) if (segment.trim() !== '') count += 1;
  return count > most ? 0 : count;
}
