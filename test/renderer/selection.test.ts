/** Picking messages, copying them as text, and finding those to whom they are forwarded. */
import { describe, expect, test } from 'vitest';
import type { ChatRow, ContactRow, MessageRow } from '../../shared/contract.ts';
import { copiedText } from '../../renderer/lib/copied.ts';
import { targetsFor } from '../../renderer/lib/targets.ts';
import { MOST, Selection } from '../../renderer/state/selection.svelte.ts';

const row = (id: number, more: Partial<MessageRow> = {}): MessageRow => ({
  id,
  account: 1,
  chat: 1,
  isOutgoing: false,
  sender: 'romeo@montague.example',
  text: `message ${String(id)}`,
  at: Date.UTC(2026, 0, 1, 12, id % 60),
  delivery: 'received',
  encryption: 'none',
  ...more,
});
const rows = Array.from({ length: 200 }, (_, index) => row(index + 1));
const picked = (selection: Selection): number[] => selection.rows.map(({ id }) => id);

describe('a selection', () => {
  test('grows and shrinks by one, by a range in either direction, and ends', () => {
    const selection = new Selection();
    selection.begin(row(5));
    selection.toggle(row(9));
    expect(picked(selection)).toEqual([5, 9]);
    selection.extend(row(7), rows);
    expect(picked(selection)).toEqual([5, 7, 8, 9]);
    selection.toggle(row(8));
    selection.extend(row(10), rows);
    expect(picked(selection)).toEqual([5, 7, 8, 9, 10]);
    selection.end();
    expect([selection.isOn, selection.size]).toEqual([false, 0]);
  });

  test('takes no more than one call takes', () => {
    const selection = new Selection();
    selection.begin(row(1));
    selection.extend(row(200), rows);
    expect(selection.size).toBe(MOST);
    selection.toggle(row(200));
    expect(selection.size).toBe(MOST);
  });

  test('follows what becomes of the messages', () => {
    const selection = new Selection();
    selection.begin(row(1));
    selection.extend(row(4), rows);
    selection.apply({ put: 'message', row: row(2, { text: 'changed' }) });
    selection.apply({ put: 'message', row: row(77) });
    selection.apply({ put: 'no-message', chat: 1, message: 3 });
    expect(selection.rows.map(({ text }) => text)).toEqual(['message 1', 'changed', 'message 4']);
    selection.apply({ put: 'no-messages', chat: 2 });
    selection.apply({ put: 'no-messages', chat: 1, upTo: 2 });
    expect(picked(selection)).toEqual([4]);
  });
});

test('one message is copied as its words, several with time and name, nothing of what cannot be read', () => {
  const name = ({ sender }: MessageRow): string => sender;
  expect(copiedText([row(1)], name, 'en-GB')).toBe('message 1');
  const unreadable = row(3, { unreadable: 'forged', text: '' });
  expect(copiedText([row(1), unreadable], name, 'en-GB')).toBe('message 1');
  expect(copiedText([row(1), row(2), unreadable], name, 'en-GB').split('\n')).toEqual([
    expect.stringMatching(/^\[01\/01\/2026, \d\d:01\] romeo@montague\.example: message 1$/u),
    expect.stringMatching(/^\[01\/01\/2026, \d\d:02\] romeo@montague\.example: message 2$/u),
  ]);
});

test('targets are the chats, then the contacts without one, each once, by words of name or address', () => {
  const chats = [
    { id: 7, account: 1, address: 'b@x.example' },
    { id: 8, account: 2, address: 'b@x.example' },
  ] as ChatRow[];
  const contacts = [
    { account: 1, address: 'b@x.example' },
    { account: 1, address: 'zoe@y.example' },
  ] as ContactRow[];
  const name = (_: number, address: string): string => (address.startsWith('zoe') ? 'Zoë Müller' : 'Bob');
  const found = (query: string): unknown[] =>
    targetsFor(query, chats, contacts, name).map(({ account, chat, address }) => [account, address, chat]);
  expect(found('')).toEqual([
    [1, 'b@x.example', 7],
    [2, 'b@x.example', 8],
    [1, 'zoe@y.example', undefined],
  ]);
  expect(found('mull zoe')).toEqual([[1, 'zoe@y.example', undefined]]);
  expect(found('x.ex')).toHaveLength(2);
  expect(found('nobody')).toEqual([]);
});
