/** Rooms beside their chats: kept, changed, carried by exports; and whose archive an id is of. */
import { expect, test } from 'vitest';
import { chatEntrySchema } from '../../shared/transcript.ts';
import { findChat, listChats, openChat } from '../../electron/store/chats.ts';
import { findByArchiveId, insertMessage } from '../../electron/store/messages.ts';
import {
  acknowledge,
  enqueue,
  forgetPositions,
  nextUnsent,
  setPosition,
} from '../../electron/store/outbox.ts';
import { addRoom, getRoom, listRooms, updateRoom } from '../../electron/store/rooms.ts';
import { insertTranscript, listTranscripts } from '../../electron/store/transcript.ts';
import * as v from 'valibot';
import { insertAccount } from '../../electron/store/accounts.ts';
import type { BareJid } from '../../shared/jid.ts';
import { juliet, temporaryDatabase } from './profile.ts';

const ROOM = 'coven@rooms.test';

function setUp() {
  const database = temporaryDatabase();
  const account = insertAccount(database, juliet);
  const { chat } = openChat(database, account, ROOM, 1_000, 'room');
  addRoom(database, chat.id, 'alice');
  return { database, account, chat: chat.id };
}

test('a room is kept as it was left', () => {
  const { database, account, chat } = setUp();
  addRoom(database, chat, 'somebody else');
  expect(findChat(database, account, ROOM)?.kind).toBe('room');
  const fresh = {
    chat,
    account,
    address: ROOM,
    nick: 'alice',
    name: '',
    isWanted: true,
    subject: '',
    unsaved: 'settings',
    features: {},
  };
  expect(getRoom(database, chat)).toEqual(fresh);
  updateRoom(database, chat, {
    nick: 'Alice',
    password: 'pw',
    isWanted: false,
    notify: 'none',
    ownOccupant: 'id:1',
    features: { isHidden: true },
  });
  const changed = {
    ...fresh,
    nick: 'Alice',
    password: 'pw',
    isWanted: false,
    notify: 'none',
    ownOccupant: 'id:1',
    features: { isHidden: true },
  };
  expect(listRooms(database, account)).toEqual([changed]);
  updateRoom(database, chat, { password: null, ownOccupant: null, notify: null });
  const { password: _, ownOccupant: _o, notify: _n, ...rest } = changed;
  expect(getRoom(database, chat)).toEqual(rest);
});

test('a message for a room stays until the room has said it, and leaves again in the next session', () => {
  const { database, account, chat } = setUp();
  const { chat: person } = openChat(database, account, 'bob@b.test', 1_000);
  const say = (to: number, id: string): number => {
    const message = { account, chat: to, isOutgoing: true, sender: 'alice@a.test', text: id, at: 1_000 };
    const row = insertMessage(database, {
      ...message,
      delivery: 'queued',
      encryption: 'none',
      stanzaId: id,
      originId: id,
    });
    const entry = enqueue(database, { account, chat: to, message: row.id });
    setPosition(database, entry, 1);
    return entry;
  };
  const inRoom = say(chat, 'r');
  const toPerson = say(person.id, 'p');
  expect(acknowledge(database, account, 1).map(({ id }) => id)).toEqual([toPerson]);
  expect(nextUnsent(database, account, chat)).toBeUndefined();
  expect(acknowledge(database, account, 99)).toEqual([]);
  forgetPositions(database, account);
  expect(nextUnsent(database, account, chat)?.id).toBe(inRoom);
});

test('two archives may call two messages the same', () => {
  const { database, account, chat } = setUp();
  const { chat: person } = openChat(database, account, 'bob@b.test', 1_000);
  const said = { account, isOutgoing: false, at: 1_000, delivery: 'received', encryption: 'none' } as const;
  insertMessage(database, { ...said, chat: person.id, sender: 'bob@b.test', text: 'own', archiveId: '7' });
  insertMessage(database, {
    ...said,
    chat,
    sender: `${ROOM}/bob`,
    text: 'room',
    archiveId: `${ROOM} 7`,
    occupant: 'id:b',
    isMention: true,
  });
  expect(findByArchiveId(database, account, '7')?.text).toBe('own');
  expect(findByArchiveId(database, account, `${ROOM} 7`)).toMatchObject({
    text: 'room',
    occupant: 'id:b',
    isMention: true,
  });
});

test('an export says that it is a room, and what comes of it is one', () => {
  const { database, chat } = setUp();
  updateRoom(database, chat, { name: 'The coven', password: 'pw' });
  const [told] = listTranscripts(database);
  const entry = v.parse(chatEntrySchema, JSON.parse(JSON.stringify(told?.entry)));
  expect(entry.room).toEqual({ nick: 'alice', name: 'The coven', isWanted: true });
  expect(JSON.stringify(entry)).not.toContain('pw');
  const other = insertAccount(database, { ...juliet, address: 'carol@c.test' as BareJid });
  const id = insertTranscript(database, other, entry);
  expect(getRoom(database, id)).toMatchObject({
    account: other,
    nick: 'alice',
    name: 'The coven',
    isWanted: true,
  });
  expect(listChats(database).map(({ kind }) => kind)).toEqual(['room', 'room']);
});
