/** Skin tones of emoji: as they are, and from the lightest to the darkest. */

export const tones = [0, 1, 2, 3, 4, 5] as const;
export type Tone = (typeof tones)[number];

const LIGHTEST = 0x1f3fb;
const BASE = /(\p{Emoji_Modifier_Base})\uFE0F?/gu;

/** An emoji with all its people in a tone; as it is for tone 0, and where nobody is in it. */
export function withTone(emoji: string, tone: Tone): string {
  if (tone === 0) return emoji;
  return emoji.replace(BASE, `$1${String.fromCodePoint(LIGHTEST + tone - 1)}`);
}
