/** The number on the icon follows the chats. */
import { expect, test } from 'vitest';
import type { ChatRow, RoomRow } from '../../shared/contract.ts';
import { Unread } from '../../electron/shell/unread.ts';

const chat = (id: number, unread: number, more: Partial<ChatRow> = {}) => {
  const row: ChatRow = {
    id,
    account: 1,
    address: 'juliet@example.org',
    at: 0,
    unread,
    readUpTo: 0,
    draft: '',
    encryptionMode: 'automatic',
    encryption: 'unknown',
    isTyping: false,
    ...more,
  };
  return { put: 'chat', row } as const;
};

test('is the sum of all chats, and says so only when it is concerned', () => {
  const unread = new Unread();
  expect(unread.apply([{ put: 'profile', row: { state: 'open' } }], 0)).toBeUndefined();
  expect(unread.apply([chat(1, 2), chat(2, 3)], 0)).toBe(5);
  expect(unread.apply([chat(1, 2)], 0)).toBe(5);
  expect(unread.apply([chat(2, 0)], 0)).toBe(2);
  expect(unread.apply([{ put: 'no-chat', chat: 1 }], 0)).toBe(0);
});

test('leaves out what is muted or put away, and counts what is marked', () => {
  const unread = new Unread();
  expect(
    unread.apply([chat(1, 2, { mutedUntil: 10 }), chat(2, 3), chat(3, 4, { isArchived: true })], 9),
  ).toBe(3);
  expect(unread.apply([chat(2, 0, { isMarkedUnread: true })], 10)).toBe(3);
});

test('counts of a room what the person wants to be told of, from when they say so', () => {
  const unread = new Unread();
  const room = (notify: RoomRow['notify']) => {
    const row: RoomRow = {
      chat: 1,
      account: 1,
      address: 'coven@rooms.example.org',
      name: '',
      nick: 'me',
      state: 'in',
      subject: '',
      occupants: 1,
      role: 'participant',
      affiliation: 'none',
      notify,
      typing: [],
    };
    return { put: 'room', row } as const;
  };
  expect(unread.apply([chat(1, 5, { kind: 'room', mentions: 2 }), chat(2, 1), room('mentions')], 0)).toBe(3);
  expect(unread.apply([room('mentions')], 0)).toBeUndefined();
  expect(unread.apply([room('none')], 0)).toBe(1);
  expect(unread.apply([room('all')], 0)).toBe(6);
});
