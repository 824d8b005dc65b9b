/** The window's side of files: what the engine tells of them, and what a person has chosen and not sent. */
import { expect, test, vi } from 'vitest';
import type { FileRow } from '../../shared/contract.ts';
import { amountOf } from '../../renderer/lib/bytes.ts';
import type { Call } from '../../renderer/state/call.ts';
import { Refused } from '../../renderer/state/call.ts';
import { Files } from '../../renderer/state/files.svelte.ts';
import { Tray } from '../../renderer/state/tray.svelte.ts';

const row = (more: Partial<FileRow> = {}): FileRow => ({
  id: 1,
  account: 1,
  chat: 1,
  message: 10,
  isOutgoing: false,
  name: 'a.png',
  kind: 'image',
  state: 'offered',
  isRisky: false,
  ...more,
});

test('a page that is older than what was announced changes nothing', () => {
  const files = new Files();
  files.apply({ put: 'file', row: row({ state: 'here' }) }, 7);
  files.take([row()], 6);
  expect(files.of(10)).toEqual([row({ state: 'here' })]);
  files.take([row({ state: 'failed' })], 8);
  expect(files.of(10)).toEqual([row({ state: 'failed' })]);
});

test('how far a file is is forgotten when it is there, and the file with its message', () => {
  const files = new Files();
  files.apply({ put: 'file', row: row({ state: 'fetching' }) }, 1);
  files.apply({ put: 'transfer', file: 1, done: 5, total: 10 }, 2);
  expect(files.amountOf(1)).toEqual({ done: 5, total: 10 });
  files.apply({ put: 'file', row: row({ state: 'here' }) }, 3);
  expect(files.amountOf(1)).toBeUndefined();
  expect(files.pictures(1)).toHaveLength(1);
  expect(files.pictures(2)).toHaveLength(0);
  files.apply({ put: 'no-messages', chat: 1, upTo: 9 }, 4);
  expect(files.of(10)).toHaveLength(1);
  files.apply({ put: 'no-message', chat: 1, message: 10 }, 5);
  expect(files.of(10)).toEqual([]);
});

test('what scrolled by long ago is forgotten, what came last is not', () => {
  const files = new Files();
  const page = (from: number): FileRow[] =>
    Array.from({ length: 500 }, (_, at) => row({ id: from + at, message: from + at }));
  for (let from = 1; from < 5_000; from += 500) files.take(page(from), from);
  expect(files.of(1)).toEqual([]);
  expect(files.of(5_000)).toHaveLength(1);
  // Somebody scrolls back: these are the last ones now, and a page of others does not push them out.
  files.take(page(3_001), 6_000);
  for (let from = 6_001; from < 7_500; from += 500) files.take(page(from), from);
  expect(files.of(3_001)).toHaveLength(1);
  expect(files.of(4_501)).toEqual([]);
});

/** An engine that takes files, and remembers the calls. */
function engine(limit = 1_000): { call: Call; calls: [string, unknown][] } {
  const calls: [string, unknown][] = [];
  const call = vi.fn((name: string, input: unknown) => {
    calls.push([name, input]);
    if (name === 'files.limit') return Promise.resolve({ service: 'offered', limit });
    if (name === 'files.begin') return Promise.resolve({ handle: `h${String(calls.length)}` });
    return Promise.resolve({ message: 1 });
  });
  return { call: call, calls };
}

test('files are handed in one after the other, the caption behind the last', async () => {
  const { call, calls } = engine(1_000_000);
  const tray = new Tray(call, 3);
  await tray.add(1, [new File(['x'.repeat(300_000)], 'a.txt'), new File(['y'], 'b.txt')]);
  expect(tray.canSend).toBe(true);
  await tray.send('look');
  expect(tray.items).toEqual([]);
  expect(calls.map(([name]) => name)).toEqual([
    ...['files.limit', 'files.begin', 'files.write', 'files.write', 'files.send'],
    ...['files.begin', 'files.write', 'files.send'],
  ]);
  expect(calls[1]?.[1]).toEqual({ chat: 3, name: 'a.txt', size: 300_000 });
  expect(calls[4]?.[1]).toEqual({ handle: 'h2' });
  expect(calls[7]?.[1]).toEqual({ handle: 'h6', caption: 'look' });
});

test('one that is too large keeps everything here until it is taken out', async () => {
  const { call } = engine(10);
  const tray = new Tray(call, 3);
  await tray.add(1, [new File(['x'.repeat(11)], 'large.txt'), new File(['y'], 'b.txt')]);
  expect(tray.canSend).toBe(false);
  expect(tray.items.map((item) => tray.isTooLarge(item))).toEqual([true, false]);
  tray.remove(tray.items[0]?.id ?? 0);
  expect(tray.canSend).toBe(true);
});

test('at a refusal the rest stays', async () => {
  const { call } = engine();
  const tray = new Tray(
    ((name: string, input: never) =>
      name === 'files.begin'
        ? Promise.reject(new Refused('storage', 'full'))
        : call(name as never, input)) as Call,
    3,
  );
  await tray.add(1, [new File(['x'], 'a.txt'), new File(['y'], 'b.txt')]);
  await expect(tray.send('')).rejects.toThrow(Refused);
  expect(tray.items).toHaveLength(2);
  expect(tray.isSending).toBe(false);
});

test('amounts are told as people count them', () => {
  expect([0, 999, 1_500, 83_200, 148_300_000, 5e12].map((each) => amountOf(each, 'en-GB'))).toEqual([
    '0 bytes',
    '999 bytes',
    '1.5 kB',
    '83 kB',
    '148 MB',
    '5 TB',
  ]);
});
