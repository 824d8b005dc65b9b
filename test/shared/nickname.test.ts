/** What others want to be called stands where addresses stand: it must not be taken for one. */
import { expect, test } from 'vitest';
import { nicknameOf } from '../../shared/nickname.ts';

test.each([
  ['Ishmael', 'Ishmael'],
  ['  Anna \n\t Müller ', 'Anna Müller'],
  ['阿部 寛', '阿部 寛'],
  ['👩‍🚀', '👩‍🚀'],
  ['Bob\u202Egpj.exe', 'Bobgpj.exe'],
  ['A\u200Blice', 'Alice'],
  ['x'.repeat(500), 'x'.repeat(64)],
])('%j is shown as %j', (text, name) => {
  expect(nicknameOf(text)).toBe(name);
});

test.each([
  'alice@a.test',
  'Alice (alice@a.test)',
  'alice＠a.test',
  'alice﹫a.test',
  'al\u200Bice\u202E@a.test',
  'xmpp:alice',
  'MAILTO: x',
  '',
  ' \u2066\u2069 ',
  '...',
])('%j is no name', (text) => {
  expect(nicknameOf(text)).toBe('');
});
