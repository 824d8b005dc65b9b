/** The files of messages go with them, from the disk too, and what still has to be uploaded is not lost on the way. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import { DATABASE_FILE, openVault } from '../../electron/engine/vault.ts';
import { listSending } from '../../electron/store/attachments.ts';
import {
  closeDatabase,
  openDatabase,
  prepare,
  transaction,
  type Database,
} from '../../electron/store/database.ts';
import { insertMessage } from '../../electron/store/messages.ts';
import { createTestHost, Mirror, openKeyring } from '../support/engine.ts';
import { sendFile } from '../support/hand-in.ts';
import { eventually } from '../support/people.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';
import { storeFile } from '../support/stored-file.ts';
import { temporaryProfile } from '../support/template.ts';

const ME = 'alice@a.test';
const FRIEND = 'bob@b.test';
const DAY = 86_400_000;
const NOW = Date.UTC(2026, 5, 1, 12);
/** More than are deleted at once. */
const MANY = 600;

let server: ScriptedServer;
let engine: Engine;
let alice: Mirror;
let folder: Awaited<ReturnType<typeof temporaryProfile>>;
let now = NOW;

const boot = async (): Promise<void> => {
  const host = createTestHost({ profile: folder.path });
  engine = createEngine({ ...host, now: () => now, connect: server.connect });
  alice = new Mirror(engine);
  await engine.start();
};
const chat = (): number => alice.chatWith(FRIEND)?.id ?? -1;
const texts = async (): Promise<string[]> => (await alice.history(FRIEND)).map(({ text }) => text);
const onDisk = (): string[] =>
  existsSync(join(folder.path, 'files')) ? readdirSync(join(folder.path, 'files')).sort() : [];
const filesAre = (...names: string[]): Promise<unknown> =>
  eventually(() => Promise.resolve(onDisk().join() === names.sort().join()), `files ${names.join()}`);

/** The database of a closed profile, for as long as `work` takes. */
async function inside<T>(work: (database: Database) => T | Promise<T>): Promise<T> {
  const key = await openVault(folder.path, openKeyring);
  const database = openDatabase(join(folder.path, DATABASE_FILE), key);
  try {
    return await work(database);
  } finally {
    closeDatabase(database);
  }
}

/** A message that is read and so many days old, with a file that is here; or many of them, the first with a file. */
async function addOld(days: number, count = 1): Promise<string> {
  const account = alice.account().id;
  const id = chat();
  await engine.stop();
  const { blob } = await inside(async (database) => {
    const add = (index: number): number =>
      insertMessage(database, {
        account,
        chat: id,
        isOutgoing: true,
        sender: ME,
        text: `sent ${String(index)}`,
        at: NOW - days * DAY + index,
        delivery: 'delivered',
        encryption: 'none',
      }).id;
    const message = add(0);
    transaction(database, () => {
      for (let index = 1; index < count; index += 1) add(index);
    });
    const file = { account, message, name: 'plan.txt' };
    return storeFile(database, join(folder.path, 'files'), file, Buffer.from('THE PLAN'));
  });
  await boot();
  return blob;
}

beforeEach(async () => {
  now = NOW;
  folder = await temporaryProfile('retention-files');
  server = new ScriptedServer([{ jid: FRIEND, subscription: 'both' }]);
  await boot();
  await alice.call('accounts.signIn', { address: ME, password: 'x' });
  await alice.until(() => alice.account().state === 'online', 'online');
  await alice.call('chats.open', { account: alice.account().id, address: FRIEND });
  await alice.call('accounts.setEnabled', { account: alice.account().id, enabled: false });
});

afterEach(async () => {
  await engine.stop();
  folder.remove();
});

it('a file that waits for its upload is as safe as what waits in the outbox, and what is older goes', async () => {
  const old = await addOld(40);
  await sendFile(alice, chat(), 'later.txt', Buffer.from('later'), { caption: 'see above' });
  const [waiting = ''] = onDisk().filter((name) => name !== old);
  await engine.stop();
  now += 20 * DAY;
  await boot();
  expect(await alice.call('retention.count', { days: 1 })).toEqual({ messages: 1 });
  await alice.call('retention.set', { days: 1 });
  await filesAre(waiting);
  expect(await texts()).toEqual(['later.txt', 'see above']);
  await engine.stop();
  await inside((database) => {
    expect(listSending(database, alice.account().id).map(({ blob }) => blob?.name)).toEqual([waiting]);
  });
  await boot();
  await filesAre(waiting);
});

it('one whose upload failed goes when it has had its time, and the caption behind it waits for nothing', async () => {
  await sendFile(alice, chat(), 'never.txt', Buffer.from('never'), { caption: 'see above' });
  await engine.stop();
  await inside((database) => {
    prepare(database, `UPDATE attachments SET failure = 'too-large'`).run();
    // The caption is from the next day.
    database.pragma('foreign_keys = OFF');
    prepare<[number]>(database, `UPDATE messages SET id = id + ? WHERE text = 'see above'`).run(DAY * 1_000);
    prepare<[number]>(database, 'UPDATE attachments SET follower = follower + ?').run(DAY * 1_000);
  });
  now += 1.5 * DAY;
  await boot();
  await alice.call('retention.set', { days: 1 });
  expect(await texts()).toEqual(['see above']);
  expect((await alice.history(FRIEND))[0]?.delivery).toBe('failed');
  await filesAre();
});

it.each(['retention.set', 'chats.clear', 'chats.remove', 'accounts.remove', 'messages.remove'] as const)(
  'after %s no file stays, nor after a restart',
  async (name) => {
    const blob = await addOld(40);
    expect(onDisk()).toEqual([blob]);
    const account = alice.account().id;
    const [message] = await alice.history(FRIEND);
    if (name === 'retention.set') await alice.call(name, { days: 30 });
    else if (name === 'accounts.remove') await alice.call(name, { account });
    else if (name === 'messages.remove') await alice.call(name, { message: message?.id ?? 0 });
    else await alice.call(name, { chat: chat() });
    await filesAre();
    await engine.stop();
    await boot();
    expect(onDisk()).toEqual([]);
  },
);

it.each(['chats.clear', 'chats.remove'] as const)(
  'of a large chat neither (%s), and what was to be uploaded stays here',
  async (name) => {
    await addOld(40, MANY);
    await sendFile(alice, chat(), 'regret.txt', Buffer.from('regret'));
    expect(onDisk()).toHaveLength(2);
    const account = alice.account().id;
    const id = chat();
    await alice.call(name, { chat: id });
    await engine.stop(); // before everything is swept, or behind it
    await inside((database) => {
      expect(listSending(database, account)).toEqual([]);
    });
    await boot();
    await filesAre();
  },
);

it('what a crash left on the disk goes at the next start, and what a message has stays', async () => {
  const blob = await addOld(1);
  await engine.stop();
  await inside(async (database) => {
    const orphan = { account: 1, message: 1, name: 'orphan' };
    await expect(
      storeFile(database, join(folder.path, 'files'), orphan, Buffer.from('orphan')),
    ).rejects.toThrow(/FOREIGN KEY/);
  });
  expect(onDisk()).toHaveLength(2);
  await boot();
  await filesAre(blob);
});
