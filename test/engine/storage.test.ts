/** What takes room is counted as it lies there, and what is given up is gone from the disk and offered again. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import { DATABASE_FILE, openVault } from '../../electron/engine/vault.ts';
import {
  closeDatabase,
  openDatabase,
  prepare,
  transaction,
  type Database,
} from '../../electron/store/database.ts';
import { insertMessage } from '../../electron/store/messages.ts';
import { createTestHost, Mirror, openKeyring } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { eventually } from '../support/people.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';
import { storeFile } from '../support/stored-file.ts';

const ME = 'alice@a.test';
const FRIEND = 'bob@b.test';
const OTHER = 'carol@b.test';
const AT = Date.UTC(2026, 5, 1);
/** More than are counted in one step. */
const MANY = 4_500;

let server: ScriptedServer;
let engine: Engine;
let alice: Mirror;
let folder: ReturnType<typeof temporaryFolder>;
/** The large file, the small one, and one that never lay elsewhere. */
let [large, small, own] = [0, 0, 0];

const boot = async (): Promise<void> => {
  engine = createEngine({ ...createTestHost({ profile: folder.path }), connect: server.connect });
  alice = new Mirror(engine);
  await engine.start();
};
const files = 'files';
const onDisk = (): string[] =>
  existsSync(join(folder.path, files)) ? readdirSync(join(folder.path, files)) : [];
const chat = (address: string): number => alice.chatWith(address)?.id ?? -1;

async function inside<T>(work: (database: Database) => Promise<T>): Promise<T> {
  const database = openDatabase(join(folder.path, DATABASE_FILE), await openVault(folder.path, openKeyring));
  try {
    return await work(database);
  } finally {
    closeDatabase(database);
  }
}

beforeEach(async () => {
  folder = temporaryFolder('storage');
  server = new ScriptedServer([
    { jid: FRIEND, subscription: 'both' },
    { jid: OTHER, subscription: 'both' },
  ]);
  await boot();
  await alice.call('accounts.signIn', { address: ME, password: 'x' });
  await alice.until(() => alice.account().state === 'online', 'online');
  for (const address of [FRIEND, OTHER])
    await alice.call('chats.open', { account: alice.account().id, address });
  await alice.call('accounts.setEnabled', { account: alice.account().id, enabled: false });
  const account = alice.account().id;
  const [friend, other] = [chat(FRIEND), chat(OTHER)];
  await engine.stop();
  await inside(async (database) => {
    const add = (to: number, at: number, text: string): number =>
      insertMessage(database, {
        account,
        chat: to,
        isOutgoing: true,
        sender: ME,
        text,
        at: AT + at,
        delivery: 'delivered',
        encryption: 'none',
      }).id;
    const [first, second] = transaction(database, () => {
      for (let index = 2; index < MANY; index += 1) add(friend, index, 'to be or not to be é');
      return [add(friend, 0, 'see'), add(other, 1, 'that is the question')] as const;
    });
    const put = (message: number, name: string, size: number, address?: string): Promise<{ id: number }> =>
      storeFile(
        database,
        join(folder.path, files),
        { account, message, name, ...(address !== undefined && { address }) },
        Buffer.alloc(size, 7),
      );
    large = (await put(first, 'large.bin', 200_000, 'https://files.test/large')).id;
    small = (await put(first, 'small.bin', 10, 'https://files.test/small')).id;
    own = (await put(second, 'own.bin', 65_536)).id;
    prepare(database, `UPDATE attachments SET state = 'here'`).run();
  });
  await boot();
});

afterEach(async () => {
  await engine.stop();
  folder.remove();
});

it('counts what every chat has: as many bytes of files as the disk, and of words as were said', async () => {
  const found = await alice.call('storage.measure', {});
  const [friend, other] = [FRIEND, OTHER].map((address) =>
    found.chats.find((row) => row.chat === chat(address)),
  );
  expect([friend?.messages, other?.messages]).toEqual([MANY - 1, 1]);
  // 21 bytes of words, 12 of the sender, 64 for the row.
  expect(friend?.messageBytes).toBe((MANY - 2) * (21 + 12 + 64) + 3 + 12 + 64);
  const disk = onDisk().reduce((sum, name) => sum + statSync(join(folder.path, files, name)).size, 0);
  expect((friend?.fileBytes ?? 0) + (other?.fileBytes ?? 0)).toBe(disk);
  expect([friend?.files, other?.files]).toEqual([2, 1]);
  expect(found.index).toBeGreaterThan(0);
  expect((friend?.indexBytes ?? 0) + (other?.indexBytes ?? 0)).toBeLessThanOrEqual(found.index + 1);
  expect(found.database).toBeGreaterThan(found.index + (friend?.messageBytes ?? 0));
});

it('lists the largest files first, of all or of one chat', async () => {
  const ids = async (of?: number): Promise<number[]> =>
    (await alice.call('storage.largest', of === undefined ? {} : { chat: of })).files.map(({ id }) => id);
  expect(await ids()).toEqual([large, own, small]);
  expect(await ids(chat(FRIEND))).toEqual([large, small]);
  await expect(ids(4_711)).rejects.toThrow('not-found');
});

it('deletes a copy from the disk, once, and offers it again where it lies elsewhere', async () => {
  const before = onDisk().length;
  await alice.call('storage.removeFile', { file: large });
  await alice.call('storage.removeFile', { file: own });
  await eventually(() => Promise.resolve(onDisk().length === before - 2), 'two files are gone');
  await expect(alice.call('storage.removeFile', { file: large })).rejects.toThrow('too-late');
  await expect(alice.call('storage.removeFile', { file: 4_711 })).rejects.toThrow('not-found');
  await engine.stop();
  const rows = await inside((database) =>
    Promise.resolve(
      prepare<
        [],
        { id: number; state: string; failure: string | null; blob: string | null; blob_key: unknown }
      >(database, 'SELECT id, state, failure, blob, blob_key FROM attachments ORDER BY id').all(),
    ),
  );
  expect(rows.filter(({ id }) => id !== small)).toEqual([
    { id: large, state: 'offered', failure: null, blob: null, blob_key: null },
    { id: own, state: 'offered', failure: 'gone', blob: null, blob_key: null },
  ]);
  await boot();
});

it('deletes the copies of a chat, but nothing that still has to be sent, and nothing of another chat', async () => {
  await engine.stop();
  await inside((database) => {
    prepare<[number]>(database, `UPDATE attachments SET state = 'sending' WHERE id = ?`).run(small);
    return Promise.resolve();
  });
  await boot();
  const { files: count, bytes } = await alice.call('storage.removeFiles', { chat: chat(FRIEND) });
  expect(count).toBe(1);
  expect(bytes).toBeGreaterThan(200_000);
  await eventually(() => Promise.resolve(onDisk().length === 2), 'one file is gone');
});

it('clears what is asked again by itself, and nothing else', async () => {
  await engine.stop();
  await inside((database) => {
    database.exec(`INSERT INTO capabilities VALUES ('p', 'a', 'v', '{"features":[]}', 1)`);
    return Promise.resolve();
  });
  await boot();
  expect((await alice.call('storage.measure', {})).caches).toBe(15);
  expect(await alice.call('storage.clearCaches', {})).toEqual({ bytes: 15 });
  const after = await alice.call('storage.measure', {});
  expect([after.caches, after.chats.length]).toEqual([0, 2]);
});
