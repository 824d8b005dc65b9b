import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { insertAccount } from '../../electron/store/accounts.ts';
import { openChat } from '../../electron/store/chats.ts';
import { prepare, transaction, type Database } from '../../electron/store/database.ts';
import {
  deleteMessage,
  findByArchiveId,
  findByOriginId,
  findByStanzaId,
  getMessage,
  insertMessage,
  pageAround,
  pageMessages,
  setDelivery,
  setEncryption,
  setIds,
  toRow,
  type MessageRecord,
} from '../../electron/store/messages.ts';
import { enqueue, countPending } from '../../electron/store/outbox.ts';
import { messageSchema } from '../../shared/contract.ts';
import { parse } from 'valibot';
import type { BareJid } from '../../shared/jid.ts';
import { add, hostileTexts, juliet, temporaryDatabase, withChat } from './profile.ts';

const AT = 1_700_000_000_000;
const mallory = 'mallory@evil.example';

function setUp(): {
  database: Database;
  chat: { id: number; account: number };
  other: { id: number; account: number };
} {
  const database = temporaryDatabase();
  const { account, chat } = withChat(database);
  const second = insertAccount(database, { ...juliet, address: 'nurse@capulet.example' as BareJid });
  const other = openChat(database, second, 'romeo@montague.example', 1_000).chat;
  return { database, chat: { id: chat, account }, other };
}

describe('a message', () => {
  test('comes back as it went in', () => {
    const { database, chat } = setUp();
    const full = {
      account: chat.account,
      chat: chat.id,
      isOutgoing: true,
      sender: 'juliet@capulet.example',
      text: 'Wherefore art thou?',
      at: AT,
      delivery: 'failed',
      failure: { code: 'item-not-found', detail: 'no such person' },
      encryption: 'omemo',
      device: 0x7fff_ffff,
      trust: 'blind',
      unreadable: 'no-session',
      stanzaId: 'stanza',
      originId: 'origin',
      archiveId: 'archive',
    } as const;
    const inserted = insertMessage(database, full);
    expect(inserted).toEqual({ ...full, id: AT * 1_000 });
    expect(getMessage(database, inserted.id)).toEqual(inserted);
    const bare = add(database, chat);
    expect(getMessage(database, bare.id)).toEqual(bare);
    expect(Object.keys(bare)).not.toContain('failure');
    expect(getMessage(database, 1)).toBeUndefined();
  });

  test.each(hostileTexts)('is only text (%#)', (text) => {
    const { database, chat } = setUp();
    const message = add(database, chat, {
      text,
      sender: text,
      stanzaId: text,
      originId: text,
      archiveId: text,
      isOutgoing: true,
      delivery: 'failed',
      failure: { code: text, detail: text },
    });
    expect(getMessage(database, message.id)).toEqual(message);
    expect(message.text).toBe(text);
    expect(findByArchiveId(database, chat.account, text)).toEqual(message);
    expect(findByOriginId(database, chat.id, text, text)).toEqual(message);
    expect(findByStanzaId(database, chat.id, text, { isOutgoing: true })).toEqual(message);
    expect(pageMessages(database, chat.id, { limit: 5 }).messages).toEqual([message]);
  });

  test('with half of a surrogate pair is stored without it', () => {
    const { database, chat } = setUp();
    const { id } = add(database, chat, { text: 'a\ud800b' });
    expect(getMessage(database, id)?.text).toBe('a\uFFFDb');
  });

  test('leaves the engine without its ids of the wire', () => {
    const { database, chat } = setUp();
    const message = add(database, chat, { stanzaId: 's', originId: 'o', archiveId: 'a', trust: 'verified' });
    const row = toRow(message);
    expect(parse(messageSchema, row)).toEqual(row);
    const { stanzaId: _s, originId: _o, archiveId: _a, ...rest } = message;
    expect(row).toEqual(rest);
  });

  test('is readable whatever its columns hold', () => {
    const { database, chat } = setUp();
    const { id } = add(database, chat);
    prepare<[number]>(
      database,
      `UPDATE messages SET delivery = 'lost', failure = '[', encryption = '', trust = 'yes', unreadable = 'why'
       WHERE id = ?`,
    ).run(id);
    const message = getMessage(database, id);
    expect(message).toMatchObject({
      delivery: 'received',
      failure: { code: 'unknown' },
      encryption: 'none',
      trust: 'undecided',
      unreadable: 'malformed',
    });
    if (message !== undefined) parse(messageSchema, toRow(message));
    prepare<[number]>(database, 'UPDATE messages SET is_outgoing = 1 WHERE id = ?').run(id);
    expect(getMessage(database, id)?.delivery).toBe('failed');
  });
});

describe('ids', () => {
  test('are unique in the profile, keep the order of time, and that of arrival within a millisecond', () => {
    const { database, chat, other } = setUp();
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.boolean()), { maxLength: 40 }),
        (list) => {
          prepare(database, 'DELETE FROM messages').run();
          const added = transaction(database, () =>
            list.map(([offset, isOther]) => add(database, isOther ? other : chat, { at: AT + offset })),
          );
          expect(new Set(added.map((each) => each.id)).size).toBe(list.length);
          expect(added.map((each) => each.at)).toEqual(list.map(([offset]) => AT + offset));
          for (const [first, second] of pairs(added)) {
            if (first.at === second.at) expect(first.id).toBeLessThan(second.id);
            if (first.at < second.at) expect(first.id).toBeLessThan(second.id);
          }
        },
      ),
    );
  });

  test('of more messages than a millisecond has microseconds flow over into the next', () => {
    const { database, chat } = setUp();
    const later = add(database, chat, { at: AT + 1 });
    const ids = transaction(database, () =>
      Array.from({ length: 2_500 }, () => add(database, chat, { at: AT }).id),
    );
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(new Set([...ids, later.id]).size).toBe(2_501);
    expect(ids[999]).toBe(AT * 1_000 + 999);
    expect(ids[1_000]).toBe((AT + 1) * 1_000 + 1);
    expect(getMessage(database, ids[2_499] ?? 0)?.at).toBe(AT + 2);
  });

  test.each([0, -1, -1e300, 0.5, NaN, Infinity, -Infinity, 1e300, Number.MAX_SAFE_INTEGER])(
    'survive the time stamp %d',
    (at) => {
      const { database, chat } = setUp();
      const messages = [add(database, chat, { at }), add(database, chat, { at })];
      for (const { id } of messages) {
        expect(Number.isSafeInteger(id)).toBe(true);
        expect(id).toBeGreaterThan(0);
      }
      expect(pageMessages(database, chat.id, { limit: 5 }).messages).toEqual(messages);
    },
  );
});

describe('what may exist once', () => {
  test('an archive id in an account', () => {
    const { database, chat, other } = setUp();
    const first = add(database, chat, { archiveId: 'a' });
    const elsewhere = add(database, other, { archiveId: 'a' });
    expect(() => add(database, chat, { archiveId: 'a' })).toThrow('UNIQUE');
    expect(findByArchiveId(database, chat.account, 'a')).toEqual(first);
    expect(findByArchiveId(database, other.account, 'a')).toEqual(elsewhere);
    expect(findByArchiveId(database, chat.account, 'b')).toBeUndefined();
  });

  test('an origin id of a sender: Mallory cannot take somebody else’s', () => {
    const { database, chat } = setUp();
    const forged = add(database, chat, { originId: 'o', sender: mallory });
    const genuine = add(database, chat, { originId: 'o' });
    expect(() => add(database, chat, { originId: 'o' })).toThrow('UNIQUE');
    expect(findByOriginId(database, chat.id, 'romeo@montague.example', 'o')).toEqual(genuine);
    expect(findByOriginId(database, chat.id, mallory, 'o')).toEqual(forged);
  });

  test('nothing needs an id', () => {
    const { database, chat } = setUp();
    expect([add(database, chat), add(database, chat)]).toHaveLength(2);
  });
});

test('of several with one stanza id the newest in that direction is found', () => {
  const { database, chat, other } = setUp();
  const found = (isOutgoing: boolean): number | undefined =>
    findByStanzaId(database, chat.id, 's', { isOutgoing })?.id;
  add(database, other, { stanzaId: 's', isOutgoing: true });
  expect(found(true)).toBeUndefined();
  const newest = add(database, chat, { stanzaId: 's', isOutgoing: true, at: AT + 5 });
  add(database, chat, { stanzaId: 's', isOutgoing: true, at: AT + 1 });
  expect(found(false)).toBeUndefined();
  // An incoming message with the id of ours, however new, is not ours.
  const echo = add(database, chat, { stanzaId: 's', sender: mallory, at: AT + 9 });
  expect([found(true), found(false)]).toEqual([newest.id, echo.id]);
});

describe('pages', () => {
  test('put together are the chat, whatever their size and direction', () => {
    const { database, chat, other } = setUp();
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 1, max: 5 }), (count, limit) => {
        prepare(database, 'DELETE FROM messages').run();
        const all = transaction(database, () =>
          Array.from({ length: count }, (_, index) => {
            add(database, other, { at: AT + index });
            return add(database, chat, { at: AT + index });
          }),
        );
        expect(backward(database, chat.id, limit)).toEqual(all);
        expect(forward(database, chat.id, limit)).toEqual(all);
      }),
    );
  });

  test('are exclusive at both ends and say whether there is more', () => {
    const { database, chat } = setUp();
    const [a, b, c, d] = [0, 1, 2, 3].map((index) => add(database, chat, { at: AT + index }));
    if (a === undefined || b === undefined || c === undefined || d === undefined) throw new Error('four');
    const page = (options: { before?: number; after?: number; limit: number }): unknown =>
      pageMessages(database, chat.id, options);
    expect(page({ limit: 2 })).toEqual({ messages: [c, d], hasMore: true });
    expect(page({ limit: 4 })).toEqual({ messages: [a, b, c, d], hasMore: false });
    expect(page({ before: c.id, limit: 2 })).toEqual({ messages: [a, b], hasMore: false });
    expect(page({ before: c.id, limit: 1 })).toEqual({ messages: [b], hasMore: true });
    expect(page({ before: a.id, limit: 1 })).toEqual({ messages: [], hasMore: false });
    expect(page({ after: b.id, limit: 1 })).toEqual({ messages: [c], hasMore: true });
    expect(page({ after: b.id, limit: 2 })).toEqual({ messages: [c, d], hasMore: false });
    expect(page({ after: d.id, limit: 1 })).toEqual({ messages: [], hasMore: false });
    expect(page({ after: a.id, before: d.id, limit: 1 })).toEqual({ messages: [c], hasMore: true });
    expect(page({ after: a.id, before: d.id, limit: 9 })).toEqual({ messages: [b, c], hasMore: false });
    // A page may start at a message that is gone.
    deleteMessage(database, c.id);
    expect(page({ before: c.id, limit: 1 })).toEqual({ messages: [b], hasMore: true });
    expect(pageMessages(database, 999, { limit: 5 })).toEqual({ messages: [], hasMore: false });
  });

  test('are read by index, without sorting', () => {
    const { database } = setUp();
    const plan = prepare(
      database,
      'EXPLAIN QUERY PLAN SELECT * FROM messages WHERE chat = ? AND id > ? AND id < ? ORDER BY id DESC LIMIT ?',
    ).all(1, 1, 1, 1) as { detail: string }[];
    expect(plan.map((each) => each.detail)).toEqual([
      expect.stringMatching(/^SEARCH messages USING INDEX messages_by_chat/),
    ]);
  });
});

describe('changes', () => {
  test('of delivery replace or forget the failure', () => {
    const { database, chat } = setUp();
    const { id } = add(database, chat, { isOutgoing: true, delivery: 'queued' });
    setDelivery(database, id, 'failed', { code: 'forbidden' });
    expect(getMessage(database, id)).toMatchObject({ delivery: 'failed', failure: { code: 'forbidden' } });
    setDelivery(database, id, 'queued');
    expect(getMessage(database, id)?.delivery).toBe('queued');
    expect(getMessage(database, id)?.failure).toBeUndefined();
  });

  test('of ids keep the ones that are not given', () => {
    const { database, chat } = setUp();
    const { id } = add(database, chat, { stanzaId: 's' });
    setIds(database, id, { archiveId: 'a' });
    setIds(database, id, { originId: 'o' });
    setIds(database, id, {});
    expect(getMessage(database, id)).toMatchObject({ stanzaId: 's', originId: 'o', archiveId: 'a' });
    const second = add(database, chat);
    expect(() => setIds(database, second.id, { archiveId: 'a' })).toThrow('UNIQUE');
  });

  test('of encryption', () => {
    const { database, chat } = setUp();
    const { id } = add(database, chat);
    setEncryption(database, id, 'omemo');
    expect(getMessage(database, id)?.encryption).toBe('omemo');
  });

  test('deletion takes along what would be sent', () => {
    const { database, chat } = setUp();
    const { id } = add(database, chat);
    enqueue(database, { account: chat.account, chat: chat.id, message: id });
    expect(deleteMessage(database, id)).toBe(true);
    expect(deleteMessage(database, id)).toBe(false);
    expect(countPending(database, chat.account)).toBe(0);
  });
});

function* pairs(list: MessageRecord[]): Generator<[MessageRecord, MessageRecord]> {
  for (const [index, first] of list.entries()) {
    for (const second of list.slice(index + 1))
      yield first.at <= second.at ? [first, second] : [second, first];
  }
}

function backward(database: Database, chat: number, limit: number): MessageRecord[] {
  const found: MessageRecord[] = [];
  for (;;) {
    const page = pageMessages(database, chat, { limit, ...(found[0] && { before: found[0].id }) });
    found.unshift(...page.messages);
    if (!page.hasMore) return found;
    expect(found.length, 'a page that never ends').toBeLessThan(100);
    expect(page.messages).toHaveLength(limit);
  }
}

function forward(database: Database, chat: number, limit: number): MessageRecord[] {
  const found: MessageRecord[] = [];
  for (;;) {
    const page = pageMessages(database, chat, { limit, after: found.at(-1)?.id ?? 0 });
    found.push(...page.messages);
    if (!page.hasMore) return found;
    expect(found.length, 'a page that never ends').toBeLessThan(100);
    expect(page.messages).toHaveLength(limit);
  }
}

test('a page around a place has both sides of it, whether or not a message is there', () => {
  const { database, chat, other } = setUp();
  const all = Array.from({ length: 9 }, (_, index) => {
    add(database, other, { at: AT + index });
    return add(database, chat, { at: AT + index });
  });
  const around = (place: number, limit: number): unknown => {
    const { messages, hasMore, hasNewer } = pageAround(database, chat.id, { around: place, limit });
    return {
      at: messages.map((message) => all.indexOf(all.find(({ id }) => id === message.id) ?? message)),
      hasMore,
      hasNewer,
    };
  };
  const id = all[4]?.id ?? 0;
  expect(around(id, 4)).toEqual({ at: [2, 3, 4, 5], hasMore: true, hasNewer: true });
  expect(around(id + 500, 4)).toEqual({ at: [3, 4, 5, 6], hasMore: true, hasNewer: true });
  expect(around(id, 20)).toEqual({ at: [0, 1, 2, 3, 4, 5, 6, 7, 8], hasMore: false, hasNewer: false });
  expect(around(0, 4)).toEqual({ at: [0, 1], hasMore: false, hasNewer: true });
  expect(around(Number.MAX_SAFE_INTEGER, 4)).toEqual({ at: [7, 8], hasMore: true, hasNewer: false });
  expect(around(id, 1)).toEqual({ at: [3, 4], hasMore: true, hasNewer: true });
});
