/**
 * Backups with the files of messages: the same contents elsewhere, under other keys; or a name, and never a lost message.
 * What takes its time is the passphrase, which may not cost less.
 */
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { open as openFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { writeBackup, type BackupOrder } from '../../electron/engine/backup.ts';
import { createProfile, type Profile } from '../../electron/engine/profile.ts';
import { restoreBackup, undoRestore, type RestoreOrder } from '../../electron/engine/restore.ts';
import { openSealed, sealInto } from '../../electron/engine/sealed-file.ts';
import { readBlob } from '../../electron/files/blob.ts';
import { getAttachment, listBetween } from '../../electron/store/attachments.ts';
import { listChats } from '../../electron/store/chats.ts';
import { setTraits } from '../../electron/store/messages.ts';
import { countMessages } from '../../electron/store/transcript.ts';
import { Refusal } from '../../shared/answer.ts';
import type { BackupRecord } from '../../shared/backup.ts';
import { add, temporaryDatabase, withChat } from '../store/profile.ts';
import { createTestHost } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { eventually } from '../support/people.ts';
import { storeFile } from '../support/stored-file.ts';

const passphrase = 'a plague on both your houses';
const cost = { N: 2 ** 14, r: 8, p: 1 };
const ADDRESS = 'https://files.example/x/plan.pdf';
const SECRET = { key: randomBytes(32), iv: randomBytes(12) };
/** Not a multiple of anything. */
const LARGE = randomBytes(300_001);
const NOTE = Buffer.from('WHAT NO DISK MAY KNOW');

function openProfile(step: (name: string) => void = () => undefined): Profile {
  const { path, remove } = temporaryFolder('backup-files');
  onTestFinished(remove);
  const host = createTestHost({ profile: path, step });
  return createProfile(
    host,
    temporaryDatabase(),
    () => undefined,
    () => undefined,
  );
}
const to = (path: string, order: Partial<BackupOrder> = {}): BackupOrder => ({
  path,
  passphrase,
  hasCredentials: false,
  withFiles: true,
  cost,
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
const filesOf = ({ database }: Profile): ReturnType<typeof listBetween> =>
  listChats(database).flatMap(({ id }) => listBetween(database, id, 0, Number.MAX_SAFE_INTEGER));
const folderOf = (profile: Profile): string => join(profile.host.profile, 'files');
const onDisk = (profile: Profile): string[] =>
  existsSync(folderOf(profile)) ? readdirSync(folderOf(profile)) : [];
async function contentsOf(profile: Profile, id: number): Promise<Buffer | undefined> {
  const { blob, size = 0 } = getAttachment(profile.database, id) ?? {};
  if (blob === undefined) return undefined;
  const parts: Buffer[] = [];
  for await (const part of readBlob({ path: profile.files.pathOf(blob.name), key: blob.key, size }))
    parts.push(part);
  return Buffer.concat(parts);
}
const countOf = ({ database }: Profile): number =>
  listChats(database).reduce((sum, { id }) => sum + countMessages(database, id), 0);

/** What is in a backup of the profile that these tests begin with; asked once, as each passphrase costs its time. */
let pristine: Promise<readonly BackupRecord[]> | undefined;
async function recordsOf(file: string): Promise<readonly BackupRecord[]> {
  await writeBackup(source, to(file));
  const handle = await openFile(file);
  const parts: Uint8Array[] = [];
  for await (const chunk of (await openSealed(handle, passphrase)).chunks()) parts.push(Buffer.from(chunk));
  await handle.close();
  const lines = Buffer.concat(parts).toString().trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as BackupRecord);
}

/** A backup, changed by somebody who knows the passphrase. */
async function rewrite(
  file: string,
  change: (records: BackupRecord[]) => readonly (BackupRecord | object)[],
): Promise<void> {
  pristine ??= recordsOf(file);
  const records = change([...(await pristine)]);
  const out: Uint8Array[] = [];
  const seal = await sealInto(
    (bytes) => {
      out.push(Buffer.from(bytes));
      return Promise.resolve();
    },
    passphrase,
    cost,
  );
  await seal.write(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  await seal.finish();
  writeFileSync(file, Buffer.concat(out));
}

let source: Profile;
let path: string;
let blobs: string[];

beforeEach(async () => {
  source = openProfile();
  path = join(source.host.profile, 'a.waxbackup');
  blobs = [];
  const { account, chat } = withChat(source.database);
  for (const [name, contents, more] of [
    ['plan.pdf', LARGE, { address: ADDRESS, secret: SECRET }],
    ['note.txt', NOTE, { description: 'psst' }],
    ['empty', Buffer.alloc(0), {}],
  ] as const) {
    const { id: message } = add(source.database, { id: chat, account }, { text: name });
    setTraits(source.database, message, ['file']);
    const stored = await storeFile(
      source.database,
      folderOf(source),
      { account, message, name, ...more },
      contents,
    );
    blobs.push(join(folderOf(source), stored.blob));
    add(source.database, { id: chat, account }, { text: `behind ${name}` });
  }
});

test('files come back whole, under other names and keys', async () => {
  const steps: number[][] = [];
  await writeBackup(source, to(path, { onProgress: (done, total) => steps.push([done, total]) }));
  expect(steps.at(0)).toEqual([0, 6 + 7]);
  expect(readFileSync(path).includes(NOTE)).toBe(false);
  const target = openProfile();
  await restoreBackup(target, from(path));
  const files = filesOf(target);
  expect(files).toMatchObject([
    { name: 'plan.pdf', state: 'here', size: LARGE.length, address: ADDRESS, secret: SECRET },
    { name: 'note.txt', state: 'here', description: 'psst' },
    { name: 'empty', state: 'here', size: 0 },
  ]);
  for (const [index, contents] of [LARGE, NOTE, Buffer.alloc(0)].entries()) {
    expect((await contentsOf(target, files[index]?.id ?? 0))?.equals(contents)).toBe(true);
  }
  const old = filesOf(source);
  for (const [index, { blob }] of files.entries()) {
    expect(blob?.name).not.toBe(old[index]?.blob?.name);
    expect(Buffer.from(blob?.key ?? []).equals(old[index]?.blob?.key ?? Buffer.alloc(0))).toBe(false);
  }
  expect(onDisk(target)).toHaveLength(3);
  // Once more: nothing is new, and nothing is there twice.
  expect((await restoreBackup(target, from(path))).messages).toBe(0);
  expect(onDisk(target)).toHaveLength(3);
});

test('without them it is small, and they can be fetched from where they lie', async () => {
  await writeBackup(source, to(path, { withFiles: false }));
  expect(statSync(path).size).toBeLessThan(20_000);
  const target = openProfile();
  await restoreBackup(target, from(path));
  expect(filesOf(target)).toMatchObject([
    { name: 'plan.pdf', state: 'offered', address: ADDRESS, secret: SECRET },
    { name: 'note.txt', state: 'offered', failure: 'gone' },
    { name: 'empty', state: 'offered', failure: 'gone' },
  ]);
  expect(filesOf(target)[0]?.failure).toBeUndefined();
  expect(onDisk(target)).toEqual([]);
});

test('what is damaged or gone on our disk is not in it, and everything else is', async () => {
  const [plan = '', note = ''] = blobs;
  truncateSync(plan, 200_000);
  rmSync(note);
  await writeBackup(source, to(path));
  const target = openProfile();
  expect((await restoreBackup(target, from(path))).messages).toBe(6);
  expect(filesOf(target).map(({ state }) => state)).toEqual(['offered', 'offered', 'here']);
  expect(onDisk(target)).toHaveLength(1);
});

const firstBytes = (records: BackupRecord[]): number => records.findIndex(({ kind }) => kind === 'bytes');

test.each<[string, (records: BackupRecord[]) => object[]]>([
  [
    'changed',
    (all) => all.with(firstBytes(all), { kind: 'bytes', data: randomBytes(49_152).toString('base64') }),
  ],
  ['short', (all) => all.toSpliced(firstBytes(all), 1)],
  ['longer', (all) => all.toSpliced(firstBytes(all), 0, { kind: 'bytes', data: 'AAAA' })],
  ['missing', (all) => all.filter((record, index) => record.kind !== 'bytes' || index > firstBytes(all) + 6)],
  [
    'without a hash',
    (all) =>
      all.map((record) =>
        record.kind === 'file' && record.file.name === 'plan.pdf'
          ? { ...record, file: { name: 'plan.pdf', size: LARGE.length } }
          : record,
      ),
  ],
])('a file whose contents are %s is known by its name, and no message is lost', async (_name, change) => {
  await rewrite(path, change);
  const target = openProfile();
  await restoreBackup(target, from(path));
  expect(countOf(target)).toBe(6);
  expect(filesOf(target).map(({ name, state }) => [name, state])).toEqual([
    ['plan.pdf', 'offered'],
    ['note.txt', 'here'],
    ['empty', 'here'],
  ]);
  expect(onDisk(target)).toHaveLength(2);
});

test.each<[string, (records: BackupRecord[]) => object[]]>([
  ['bytes of no file', (all) => all.toSpliced(firstBytes(all) - 1, 1)],
  ['no base64', (all) => all.with(firstBytes(all), { kind: 'bytes', data: '!' })],
  [
    'far too many at once',
    (all) => all.with(firstBytes(all), { kind: 'bytes', data: 'AAAA'.repeat(40_000) }),
  ],
  [
    'a file before any chat',
    (all) => [...all.slice(0, 1), ...all.slice(firstBytes(all) - 1, firstBytes(all)), ...all.slice(1)],
  ],
])('%s: refused before anything is used', async (_name, change) => {
  await rewrite(path, change);
  const target = openProfile();
  expect(await codeOf(restoreBackup(target, from(path)))).toBe('damaged');
  expect(listChats(target.database)).toEqual([]);
  expect(onDisk(target)).toEqual([]);
});

test('a hostile name, address or message of another chat does nothing', async () => {
  await rewrite(path, (all) =>
    all.map((record) =>
      record.kind === 'file'
        ? record.file.name === 'note.txt'
          ? { ...record, message: 4711 }
          : { ...record, file: { ...record.file, name: '../../.bashrc', address: 'file:///etc/passwd' } }
        : record,
    ),
  );
  const target = openProfile();
  await restoreBackup(target, from(path));
  expect(filesOf(target).map(({ name, address }) => [name, address])).toEqual([
    ['bashrc', undefined],
    ['bashrc', undefined],
  ]);
});

test('a change of mind, or a crash in the middle, leaves no file', async () => {
  await writeBackup(source, to(path));
  for (const way of ['cancelled', 'killed'] as const) {
    const controller = new AbortController();
    let steps = 0;
    const target = openProfile((name) => {
      if (name === 'restored-some' && (steps += 1) === 1) {
        if (way === 'killed') throw new Error('killed');
        controller.abort();
      }
    });
    const outcome = await codeOf(restoreBackup(target, from(path, { signal: controller.signal })));
    expect(way === 'killed' ? String(outcome) : outcome).toBe(way === 'killed' ? 'Error: killed' : way);
    await undoRestore(target);
    expect(listChats(target.database)).toEqual([]);
    await eventually(() => Promise.resolve(onDisk(target).length === 0), 'no file');
  }
});

test('a backup that is cancelled in the middle of a file is not there', async () => {
  const controller = new AbortController();
  const onProgress = (done: number): void => {
    if (done >= 8) controller.abort();
  };
  expect(await codeOf(writeBackup(source, to(path, { signal: controller.signal, onProgress })))).toBe(
    'cancelled',
  );
  expect(readdirSync(source.host.profile)).toEqual(['files']);
});
