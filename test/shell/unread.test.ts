/** The number on the icon follows the chats. */
import { expect, test } from 'vitest';
import type { ChatRow } from '../../shared/contract.ts';
import { Unread } from '../../electron/shell/unread.ts';

const chat = (id: number, unread: number) => {
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
  };
  return { put: 'chat', row } as const;
};

test('is the sum of all chats, and says so only when it is concerned', () => {
  const unread = new Unread();
  expect(unread.apply([{ put: 'profile', row: { state: 'open' } }])).toBeUndefined();
  expect(unread.apply([chat(1, 2), chat(2, 3)])).toBe(5);
  expect(unread.apply([chat(1, 2)])).toBe(5);
  expect(unread.apply([chat(2, 0)])).toBe(2);
  expect(unread.apply([{ put: 'no-chat', chat: 1 }])).toBe(0);
});
