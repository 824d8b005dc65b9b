import { describe, expect, test } from 'vitest';
import { insertAccount } from '../../electron/store/accounts.ts';
import { transaction, type Database } from '../../electron/store/database.ts';
import {
  acknowledge,
  chatsWithUnsent,
  countPending,
  enqueue,
  forgetPositions,
  nextUnsent,
  removeByMessage,
  removeRow,
  setComposed,
  setPosition,
  type OutboxRecord,
} from '../../electron/store/outbox.ts';
import type { BareJid } from '../../shared/jid.ts';
import { add, hostileTexts, juliet, temporaryDatabase, withChat } from './profile.ts';

function setUp(): { database: Database; account: number; chat: number; other: number; ids: number[] } {
  const database = temporaryDatabase();
  const { account, chat } = withChat(database);
  const other = insertAccount(database, { ...juliet, address: 'nurse@capulet.example' as BareJid });
  const ids = [1, 2, 3, 4].map((n) =>
    enqueue(database, { account, chat, stanza: `<message id='${String(n)}'/>` }),
  );
  enqueue(database, { account: other, stanza: '<presence/>' });
  return { database, account, chat, other, ids };
}

/** The entries of an account that have not left, in the order in which they leave. */
function listUnsent(database: Database, account: number, limit: number): OutboxRecord[] {
  const found: OutboxRecord[] = [];
  const undo = new Error('undo');
  const take = (chat: number | undefined): void => {
    for (let next = nextUnsent(database, account, chat); next; next = nextUnsent(database, account, chat)) {
      found.push(next);
      removeRow(database, next.id);
    }
  };
  const walk = (): never => {
    for (const chat of chatsWithUnsent(database, account)) take(chat);
    throw undo;
  };
  expect(() => transaction(database, walk)).toThrow(undo);
  return found.sort((a, b) => a.id - b.id).slice(0, limit);
}

describe('what has to leave', () => {
  test('comes back as it went in, in order', () => {
    const { database, account, chat, other, ids } = setUp();
    const { id: message } = add(database, { id: chat, account }, { isOutgoing: true, delivery: 'queued' });
    const last = enqueue(database, { account, chat, message });
    expect(listUnsent(database, account, 2)).toEqual([
      { id: ids[0], account, chat, stanza: `<message id='1'/>` },
      { id: ids[1], account, chat, stanza: `<message id='2'/>` },
    ]);
    expect(listUnsent(database, account, 99).map((each) => each.id)).toEqual([...ids, last]);
    expect(listUnsent(database, account, 99).at(-1)).toEqual({ id: last, account, chat, message });
    expect(listUnsent(database, other, 99)).toEqual([
      { id: expect.any(Number) as number, account: other, stanza: '<presence/>' },
    ]);
    expect([
      countPending(database, account),
      countPending(database, other),
      countPending(database, 999),
    ]).toEqual([5, 1, 0]);
  });

  test('takes a message once', () => {
    const { database, account, chat } = setUp();
    const { id: message } = add(database, { id: chat, account });
    enqueue(database, { account, chat, message });
    expect(() => enqueue(database, { account, chat, message })).toThrow('UNIQUE');
    expect(removeByMessage(database, message)).toBe(true);
    expect(removeByMessage(database, message)).toBe(false);
    enqueue(database, { account, chat, message });
  });

  test('never uses an id again', () => {
    const { database, account, ids } = setUp();
    const last = enqueue(database, { account });
    removeRow(database, last);
    for (const id of ids) removeRow(database, id);
    expect(listUnsent(database, account, 9)).toEqual([]);
    expect(enqueue(database, { account })).toBeGreaterThan(last);
  });

  test.each(hostileTexts)('takes any stanza (%#)', (text) => {
    const { database, account, ids } = setUp();
    setComposed(database, ids[0] ?? 0, text);
    expect(listUnsent(database, account, 1)[0]?.stanza).toBe(text);
  });
});

describe('acknowledgements', () => {
  test('take out what the server has, and nothing else', () => {
    const { database, account, chat, other, ids } = setUp();
    const [first = 0, second = 0, third = 0, fourth = 0] = ids;
    setPosition(database, first, 10);
    setPosition(database, second, 11);
    setPosition(database, third, 12);
    expect(listUnsent(database, account, 9).map((each) => each.id)).toEqual([fourth]);
    expect(acknowledge(database, account, 9)).toEqual([]);
    expect(acknowledge(database, other, 99)).toEqual([]);
    expect(acknowledge(database, account, 11)).toEqual([
      { id: first, account, chat, stanza: `<message id='1'/>`, position: 10 },
      { id: second, account, chat, stanza: `<message id='2'/>`, position: 11 },
    ]);
    expect(acknowledge(database, account, 11)).toEqual([]);
    // What has not left is not acknowledged, however far the server counts.
    expect(acknowledge(database, account, 2 ** 32).map((each) => each.id)).toEqual([third]);
    expect(countPending(database, account)).toBe(1);
  });

  test('that never came make everything leave again, the same as before and in order', () => {
    const { database, account, ids } = setUp();
    const before = listUnsent(database, account, 9);
    for (const [index, id] of ids.entries()) setPosition(database, id, index + 1);
    expect(listUnsent(database, account, 9)).toEqual([]);
    expect(acknowledge(database, account, 1).map((each) => each.id)).toEqual([ids[0]]);
    forgetPositions(database, account);
    expect(listUnsent(database, account, 9)).toEqual(before.slice(1));
    expect(acknowledge(database, account, 99)).toEqual([]);
  });
});
