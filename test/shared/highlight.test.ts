import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rangesOf, snippetOf } from '../../shared/highlight.ts';
import { readQuery } from '../../shared/query.ts';

const marked = (text: string, query: string): string => {
  const { snippet, ranges } = snippetOf(text, readQuery(query).phrases);
  let [shown, at] = ['', 0];
  for (const [start, end] of ranges) {
    shown += `${snippet.slice(at, start)}[${snippet.slice(start, end)}]`;
    at = end;
  }
  return shown + snippet.slice(at);
};

test.each([
  ['Meet at the café, Zoë!', 'CAFE zo', 'Meet at the [café], [Zoë]!'],
  ['今日は東京タワーに', '東京', '今日は[東京]タワーに'],
  ['one two one three', '"one three"', 'one two [one three]'],
  ['waxwing wax', 'wax ', 'waxwing [wax]'],
  ['waxwing wax', 'wax', '[waxwing] [wax]'],
  ['Straße', 'strasse', '[Straße]'],
  ['👨‍👩‍👧 home', '👩', '👨‍[👩]‍👧 home'],
  ['שָׁלוֹם', 'שלום', '[שָׁלוֹם]'],
  ['nothing here', 'else', 'nothing here'],
  ['no question', '', 'no question'],
  ['first\nsecond\u2028third', 'third', 'first second [third]'],
  [
    `${'long before '.repeat(9)}found${' long after'.repeat(30)}`,
    'found',
    `…long before long before long before [found]${' long after'.repeat(12)} long a…`,
  ],
])('%s', (text, query, shown) => {
  const found = marked(text, query);
  // How much stands around it is a matter of taste; that it is there, and cut where it is long, is not.
  if (text.length > 200) expect(found).toMatch(/^…(long before )+\[found\]( long after)+.{0,11}…$/u);
  else expect(found).toBe(shown);
});

test('ranges are ascending, within the text and apart, whatever the text and the query', () => {
  const any = fc.string({ unit: 'binary', maxLength: 300 });
  fc.assert(
    fc.property(any, any, fc.nat(200), (text, query, cut) => {
      const { phrases } = readQuery(text.slice(cut, cut + 5) + query.slice(0, 3));
      const { snippet, ranges } = snippetOf(text, phrases);
      for (const [within, list] of [
        [text, rangesOf(text, phrases)],
        [snippet, ranges],
      ] as const) {
        let before = -1;
        for (const [start, end] of list) {
          expect(start).toBeGreaterThan(before);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(within.length);
          before = end;
        }
      }
      expect(snippet.length).toBeLessThan(190);
      if (text.isWellFormed()) expect(snippet.isWellFormed()).toBe(true);
      expect(snippet).not.toMatch(/[\n\r\u2028\u2029]/u);
    }),
  );
});
