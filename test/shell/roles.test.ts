/** What further windows show, by their address and by the file that keeps them. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MOST_WINDOWS, pageOf, readWindows, writeWindows } from '../../electron/shell/roles.ts';
import type { WindowRole } from '../../shared/contract.ts';
import { readRole } from '../../renderer/lib/role.ts';

const id = fc.integer({ min: 1, max: 999_999_999_999_999 });
const role: fc.Arbitrary<WindowRole> = fc.oneof(
  fc.record({ chat: id }),
  fc.record({ chat: id, picture: fc.record({ message: id, file: id }) }),
);
const place = { x: 10, y: 20, width: 500, height: 600, isMaximized: false };

it('the page reads in its address what the shell wrote there', () => {
  fc.assert(
    fc.property(role, (one) => {
      const page = new URL(pageOf(one));
      expect(page.href).toBe(pageOf(one));
      expect(`${page.protocol}//${page.host}${page.pathname}`).toBe('app://waxwing/');
      expect(readRole(page.hash)).toEqual(one);
    }),
  );
});

it.each([
  '',
  '#',
  '#chat=',
  '#chat=0',
  '#chat=-1',
  '#chat=1e3',
  '#chat=1&file=2',
  '#chat=1&message=2',
  '#chat=1&message=2&file=x',
  '#chat=1&message=2&file=3&more=4',
  '#chat=9999999999999999',
  '#CHAT=1',
  '#settings',
])('any other address is the window of everything: %s', (hash) => {
  expect(readRole(hash)).toBeUndefined();
});

it('windows are kept, and come back', () => {
  const windows = [
    { role: { chat: 1 }, place },
    { role: { chat: 2, picture: { message: 3, file: 4 } }, place: { ...place, isMaximized: true } },
  ];
  expect(readWindows(writeWindows(windows))).toEqual(windows);
});

it.each([
  '',
  'null',
  '{}',
  '[null, 1, "x", {}]',
  '[{"chat": "1"}, {"chat": -1}, {"chat": 1.5}, {"chat": 1, "picture": 5}]',
  '[{"chat": 1, "picture": {"message": 1, "file": "../../etc/passwd"}}]',
])('a file that makes no sense opens nothing: %s', (text) => {
  expect(readWindows(text)).toEqual([]);
});

it('never opens more than a screen holds', () => {
  const many = Array.from({ length: 500 }, (_, chat) => ({ role: { chat: chat + 1 }, place }));
  expect(readWindows(writeWindows(many))).toHaveLength(MOST_WINDOWS);
});
