import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  deleteChat,
  findChat,
  getChat,
  listChats,
  markRead,
  messageAdded,
  openChat,
  refreshLast,
  setDraft,
  setEncryptionMode,
  setWasEncrypted,
  type ChatRecord,
} from '../../electron/store/chats.ts';
import { prepare, type Database } from '../../electron/store/database.ts';
import {
  deleteMessage,
  getMessage,
  type MessageRecord,
  type NewMessage,
} from '../../electron/store/messages.ts';
import { countPending, enqueue } from '../../electron/store/outbox.ts';
import { add, hostileTexts, temporaryDatabase, withChat } from './profile.ts';

const AT = 1_700_000_000_000;

interface Scene {
  readonly database: Database;
  readonly id: number;
  readonly account: number;
  readonly chat: () => ChatRecord;
  readonly receive: (message?: Partial<NewMessage>) => MessageRecord;
}

function setUp(): Scene {
  const database = temporaryDatabase();
  const { account, chat: id } = withChat(database);
  return {
    database,
    id,
    account,
    chat() {
      const chat = getChat(database, id);
      if (chat === undefined) throw new Error('the chat is gone');
      return chat;
    },
    receive(message) {
      const added = add(database, { id, account }, message);
      messageAdded(database, id, added);
      return added;
    },
  };
}

describe('a chat', () => {
  test('is made once and found again', () => {
    const { database, account, id, chat } = setUp();
    const fresh = {
      id,
      account,
      address: 'romeo@montague.example',
      at: 1_000,
      kind: 'contact',
      unread: 0,
      mentions: 0,
      readUpTo: 0,
      draft: '',
      encryptionMode: 'automatic',
      wasEncrypted: false,
    };
    expect(chat()).toEqual(fresh);
    expect(openChat(database, account, fresh.address, 9_999)).toEqual({ chat: fresh, isNew: false });
    expect(findChat(database, account, fresh.address)).toEqual(fresh);
    expect(findChat(database, account, 'mallory@evil.example')).toBeUndefined();
    expect(findChat(database, account + 1, fresh.address)).toBeUndefined();
    expect(openChat(database, account, 'tybalt@capulet.example', 2_000.7)).toMatchObject({
      isNew: true,
      chat: { at: 2_000 },
    });
    expect(() => openChat(database, 999, 'a@b', 1)).toThrow('FOREIGN KEY');
  });

  test('keeps its draft, mode and past', () => {
    const { database, id, chat } = setUp();
    setDraft(database, id, 'O Romeo');
    setEncryptionMode(database, id, 'off');
    setWasEncrypted(database, id);
    expect(chat()).toMatchObject({ draft: 'O Romeo', encryptionMode: 'off', wasEncrypted: true });
  });

  test.each(hostileTexts)('takes any text (%#)', (text) => {
    const { database, account, id, chat } = setUp();
    setDraft(database, id, text);
    expect(chat().draft).toBe(text);
    expect(openChat(database, account, text, 1).chat.address).toBe(text);
    expect(findChat(database, account, text)?.address).toBe(text);
  });

  test('with nonsense in its columns encrypts rather than not', () => {
    const { database, chat, receive } = setUp();
    receive();
    prepare(database, `UPDATE chats SET encryption_mode = 'plain please'`).run();
    prepare(database, `UPDATE messages SET delivery = 'x', unreadable = 'y'`).run();
    expect(chat().encryptionMode).toBe('on');
    expect(chat().last).toMatchObject({ delivery: 'received', unreadable: 'malformed' });
  });

  test('goes with its messages and what of it waits to be sent', () => {
    const { database, account, id, receive } = setUp();
    const { id: message } = receive();
    enqueue(database, { account, chat: id, message });
    enqueue(database, { account, chat: id, stanza: '<message/>' });
    expect(deleteChat(database, id)).toBe(true);
    expect(deleteChat(database, id)).toBe(false);
    expect([getMessage(database, message), countPending(database, account), listChats(database)]).toEqual([
      undefined,
      0,
      [],
    ]);
  });
});

describe('the list', () => {
  test('has the most recently active first', () => {
    const { database, account, receive } = setUp();
    openChat(database, account, 'tybalt@capulet.example', 3_000);
    openChat(database, account, 'nurse@capulet.example', 2_000);
    const order = (): string[] => listChats(database).map((each) => each.address.split('@')[0] ?? '');
    expect(order()).toEqual(['tybalt', 'nurse', 'romeo']);
    receive();
    expect(order()).toEqual(['romeo', 'tybalt', 'nurse']);
  });

  test('shows the newest message, whatever order they arrive in', () => {
    const { receive, chat } = setUp();
    receive({ at: AT + 10, text: 'newest', isOutgoing: true, delivery: 'sent' });
    const newest = { text: 'newest', isOutgoing: true, delivery: 'sent', message: (AT + 10) * 1_000 };
    expect(chat()).toMatchObject({ at: AT + 10, last: newest });
    receive({ at: AT, text: 'from the archive' });
    expect(chat()).toMatchObject({ at: AT + 10, last: newest });
    receive({ at: AT + 10, text: 'in the same millisecond', unreadable: 'no-session' });
    expect(chat().last).toEqual({
      message: (AT + 10) * 1_000 + 1,
      text: 'in the same millisecond',
      isOutgoing: false,
      delivery: 'received',
      unreadable: 'no-session',
    });
  });

  test('shows 200 characters of it, none of them torn', () => {
    const { receive, chat } = setUp();
    receive({ at: AT, text: `${'a'.repeat(199)}😀😀` });
    expect(chat().last?.text).toBe(`${'a'.repeat(199)}😀`);
    receive({ at: AT + 1, text: 'b'.repeat(200) });
    expect(chat().last?.text).toBe('b'.repeat(200));
    receive({ at: AT + 2, text: '' });
    expect(chat().last?.text).toBe('');
  });
});

describe('unread messages', () => {
  test('are the incoming ones after what was read', () => {
    const { database, id, receive, chat } = setUp();
    receive({ at: AT + 1 });
    const second = receive({ at: AT + 2, unreadable: 'forged' });
    receive({ at: AT + 3, isOutgoing: true });
    const fourth = receive({ at: AT + 4 });
    expect(chat().unread).toBe(3);
    expect(markRead(database, id, second.id)).toBe(true);
    expect(chat()).toMatchObject({ unread: 1, readUpTo: second.id });
    expect(markRead(database, id, second.id)).toBe(false);
    expect(markRead(database, id, second.id - 1)).toBe(false);
    expect(chat()).toMatchObject({ unread: 1, readUpTo: second.id });
    // One that was sent before the last one read, and comes late, is read already.
    receive({ at: AT + 1 });
    expect(chat().unread).toBe(1);
    expect(markRead(database, id, fourth.id)).toBe(true);
    expect(chat()).toMatchObject({ unread: 0, readUpTo: fourth.id });
  });

  test('cannot be read before they arrive', () => {
    const { database, id, receive, chat } = setUp();
    expect(markRead(database, id, Number.MAX_SAFE_INTEGER)).toBe(false);
    const { id: only } = receive();
    expect(markRead(database, id, Number.MAX_SAFE_INTEGER)).toBe(true);
    expect(chat()).toMatchObject({ unread: 0, readUpTo: only });
    receive({ at: AT + 1 });
    expect(chat().unread).toBe(1);
    expect(markRead(database, 999, only)).toBe(false);
  });

  test('and the preview are right again after a deletion', () => {
    const { database, id, receive, chat } = setUp();
    const first = receive({ at: AT, text: 'first' });
    const second = receive({ at: AT + 1, text: 'second' });
    deleteMessage(database, second.id);
    expect(chat().last).toBeUndefined();
    refreshLast(database, id);
    expect(chat()).toMatchObject({ unread: 1, last: { message: first.id, text: 'first' } });
    deleteMessage(database, first.id);
    refreshLast(database, id);
    expect(chat()).toMatchObject({ unread: 0, at: AT + 1 });
    expect(chat().last).toBeUndefined();
  });

  test('are counted right whatever happens in whatever order', () => {
    const scene = setUp();
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('receive' as const),
        at: fc.integer({ min: 0, max: 9 }),
        own: fc.boolean(),
      }),
      fc.record({ kind: fc.constant('read' as const), at: fc.integer({ min: 0, max: 9 }) }),
      fc.record({ kind: fc.constant('delete' as const), at: fc.integer({ min: 0, max: 9 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const { database, id } = scene;
        prepare(database, 'DELETE FROM messages').run();
        prepare(database, 'UPDATE chats SET read_up_to = 0').run();
        refreshLast(database, id);
        let messages: MessageRecord[] = [];
        let readUpTo = 0;
        for (const each of steps) {
          const target = messages[each.at % Math.max(messages.length, 1)];
          if (each.kind === 'receive') {
            messages.push(scene.receive({ at: AT + each.at, isOutgoing: each.own }));
          } else if (target !== undefined && each.kind === 'read') {
            expect(markRead(database, id, target.id)).toBe(target.id > readUpTo);
            readUpTo = Math.max(readUpTo, target.id);
          } else if (target !== undefined) {
            deleteMessage(database, target.id);
            refreshLast(database, id);
            messages = messages.filter((one) => one !== target);
          }
        }
        const chat = scene.chat();
        expect(chat.readUpTo).toBe(readUpTo);
        expect(chat.unread).toBe(messages.filter((one) => !one.isOutgoing && one.id > readUpTo).length);
        expect(chat.last?.message).toBe(
          messages.length === 0 ? undefined : Math.max(...messages.map((one) => one.id)),
        );
      }),
    );
  });
});
