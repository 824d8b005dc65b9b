/** Addresses: what is handed to other programs, where the page may go, what its session may load. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { externalUrl, isLoadable, isOwnPage } from '../../electron/shell/urls.ts';

describe('externalUrl', () => {
  test.each([
    ['https://example.org', 'https://example.org/'],
    ['HTTP://EXAMPLE.org:8080/a?b#c', 'http://example.org:8080/a?b#c'],
    ['https://bücher.example/', 'https://xn--bcher-kva.example/'],
    ['mailto:juliet@example.org?subject=hi', 'mailto:juliet@example.org?subject=hi'],
    ['xmpp:romeo@example.net?message', 'xmpp:romeo@example.net?message'],
  ])('opens %s', (address, expected) => {
    expect(externalUrl(address)).toBe(expected);
  });

  test.each([
    [''],
    ['example.org'],
    ['/etc/passwd'],
    ['file:///etc/passwd'],
    ['FILE:///etc/passwd'],
    ['javascript:alert(1)'],
    ['java\nscript:alert(1)'],
    ['data:text/html,hi'],
    ['blob:app://waxwing/1'],
    ['app://waxwing/'],
    ['vbscript:x'],
    ['smb://evil.example/share'],
    ['ms-msdt:/id'],
    ['search-ms:query=x'],
    ['tel:+123'],
    ['ssh://evil.example'],
    ['https:'],
    ['https://'],
    ['https://good.example@evil.example/'],
    ['https://user:password@evil.example/'],
    ['https://evil.example\\@good.example/'],
    ['https://evil.example/\n-x'],
    [' https://example.org'],
    ['https://example.org/\u202egpj.exe'],
    ['https://example.org/\u200b'],
    ['https://example.org/\0'],
    ['mailto:a@example.org?attach=/etc/passwd'],
    ['mailto:a@example.org?subject=x&Attachment=/etc/passwd'],
    [`https://example.org/${'a'.repeat(2_048)}`],
    ['--help'],
  ])('refuses %j', (address) => {
    expect(externalUrl(address)).toBeUndefined();
  });

  test('lets only its four schemes through, whatever the text, and is stable', () => {
    const address = fc.oneof(
      fc.webUrl(),
      fc.string(),
      fc
        .tuple(
          fc.constantFrom('file', 'https', 'mailto', 'javascript', 'xmpp'),
          fc.string({ unit: 'binary' }),
        )
        .map(([scheme, rest]) => `${scheme}:${rest}`),
    );
    fc.assert(
      fc.property(address, (text) => {
        const url = externalUrl(text);
        if (url === undefined) return;
        expect(url).toMatch(/^(https?:\/\/[^/@]+\/|mailto:|xmpp:)/u);
        expect(url).not.toMatch(/[\s\\\u0000-\u001f]/u);
        expect(externalUrl(url)).toBe(url);
      }),
    );
  });
});

test.each([
  ['app://waxwing/', true],
  ['app://waxwing/index.html', false],
  ['app://waxwing/?x', false],
  ['app://waxwing', false],
  ['app://waxwing.evil.example/', false],
  ['app://evil/', false],
  ['https://example.org/', false],
  ['file:///etc/passwd', false],
  ['about:blank', false],
])('isOwnPage(%s) is %s', (url, expected) => {
  expect(isOwnPage(url)).toBe(expected);
});

test.each([
  ['app://waxwing/assets/index.js', true],
  ['app://evil/index.js', false],
  ['app://waxwing.evil.example/', false],
  ['app://waxwing:80/', false],
  ['blob:app://waxwing/8f6c', true],
  ['blob:https://evil.example/8f6c', false],
  ['blob:null/8f6c', false],
  ['data:image/png;base64,AAAA', true],
  ['http://127.0.0.1/', false],
  ['https://example.org/', false],
  ['ws://example.org/', false],
  ['wss://example.org/', false],
  ['ftp://example.org/', false],
  ['file:///etc/passwd', false],
  ['chrome://gpu', false],
  ['devtools://devtools/bundled/x.js', false],
  ['nonsense', false],
])('a released window loads %s: %s', (url, expected) => {
  expect(isLoadable(url, true)).toBe(expected);
});

test('the developer tools load where nothing is released', () => {
  expect(isLoadable('devtools://devtools/bundled/x.js', false)).toBe(true);
  expect(isLoadable('https://example.org/', false)).toBe(false);
});
