/**
 * Finds people by a few typed letters: case, accents and the order of the words do not matter.
 */

/** A form for comparing only: lower case, no marks, compatibility forms folded. */
export function folded(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase().replace(/ß/gu, 'ss');
}

/**
 * How well a name and address answer a query: higher is better, 0 is not at all. The start of the name beats the
 * start of a word, which beats the start of the address, which beats the middle of anything.
 */
export function matchScore(query: string, name: string, address: string): number {
  const words = folded(query).split(/\s+/u).filter(Boolean);
  if (words.length === 0) return 1;
  const [inName, inAddress] = [folded(name), folded(address)];
  let score = Number.POSITIVE_INFINITY;
  for (const word of words) score = Math.min(score, wordScore(word, inName, inAddress));
  return score;
}

function wordScore(word: string, name: string, address: string): number {
  if (name.startsWith(word)) return 5;
  if (name.split(/[\s._@-]+/u).some((part) => part.startsWith(word))) return 4;
  if (address.startsWith(word)) return 3;
  if (name.includes(word)) return 2;
  return address.includes(word) ? 1 : 0;
}
