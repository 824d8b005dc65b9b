/** What of the log and of errors may be shown to others: numbers and our own words, and nothing in which somebody is named. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { reduceError, reduceEvent } from '../../shared/reduction.ts';

const AT = '2026-11-22T07:00:00.000Z';

test.each<[string, unknown, string]>([
  [
    'numbers, flags and our own words',
    { reason: 'oom', exitCode: 5, isError: true },
    'reason=oom exitCode=5 isError=true',
  ],
  ['no address, no host, no text', { address: 'ju…1a2b3c4d', host: 'capulet.example', words: 'O Romeo' }, ''],
  [
    'not even where a word of ours is expected',
    { reason: 'juliet@capulet.example', code: 'capulet.example' },
    '',
  ],
  ['no name of a key that was made up elsewhere', { 'juliet@capulet.example': 1, 'a b': 2 }, ''],
  ['nothing within', { list: ['juliet'], more: { name: 'juliet' } }, ''],
  [
    'versions that are versions',
    { waxwing: '0.1.0', electron: '45.4.1', version: 'of Juliet' },
    'waxwing=0.1.0 electron=45.4.1',
  ],
  [
    'of an error its kind and our files',
    {
      error:
        'TypeError: juliet@capulet.example is not a friend\n    at Romeo.juliet (file:///home/juliet/waxwing/dist/engine.js:10:20)\n    at node:internal/process:1:1',
    },
    'error=TypeError at engine.js:10:20',
  ],
  ['of an error that names itself', { error: 'juliet: Romeo' }, 'error=Error'],
])('%s', (_what, data, expected) => {
  expect(reduceEvent(AT, 'shell', 'page-gone', data)).toBe(
    `${AT} shell page-gone${expected === '' ? '' : ` ${expected}`}`,
  );
});

test('words that are none of ours stay behind as well', () => {
  expect(reduceEvent('juliet', 'O Romeo', 'juliet@capulet.example', undefined)).toBe('? ? ?');
});

test('nothing that anybody writes comes through, in whatever place', () => {
  const canary = 'Ĉu-juliet@capulet.example/balcony';
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (before, after, key) => {
      const text = `${before}${canary}${after}`;
      const line = reduceEvent(text, text, text, { [key]: text, error: text, reason: text, [text]: text });
      expect(line).not.toContain('juliet');
      expect(reduceError(`${text}\n    at ${text} (${text})`)).not.toContain('juliet');
    }),
  );
});
