/**
 * What an answer quotes of the message that it answers, in front of its own words, for programs that do not know
 * replies: written and taken out. Pure; counts code points as XEP-0426 says.
 */
import type { Passage } from '../xmpp/xep/xep0428.ts';

/** Of what is quoted: so many characters and lines are enough to know it again. */
const MOST = 300;
const MOST_LINES = 6;

/** Words in front of which something is quoted, and the part of them that is the quote. */
export function withQuote(text: string, quoted: string): { text: string; passage: Passage } {
  const characters = [...quoted.trim()];
  const cut = characters.length > MOST ? `${characters.slice(0, MOST).join('')}…` : characters.join('');
  const lines = cut.split(/\r\n?|\n/u);
  const shown = lines.length > MOST_LINES ? [...lines.slice(0, MOST_LINES), '…'] : lines;
  const quote = shown.map((line) => `> ${line}\n`).join('');
  return { text: quote + text, passage: { start: 0, end: [...quote].length } };
}

/**
 * The words without the parts that quote, and what those said. When nothing would be left, or a part reaches beyond the
 * end, it is no quote: all of it is shown.
 */
export function withoutQuote(
  text: string,
  passages: readonly Passage[] = [],
): { text: string; quote?: string } {
  if (passages.length === 0) return { text };
  const characters = [...text];
  if (passages.some(({ end }) => end > characters.length)) return { text };
  const quoted: string[] = [];
  const kept: string[] = [];
  let at = 0;
  for (const { start, end } of [...passages].sort((a, b) => a.start - b.start)) {
    kept.push(characters.slice(at, Math.max(at, start)).join(''));
    quoted.push(characters.slice(Math.max(at, start), end).join(''));
    at = Math.max(at, end);
  }
  const rest = [...kept, ...characters.slice(at)].join('').trim();
  if (rest === '') return { text };
  const quote = quoted
    .join('')
    .replace(/^[>»][ \t]?/gmu, '')
    .trim();
  return { text: rest, ...(quote !== '' && { quote: [...quote].slice(0, MOST + 1).join('') }) };
}
