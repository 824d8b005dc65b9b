/**
 * A rough estimate of how long a passphrase resists, shown as a hint. Never a gate beyond the contract's minimum of
 * eight characters: people know their own threat better than a meter does.
 */

export const SHORTEST_PASSPHRASE = 8;
/** For the screen alone: guesses cost time there, and it protects no file. */
export const SHORTEST_LOCK = 4;
export type Strength = 'too-short' | 'weak' | 'fair' | 'good' | 'strong';

const common =
  /^(?:pass(?:word|phrase|wort)?|qwert[yz]\w*|letmein|welcome|admin|waxwing|iloveyou|abc+123*|(\d)\1*)\W*\d*$/iu;

/** Bits counted by distinct characters and classes, with runs and repetitions worth little. */
export function passphraseStrength(text: string): Strength {
  const signs = [...text];
  if (signs.length < SHORTEST_PASSPHRASE) return 'too-short';
  if (common.test(text)) return 'weak';
  const pool =
    (/\p{Ll}/u.test(text) ? 26 : 0) +
    (/\p{Lu}/u.test(text) ? 26 : 0) +
    (/\d/u.test(text) ? 10 : 0) +
    (/[^\p{L}\d]/u.test(text) ? 20 : 0) +
    (/\p{Lo}/u.test(text) ? 200 : 0);
  let effective = 0;
  signs.forEach((sign, i) => {
    const step = (sign.codePointAt(0) ?? 0) - (signs[i - 1]?.codePointAt(0) ?? -99);
    const isPredictable = Math.abs(step) <= 1 || signs.indexOf(sign) < i - 12;
    effective += isPredictable ? 0.25 : 1;
  });
  const bits = Math.min(effective, new Set(signs).size * 2) * Math.log2(Math.max(pool, 2));
  return bits < 40 ? 'weak' : bits < 60 ? 'fair' : bits < 85 ? 'good' : 'strong';
}
