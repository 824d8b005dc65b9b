/** What an answer quotes for programs that do not know replies: counted in code points, taken out only where it is whole. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withoutQuote, withQuote } from '../../electron/engine/quotes.ts';

test('what is written in front is what is taken out', () => {
  const words = fc
    .string({ unit: 'binary', minLength: 1, maxLength: 40 })
    .filter((each) => each.trim() === each);
  fc.assert(
    fc.property(words, words, (text, quoted) => {
      const { text: body, passage } = withQuote(text, quoted);
      expect(withoutQuote(body, [passage]).text).toBe(text);
    }),
    { numRuns: 50 },
  );
});

test('characters are code points (XEP-0426)', () => {
  const { text, passage } = withQuote('yes', '👩‍🚀🇩🇪 ok\nand more');
  expect(text).toBe('> 👩‍🚀🇩🇪 ok\n> and more\nyes');
  expect(passage).toEqual({ start: 0, end: 22 });
  expect(withoutQuote(text, [passage])).toEqual({ text: 'yes', quote: '👩‍🚀🇩🇪 ok\nand more' });
});

test('much is cut', () => {
  const { text } = withQuote('yes', Array.from({ length: 40 }, (_, at) => `line ${String(at)}`).join('\n'));
  expect(text.split('\n')).toHaveLength(8);
  expect(withQuote('yes', 'x'.repeat(5_000)).passage.end).toBeLessThan(310);
});

test.each([
  ['a part behind the end', '> a\nb', [{ start: 0, end: 99 }]],
  ['all of it', '> a\n', [{ start: 0, end: 4 }]],
  [
    'all of it, in parts',
    'ab',
    [
      { start: 0, end: 1 },
      { start: 1, end: 2 },
    ],
  ],
  ['nothing', 'words', []],
])('%s: everything is shown', (_name, text, passages) => {
  expect(withoutQuote(text, passages)).toEqual({ text });
});

test('many passages over a long text take no time', () => {
  const passages = Array.from({ length: 256 }, (_, at) => ({ start: at * 4, end: at * 4 + 2 }));
  expect(withoutQuote('x'.repeat(65_536), passages).text.length).toBe(65_536 - 512);
});

test('passages in any order, and over each other, are taken out once', () => {
  const passages = [
    { start: 4, end: 6 },
    { start: 0, end: 2 },
    { start: 1, end: 3 },
  ];
  expect(withoutQuote('abcdefgh', passages)).toEqual({ text: 'dgh', quote: 'abcef' });
});
