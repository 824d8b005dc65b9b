/** Back up, and restore elsewhere: everything is there again but this device's own keys, or nothing happened. */
import { readFileSync, writeFileSync } from 'node:fs';
import { open as openFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { writeBackup, type BackupOrder } from '../../electron/engine/backup.ts';
import { createEngine } from '../../electron/engine/engine.ts';
import { exportChats } from '../../electron/engine/export.ts';
import { createProfile, type Profile } from '../../electron/engine/profile.ts';
import { restoreBackup, undoRestore, type RestoreOrder } from '../../electron/engine/restore.ts';
import { openSealed, sealInto } from '../../electron/engine/sealed-file.ts';
import { getAccount, insertAccount, listAccounts } from '../../electron/store/accounts.ts';
import { findChat, getChat, listChats, markRead, openChat, setDraft } from '../../electron/store/chats.ts';
import { addFolder, foldersOf, putIntoFolder } from '../../electron/store/folders.ts';
import { pinChat, setMarkedUnread, setMuted } from '../../electron/store/arrangement.ts';
import { listContacts, putContact } from '../../electron/store/contacts.ts';
import { getNote, setNote } from '../../electron/store/people.ts';
import { putCredentials } from '../../electron/store/credentials.ts';
import { closeDatabase, prepare, type Database } from '../../electron/store/database.ts';
import { getIdentity, insertIdentity, listDevices, pinDevice, setTrust } from '../../electron/store/keys.ts';
import { noteMessageRemoval, wasMessageRemoved } from '../../electron/store/removed.ts';
import { isRestoring } from '../../electron/store/restoring.ts';
import { searchMessages } from '../../electron/store/search.ts';
import { Refusal } from '../../shared/answer.ts';
import type { BackupRecord } from '../../shared/backup.ts';
import { FOREVER } from '../../shared/mute.ts';
import { add, juliet, open as openDatabase, temporaryDatabase, temporaryFile } from '../store/profile.ts';
import { createTestHost, Mirror } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { sayEverything } from '../support/said.ts';

const passphrase = 'a plague on both your houses';
const romeo = 'romeo@montague.example';

function open(
  step?: (name: string) => void,
  database = temporaryDatabase(),
): { profile: Profile; folder: string } {
  const { path, remove } = temporaryFolder('backup');
  onTestFinished(remove);
  const host = createTestHost({ profile: path, ...(step !== undefined && { step }) });
  return {
    profile: createProfile(
      host,
      database,
      () => undefined,
      () => undefined,
    ),
    folder: path,
  };
}
const to = (path: string, order: Partial<BackupOrder> = {}): BackupOrder => ({
  path,
  passphrase,
  hasCredentials: false,
  cost: { N: 2 ** 14, r: 8, p: 1 },
  signal: new AbortController().signal,
  onProgress: () => undefined,
  ...order,
});
const from = (path: string, order: Partial<RestoreOrder> = {}): RestoreOrder => ({
  path,
  passphrase,
  signal: new AbortController().signal,
  onProgress: () => undefined,
  ...order,
});
const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof Refusal ? error.code : error),
  );
async function exported({ profile, folder }: { profile: Profile; folder: string }): Promise<string> {
  const path = join(folder, 'export.json');
  const signal = new AbortController().signal;
  await exportChats(profile, { format: 'json', path, signal, onProgress: () => undefined });
  return readFileSync(path, 'utf8');
}
/** Every row of every table that a person has something in. */
function everything(database: Database): unknown {
  const tables = ['settings', 'accounts', 'credentials', 'contacts', 'chats', 'messages', 'omemo_devices'];
  const more = ['notes', 'removed_chats', 'removed_messages', 'restoring', 'outbox'];
  return [...tables, ...more].map((table) => prepare(database, `SELECT * FROM ${table}`).all());
}

/** Two accounts with everything, and with keys, decisions, contacts, and things deleted. */
function live(database: Database): { account: number; chat: number } {
  const said = sayEverything(database);
  const { account, chat } = said;
  insertIdentity(database, account, {
    device: 4711,
    publicKey: new Uint8Array(33).fill(5),
    seed: new Uint8Array(32).fill(0xab),
  });
  const device = (address: string, id: number, trust: 'verified' | 'blind', key: number): void => {
    pinDevice(database, account, address, id, { identityKey: new Uint8Array(33).fill(key), trust, at: 5 });
  };
  device(romeo, 1, 'verified', 1);
  device(romeo, 2, 'blind', 2);
  device(juliet.address, 9, 'blind', 9);
  setTrust(database, account, romeo, 2, 'distrusted');
  putContact(database, {
    account,
    address: romeo,
    name: 'Romeo ❤',
    subscription: 'both',
    asking: false,
    groups: ['Verona'],
  });
  putCredentials(database, account, {
    keepsPassword: true,
    certificate: { certificate: '-----BEGIN CERTIFICATE-----', key: '-----BEGIN PRIVATE KEY-----' },
    memory: {
      agent: 'agent',
      token: { mechanism: 'HT-SHA-256-NONE', secret: 'token-secret', expiry: 1, count: 1 },
      sasl2Seen: true,
    },
  });
  setNote(database, account, romeo, 'Owes me a book.');
  noteMessageRemoval(database, account, romeo, { sender: romeo, at: 5_000, archiveId: 'gone' });
  const last = getChat(database, chat)?.last?.message ?? 0;
  markRead(database, chat, last);
  pinChat(database, chat);
  setMuted(database, chat, FOREVER);
  setMarkedUnread(database, chat, true);
  addFolder(database, 'Mantua');
  putIntoFolder(database, chat, addFolder(database, 'Verona'));
  return said;
}

test('a new machine has everything that was said, and no key of the old one', async () => {
  const old = open();
  const { account } = live(old.profile.database);
  const path = join(old.folder, 'backup');
  const steps: [number, number][] = [];
  const count = await writeBackup(old.profile, to(path, { onProgress: (...step) => steps.push(step) }));
  expect(steps.at(0)).toEqual([0, count]);
  expect(steps.at(-1)).toEqual([count, count]);

  const now = open();
  const progress: number[] = [];
  const restored = await restoreBackup(
    now.profile,
    from(path, { onProgress: (done, total) => progress.push(done / total) }),
  );
  expect(restored).toMatchObject({ messages: count, accounts: 2 });
  expect(progress.toSorted((a, b) => a - b)).toEqual(progress);
  expect(await exported(now)).toBe(await exported(old));
  const { database } = now.profile;
  const mine = listAccounts(database).find(({ address }) => address === juliet.address);
  expect(mine).toMatchObject({ password: '', enabled: false, hue: juliet.hue });
  expect(mine?.resource).not.toBe(juliet.resource);
  const id = mine?.id ?? 0;
  expect(getIdentity(database, id)).toBeUndefined();
  expect(getNote(database, id, romeo)).toBe('Owes me a book.');
  expect(
    listDevices(database, id, romeo).map(({ device, trust, isActive }) => [device, trust, isActive]),
  ).toEqual([
    [1, 'verified', false],
    [2, 'distrusted', false],
  ]);
  expect(listContacts(database, id)).toMatchObject([{ address: romeo, name: 'Romeo ❤', groups: ['Verona'] }]);
  expect(wasMessageRemoved(database, id, romeo, { sender: romeo, at: 5_000, archiveId: 'gone' })).toBe(true);
  const [chat, before] = [findChat(database, id, romeo), findChat(old.profile.database, account, romeo)];
  expect(chat).toMatchObject({
    unread: 0,
    draft: before?.draft,
    wasEncrypted: true,
    readUpTo: before?.readUpTo,
    pinned: 1,
    mutedUntil: FOREVER,
    isMarkedUnread: true,
  });
  expect(
    searchMessages(database, { phrases: [{ words: ['dream'], isPrefix: false }] }, { limit: 5 }).found,
  ).toHaveLength(5);
  expect(foldersOf(database, chat?.id ?? 0)).toEqual([{ name: 'Verona', place: 2 }]);
  expect(isRestoring(database)).toBe(false);
});

/** What stands in a backup, for whoever has the passphrase. */
async function textOf(path: string): Promise<string> {
  const file = await openFile(path, 'r');
  let text = '';
  for await (const piece of (await openSealed(file, passphrase)).chunks())
    text += Buffer.from(piece).toString();
  await file.close();
  return text;
}

test('no private key is in it, and what signs in only when that was wanted', async () => {
  const { profile, folder } = open();
  live(profile.database);
  const path = join(folder, 'backup');
  for (const hasCredentials of [false, true]) {
    await writeBackup(profile, to(path, { hasCredentials }));
    const text = await textOf(path);
    expect(text).toContain('"kind":"end"');
    const seed = Buffer.alloc(32, 0xab);
    for (const secret of [seed.toString('base64'), seed.toString('hex'), '4711', 'token-secret'])
      expect(text).not.toContain(secret);
    for (const secret of [JSON.stringify(juliet.password), 'PRIVATE KEY'])
      expect(text.includes(secret)).toBe(hasCredentials);
    const now = open();
    await restoreBackup(now.profile, from(path));
    const mine = listAccounts(now.profile.database).find(({ address }) => address === juliet.address);
    expect([mine?.enabled, mine?.password]).toEqual(hasCredentials ? [true, juliet.password] : [false, '']);
  }
});

test('beside what is there, only what is missing is added, and what was decided here stands', async () => {
  const old = open();
  live(old.profile.database);
  const path = join(old.folder, 'backup');
  const count = await writeBackup(old.profile, to(path, { hasCredentials: true }));

  const now = open();
  const { database } = now.profile;
  const account = insertAccount(database, { ...juliet, password: 'another', hue: 1 });
  const { chat } = openChat(database, account, romeo, 1);
  setDraft(database, chat.id, 'my own words');
  add(database, chat, { text: 'only here', at: 1_800_000_000_000 });
  add(database, chat, { text: 'the same one', archiveId: 'a1', at: 1_700_000_000_123 });
  const pin = (device: number, key: number, trust: 'blind' | 'verified' | 'distrusted'): void =>
    pinDevice(database, account, romeo, device, { identityKey: new Uint8Array(33).fill(key), trust, at: 1 });
  pin(1, 77, 'blind'); // another key than the one that was verified
  pin(2, 2, 'verified');
  insertIdentity(database, account, {
    device: 9,
    publicKey: new Uint8Array(33).fill(9),
    seed: new Uint8Array(32),
  });

  expect(await restoreBackup(now.profile, from(path))).toMatchObject({ messages: count - 1 });
  expect(getAccount(database, account)).toMatchObject({ password: 'another', hue: 1 });
  expect(getChat(database, chat.id)?.draft).toBe('my own words');
  expect(listDevices(database, account, romeo).map(({ device, trust }) => [device, trust])).toEqual([
    [1, 'blind'],
    [2, 'verified'],
  ]);
  expect(listDevices(database, account, juliet.address)).toEqual([]);
  const before = everything(database);
  expect(await restoreBackup(now.profile, from(path))).toMatchObject({ messages: 0, newAccounts: [] });
  expect(everything(database)).toEqual(before);
});

test('what was verified elsewhere is verified here, for the same key', async () => {
  const old = open();
  live(old.profile.database);
  const path = join(old.folder, 'backup');
  await writeBackup(old.profile, to(path));
  const { profile } = open();
  const account = insertAccount(profile.database, juliet);
  pinDevice(profile.database, account, romeo, 1, {
    identityKey: new Uint8Array(33).fill(1),
    trust: 'blind',
    at: 1,
  });
  await restoreBackup(profile, from(path));
  expect(listDevices(profile.database, account, romeo).find(({ device }) => device === 1)?.trust).toBe(
    'verified',
  );
});

// ————— Failing ————————————————————————————————————————————————————————————————————————————————————————————

/** A profile with something in it, and a backup with more. */
async function halfway(
  step?: (name: string) => void,
): Promise<{ profile: Profile; path: string; file: string }> {
  const old = open();
  live(old.profile.database);
  const path = join(old.folder, 'backup');
  await writeBackup(old.profile, to(path));
  const { file } = temporaryFile();
  const { profile } = open(step, openDatabase(file));
  const account = insertAccount(profile.database, juliet);
  add(profile.database, openChat(profile.database, account, romeo, 1).chat, { text: 'mine' });
  return { profile, path, file };
}

test('a change of mind at any time leaves everything as it was', async () => {
  for (const cancelAt of [0.1, 0.6, 0.9]) {
    const { profile, path } = await halfway();
    const before = everything(profile.database);
    const controller = new AbortController();
    const onProgress = (done: number, total: number): void => {
      if (done / total >= cancelAt) controller.abort();
    };
    const order = from(path, { signal: controller.signal, onProgress });
    expect(await codeOf(restoreBackup(profile, order))).toBe('cancelled');
    expect(everything(profile.database)).toEqual(before);
  }
});

test('a crash in the middle is taken back at the next start', async () => {
  let count = 0;
  const { profile, path, file } = await halfway((name) => {
    if (name !== 'restored-some' || ++count < 2) return;
    closeDatabase(profile.database);
    throw new Error('killed');
  });
  const before = everything(profile.database);
  await expect(restoreBackup(profile, from(path))).rejects.toThrow('killed');
  const again = openDatabase(file);
  expect(isRestoring(again)).toBe(true);
  const next = open(undefined, again);
  expect(await codeOf(restoreBackup(next.profile, from(path)))).toBe('busy');
  await undoRestore(next.profile);
  expect(everything(again)).toEqual(before);
  expect(
    searchMessages(again, { phrases: [{ words: ['dream'], isPrefix: false }] }, { limit: 5 }).found,
  ).toEqual([]);
});

test('a full disk leaves everything as it was', async () => {
  const { profile, path } = await halfway();
  const { database } = profile;
  const before = everything(database);
  const pages = Number(database.pragma('page_count', { simple: true }));
  database.pragma(`max_page_count = ${String(pages + 8)}`);
  const failure = await restoreBackup(profile, from(path)).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'SQLITE_FULL' });
  expect(everything(database)).toEqual(before);
});

test('records that are sealed well and still are not ours are refused before anything is used', async () => {
  const { profile, path } = await halfway();
  const before = everything(profile.database);
  const head = { kind: 'head', at: 1, messages: 0 };
  const account = {
    kind: 'account',
    address: 'mallory@evil.example',
    hue: 1,
    enabled: true,
    keepsPassword: true,
    pins: [],
    scramSeen: false,
    sasl2Seen: false,
  };
  const chat = {
    kind: 'chat',
    chat: {
      address: romeo,
      at: 1,
      readUpTo: 0,
      displayedUpTo: 0,
      draft: '',
      encryptionMode: 'automatic',
      wasEncrypted: false,
    },
  };
  const end = { kind: 'end', messages: 0 } satisfies BackupRecord;
  const rows: (object | string)[][] = [
    [],
    [end],
    [head],
    [head, head, end],
    [head, account],
    [head, chat, end],
    [head, account, { ...end, messages: 1 }],
    [head, account, end, account],
    [head, account, { kind: 'message', message: {} }, end],
    [head, { ...account, address: 'not an address' }, end],
    [head, { ...account, hue: 1e9 }, end],
    [head, { ...account, server: { host: 'x', port: 70_000, security: 'none' } }, end],
    [head, account, { kind: 'device', address: romeo, device: 1, trust: 'owner', firstSeen: 1 }, end],
    [head, account, { kind: 'exec', command: 'rm' }, end],
    [head, '{"kind":', end],
    [head, `{"kind":"privacy","tellsSystem":${'['.repeat(100_000)}`, end],
    ['x'.repeat(1_000_001)],
  ];
  for (const records of rows) {
    const pieces: Uint8Array[] = [];
    const seal = await sealInto(
      (bytes) => {
        pieces.push(Uint8Array.from(bytes));
        return Promise.resolve();
      },
      passphrase,
      { N: 2 ** 14, r: 8, p: 1 },
    );
    for (const record of records)
      await seal.write(`${typeof record === 'string' ? record : JSON.stringify(record)}\n`);
    await seal.finish();
    writeFileSync(path, Buffer.concat(pieces));
    expect([records, await codeOf(restoreBackup(profile, from(path)))]).toEqual([records, 'damaged']);
  }
  expect(everything(profile.database)).toEqual(before);
});

test('a backup that is not finished is not there', async () => {
  const { profile, folder } = open();
  live(profile.database);
  const path = join(folder, 'backup');
  writeFileSync(path, 'the one from last week');
  const controller = new AbortController();
  const order = to(path, { signal: controller.signal, onProgress: () => controller.abort() });
  expect(await codeOf(writeBackup(profile, order))).toBe('cancelled');
  expect(readFileSync(path, 'utf8')).toBe('the one from last week');
  expect(await codeOf(writeBackup(profile, to(join(folder, 'no', 'where'))))).toBe('not-allowed');
});

test('the window backs up and restores by calls, and sees what came back', async () => {
  const source = temporaryFolder('backup-engine');
  onTestFinished(source.remove);
  const path = join(source.path, 'backup');
  const start = async (name: string, chooseFiles = () => Promise.resolve<readonly string[]>([path])) => {
    const { path: profile, remove } = temporaryFolder(name);
    const engine = createEngine(createTestHost({ profile, chooseFiles }));
    onTestFinished(async () => {
      await engine.stop();
      remove();
    });
    const mirror = new Mirror(engine);
    await engine.start();
    return mirror;
  };
  const old = open();
  live(old.profile.database);
  await writeBackup(old.profile, to(path));
  const now = await start('backup-new');
  const refusal = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => 'done',
      (error: unknown) => (error instanceof Refusal ? error.code : error),
    );
  expect(await refusal(now.call('backup.restore', { passphrase }))).toBe('not-found');
  await now.call('backup.choose', {});
  expect(await refusal(now.call('backup.restore', { passphrase: 'another one' }))).toBe('wrong-secret');
  const { accounts, messages } = await now.call('backup.restore', { passphrase });
  expect(accounts).toBe(2);
  expect(now.accounts.size).toBe(2);
  expect([...now.chats.values()].map(({ address }) => address).sort()).toEqual(
    listChats(old.profile.database)
      .map(({ address }) => address)
      .sort(),
  );
  const code = (await now.call('backup.passphrase', {})).passphrase;
  expect(code).toMatch(/^(?:[0-9A-HJKMNP-TV-Z]{4}-){7}[0-9A-HJKMNP-TV-Z]{4}$/u);
  expect(await now.call('backup.write', { passphrase: code, hasCredentials: false })).toEqual({ messages });
  const nobody = await start('backup-nobody', () => Promise.resolve([]));
  expect(await refusal(nobody.call('backup.write', { passphrase: code, hasCredentials: false }))).toBe(
    'cancelled',
  );
  expect(await refusal(nobody.call('backup.choose', {}))).toBe('cancelled');
});
