/** Colours for code: roughly right, and nothing is lost. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { codeTokens } from '../../renderer/lib/code.ts';

const parts = (code: string, language: string): string[] =>
  codeTokens(code, language)
    .filter(({ part }) => part !== 'plain')
    .map(({ part, text }) => `${part} ${text}`);

test.each([
  ['const x = 1; // one', 'js', ['word const', 'number 1', 'comment // one']],
  ['print("a # b") # c', 'python', ['string "a # b"', 'comment # c']],
  ["SELECT 'it' -- x", 'sql', ['word SELECT', "string 'it'", 'comment -- x']],
  ['/* a\n*b */ return 0x1f', 'c', ['comment /* a\n*b */', 'word return', 'number 0x1f']],
  ['"unclosed\nif', 'go', ['string "unclosed', 'word if']],
  ['const x = 1', '', []],
])('%j in %s', (code, language, expected) => {
  expect(parts(code, language)).toEqual(expected);
});

test('nothing is lost or added', () => {
  const pieces = fc.constantFrom(
    '/*',
    '*/',
    '//',
    '#',
    '"',
    "'",
    '`',
    '\\',
    '\n',
    'if',
    ' ',
    '1',
    'é',
    '--',
    '🙂',
  );
  fc.assert(
    fc.property(
      fc.array(pieces, { maxLength: 40 }),
      fc.constantFrom('js', 'py', 'sql', ''),
      (list, language) => {
        const code = list.join('');
        expect(
          codeTokens(code, language)
            .map(({ text }) => text)
            .join(''),
        ).toBe(code);
      },
    ),
  );
});

test.each([
  '/*'.repeat(20_000),
  '"\\'.repeat(20_000),
  '*/'.repeat(20_000),
  "'".repeat(50_000),
  'a'.repeat(50_000),
])('stays linear', (code) => {
  expect(codeTokens(code, 'js').length).toBeGreaterThan(0);
});
