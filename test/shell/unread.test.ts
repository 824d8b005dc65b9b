/** The number on the icon follows the chats. */
import { expect, test } from 'vitest';
import type { ChatRow } from '../../shared/contract.ts';
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
