/** Formatting what is selected in the composer: what comes out is what Message Styling reads as that. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatFor, formats, formatted, type Format, type Selected } from '../../renderer/lib/formatting.ts';
import { blocksOf } from '../../shared/styling.ts';

/** A text with the selection between brackets. */
function selected(text: string): Selected {
  const start = text.indexOf('[');
  return { text: text.replace(/[[\]]/gu, ''), start, end: text.indexOf(']') - 1 };
}
const shown = ({ text, start, end }: Selected): string =>
  `${text.slice(0, start)}[${text.slice(start, end)}]${text.slice(end)}`;

describe('formatting', () => {
  test.each<[Format, string, string]>([
    ['strong', 'a [word] b', 'a *[word]* b'],
    ['strong', 'a *[word]* b', 'a [word] b'],
    ['emphasis', 'a[ word ]b', 'a _[word]_ b'],
    ['strike', '[]', '~[]~'],
    ['code', 'x [y]', 'x `[y]`'],
    ['code', '[a\nb]', '```\n[a\nb]\n```'],
    ['code', 'x [a\nb] y', 'x \n```\n[a\nb]\n```\n y'],
    ['strong', '[a\nb]', '[a\nb]'],
    ['quote', 'one\nt[w]o\nthree', 'one\n[> two]\nthree'],
    ['quote', 'one[\n]two', '[> one\n> two]'],
    ['quote', '[> one\n> two]', '[one\ntwo]'],
    ['quote', 'wo[]rd', '> word[]'],
  ])('%s: %j', (format, before, after) => {
    expect(shown(formatted(selected(before), format))).toBe(after);
  });

  test('makes a span of a word, and nothing of it is lost', () => {
    const word = fc.stringMatching(/^[a-zé]{1,8}$/u);
    fc.assert(
      fc.property(word, word, fc.constantFrom('strong', 'emphasis', 'strike', 'code'), (one, two, format) => {
        const { text } = formatted(
          { text: `${one} ${two}`, start: one.length + 1, end: one.length + 1 + two.length },
          format,
        );
        const [block] = blocksOf(text);
        expect(block?.kind === 'text' && block.spans.at(-1)?.kind).toBe(format);
        expect(text.replace(/[*_~`]/gu, '')).toBe(`${one} ${two}`);
      }),
    );
  });
});

test('keys', () => {
  const press = (key: string, more: Partial<KeyboardEvent> = {}): Format | undefined =>
    formatFor({ key, ctrlKey: true, metaKey: false, altKey: false, shiftKey: false, ...more });
  expect([press('b'), press('i'), press('X', { shiftKey: true }), press('C', { shiftKey: true })]).toEqual(
    formats.slice(0, 4),
  );
  expect([press('b', { ctrlKey: false }), press('b', { altKey: true }), press('x'), press('c')]).toEqual(
    [1, 2, 3, 4].map(() => undefined),
  );
});
