/** Messages go when they have had their time, and large chats go without holding anything up; neither comes back. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import { DATABASE_FILE, openVault } from '../../electron/engine/vault.ts';
import { listAccounts } from '../../electron/store/accounts.ts';
import { findChat, refreshLast } from '../../electron/store/chats.ts';
import {
  closeDatabase,
  connectUnchecked,
  openDatabase,
  prepare,
  transaction,
  type Database,
} from '../../electron/store/database.ts';
import { insertMessage } from '../../electron/store/messages.ts';
import { createTestHost, Mirror, openKeyring } from '../support/engine.ts';
import { eventually } from '../support/people.ts';
import { ScriptedArchive } from '../support/scripted-archive.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';
import { temporaryProfile } from '../support/template.ts';

const ME = 'alice@a.test';
const FRIEND = 'bob@b.test';
const DAY = 86_400_000;
const NOW = Date.UTC(2026, 5, 1, 12);

let server: ScriptedServer;
let archive: ScriptedArchive;
let engine: Engine;
let alice: Mirror;
let folder: Awaited<ReturnType<typeof temporaryProfile>>;
let now = NOW;
let step: (name: string) => void = () => undefined;

const boot = async (): Promise<void> => {
  const host = createTestHost({ profile: folder.path, step: (name) => step(name) });
  engine = createEngine({ ...host, now: () => now, connect: server.connect });
  alice = new Mirror(engine);
  await engine.start();
};
const online = (): Promise<unknown> => alice.until(() => alice.account().state === 'online', 'online');
const said = (text: string): string =>
  `<message xmlns="jabber:client" from="${FRIEND}/r" to="${ME}" type="chat" id="id of ${text}"><body>${text}</body></message>`;
const texts = async (): Promise<string[]> => (await alice.history(FRIEND)).map(({ text }) => text);
const chat = (): number => alice.chatWith(FRIEND)?.id ?? -1;
const read = async (): Promise<void> => {
  const { id = 0, last } = alice.chatWith(FRIEND) ?? {};
  await alice.call('chats.markRead', { chat: id, message: last?.message ?? 0 });
};
const arrived = (text: string): Promise<unknown> =>
  alice.until(() => alice.chatWith(FRIEND)?.last?.text === text, text);

/** The database of a closed profile, for as long as `work` takes. */
async function inside<T>(work: (database: Database) => T): Promise<T> {
  const key = await openVault(folder.path, openKeyring);
  const database = openDatabase(join(folder.path, DATABASE_FILE), key);
  try {
    return work(database);
  } finally {
    closeDatabase(database);
  }
}
/** How many rows there are, and what is still to be deleted; the engine is stopped for that. */
const rows = (): Promise<(number | undefined)[]> =>
  inside((database) => [
    prepare<[], { n: number }>(database, 'SELECT count(*) AS n FROM messages').get()?.n,
    prepare<[], { n: number }>(database, 'SELECT count(*) AS n FROM deletions').get()?.n,
    prepare<[], { n: number }>(database, 'SELECT count(*) AS n FROM chats').get()?.n,
  ]);
async function plainFile(): Promise<Buffer> {
  const file = join(folder.path, DATABASE_FILE);
  const database = connectUnchecked(file, await openVault(folder.path, openKeyring));
  database.pragma('journal_mode = DELETE');
  database.pragma(`rekey = ''`); // rewrites each page as it is, the free ones included
  database.close();
  return readFileSync(file);
}

beforeEach(async () => {
  [now, step] = [NOW, () => undefined];
  folder = await temporaryProfile('retention');
  server = new ScriptedServer([{ jid: FRIEND, subscription: 'both' }]);
  archive = new ScriptedArchive(server);
  archive.put('id-1', said('xylophone'), NOW - 40 * DAY);
  archive.put('id-2', said('quagmire'), NOW - 10 * DAY);
  archive.put('id-3', said('zeppelin'), NOW - DAY / 2);
  await boot();
  await alice.call('accounts.signIn', { address: ME, password: 'x' });
  await online();
  await arrived('zeppelin');
  await texts();
});

afterEach(async () => {
  await engine.stop();
  folder.remove();
});

it('everything stays for ever, unless the person says otherwise', async () => {
  expect(await alice.call('retention.get', {})).toEqual({ days: 0 });
  await read();
  await engine.stop();
  now += 4_000 * DAY;
  await boot();
  expect(await texts()).toEqual(['xylophone', 'quagmire', 'zeppelin']);
});

it('what has had its time goes, after its number was told, and is really gone', async () => {
  await read();
  for (const [days, count] of [
    [0, 0],
    [365, 0],
    [30, 1],
    [7, 2],
    [1, 2],
  ] as const)
    expect(await alice.call('retention.count', { days })).toEqual({ messages: count });
  await alice.call('retention.set', { days: 30 });
  expect(await texts()).toEqual(['quagmire', 'zeppelin']);
  expect(alice.chatWith(FRIEND)?.last?.text).toBe('zeppelin');
  expect((await alice.call('search.messages', { text: 'xylo', limit: 5 })).hits).toEqual([]);
  await engine.stop();
  expect(await rows()).toEqual([2, 0, 1]);
  const file = await plainFile();
  expect(file.includes('xylophone')).toBe(false);
  expect(file.includes('quagmire')).toBe(true);
});

it('a chat has its own rule, before and against that of all', async () => {
  await read();
  await alice.call('retention.setChat', { chat: chat(), days: 0 });
  expect(alice.chatWith(FRIEND)?.keepDays).toBe(0);
  await alice.call('retention.set', { days: 1 });
  expect(await texts()).toHaveLength(3);
  expect(await alice.call('retention.count', { days: 1 })).toEqual({ messages: 0 });
  expect(await alice.call('retention.count', { chat: chat() })).toEqual({ messages: 2 });
  await alice.call('retention.setChat', { chat: chat() });
  expect(alice.chatWith(FRIEND)?.keepDays).toBeUndefined();
  expect(await texts()).toEqual(['zeppelin']);
  await expect(alice.call('retention.setChat', { chat: 4711, days: 1 })).rejects.toMatchObject({
    code: 'not-found',
  });
});

it('at the next start as well, and no archive brings it back', async () => {
  await read();
  await alice.call('retention.set', { days: 30 });
  await engine.stop();
  now += 25 * DAY;
  // The archive was made anew, with new ids.
  archive.put('id-1b', said('xylophone'), NOW - 40 * DAY);
  archive.put('id-2b', said('quagmire'), NOW - 10 * DAY);
  archive.put('id-4', said('anew'), now - 1_000);
  await boot();
  await online();
  await arrived('anew');
  expect(await texts()).toEqual(['zeppelin', 'anew']);
});

it('what was not read, or has not left, stays until it has', async () => {
  await alice.call('retention.set', { days: 1 });
  expect(await texts()).toEqual(['xylophone', 'quagmire', 'zeppelin']);
  await read();
  await alice.call('accounts.setEnabled', { account: alice.account().id, enabled: false });
  await alice.call('messages.send', { chat: chat(), text: 'waiting' });
  await engine.stop();
  now += 3 * DAY;
  await boot();
  expect(await texts()).toEqual(['waiting']);
  expect(alice.chatWith(FRIEND)?.last?.delivery).toBe('queued');
});

// ————— Large chats ————————————————————————————————————————————————————————————————————————————————————————

const MANY = 1_500;
/** Fills the chat with so many messages that they are deleted in steps, and starts again. */
async function fill(): Promise<void> {
  await read();
  await engine.stop();
  await inside((database) => {
    transaction(database, () => {
      const account = listAccounts(database)[0]?.id ?? 0;
      const { id = 0 } = findChat(database, account, FRIEND) ?? {};
      for (let index = 0; index < MANY; index += 1) {
        insertMessage(database, {
          account,
          chat: id,
          isOutgoing: false,
          sender: FRIEND,
          text: `marmalade ${String(index)}`,
          at: NOW - 100 * DAY + index * 1_000,
          delivery: 'received',
          encryption: 'none',
        });
      }
      refreshLast(database, id);
    });
  });
  await boot();
  await online();
}

const swept = (): Promise<unknown> => eventually(() => Promise.resolve(steps >= 8), 'swept');
let steps = 0;
const count = (): void => {
  steps = 0;
  step = (name) => {
    if (name === 'swept') steps += 1;
  };
};

it('a large chat is empty at once, hears what is new meanwhile, and its rows go piece by piece', async () => {
  await fill();
  count();
  const clearing = alice.call('chats.clear', { chat: chat() });
  server.deliver(said('meanwhile'));
  await clearing;
  await arrived('meanwhile');
  expect(await texts()).toEqual(['meanwhile']);
  expect((await alice.call('search.messages', { text: 'marmalade', limit: 5 })).hits).toEqual([]);
  expect(alice.chatWith(FRIEND)?.unread).toBe(1);
  await swept();
  await engine.stop();
  expect(await rows()).toEqual([1, 0, 1]);
});

it('a large chat that was removed is gone at once, and comes back empty with what is new', async () => {
  await fill();
  await alice.call('chats.setDraft', { chat: chat(), text: 'half a thought' });
  await alice.call('chats.setEncryption', { chat: chat(), mode: 'off' });
  count();
  // Nothing is swept yet when somebody writes again: it is the next turn of the event loop.
  const removing = alice.call('chats.remove', { chat: chat() });
  server.deliver(said('hello again'));
  await removing;
  await arrived('hello again');
  expect(await texts()).toEqual(['hello again']);
  expect(alice.chatWith(FRIEND)).toMatchObject({ draft: '', encryptionMode: 'automatic', unread: 1 });
  await swept();
  await engine.stop();
  expect(await rows()).toEqual([1, 0, 1]);
});

it('a crash in between goes on after the restart', async () => {
  await fill();
  const killed = Promise.withResolvers<undefined>();
  step = (name) => {
    if (name !== 'swept') return;
    killed.resolve(undefined);
    throw new Error('killed');
  };
  await alice.call('chats.remove', { chat: chat() });
  await killed.promise;
  expect(alice.chatWith(FRIEND)).toBeUndefined();
  await engine.stop();
  const [left, ...others] = await rows();
  expect(left).toBeGreaterThan(MANY / 2);
  expect(others).toEqual([1, 1]);
  count();
  await boot();
  expect(alice.chats.size).toBe(0);
  await eventually(() => Promise.resolve(steps >= 7), 'swept');
  await online();
  await engine.stop();
  expect(await rows()).toEqual([0, 0, 0]);
});
