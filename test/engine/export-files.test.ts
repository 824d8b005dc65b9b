/** Exports with the files of messages: whole, in clear where the person wanted them, and taken back in believing nothing. */
import { createHash, randomBytes } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { SaxesParser } from 'saxes';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { exportChats, type ExportOrder } from '../../electron/engine/export.ts';
import { importChats } from '../../electron/engine/import.ts';
import { createProfile, type Profile } from '../../electron/engine/profile.ts';
import { readBlob } from '../../electron/files/blob.ts';
import { getAttachment, listBetween, measureHere } from '../../electron/store/attachments.ts';
import { listChats, openChat } from '../../electron/store/chats.ts';
import { Refusal } from '../../shared/answer.ts';
import type { FileEntry, MessageEntry } from '../../shared/transcript.ts';
import { add, temporaryDatabase, withChat } from '../store/profile.ts';
import { createTestHost } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { eventually } from '../support/people.ts';
import { storeFile } from '../support/stored-file.ts';

const ADDRESS = 'https://files.example/abc/holiday.jpg';
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAYAAAD0In+KAAAAEUlEQVR42mP8z8Dwn4GBgQEADQUB/sbqpBYAAAAASUVORK5CYII=',
  'base64',
);
const LARGE = randomBytes(300_000);

interface World {
  readonly profile: Profile;
  readonly folder: string;
  readonly account: number;
  readonly chat: number;
}

const openProfile = (): { profile: Profile; folder: string } => {
  const { path, remove } = temporaryFolder('export-files');
  onTestFinished(remove);
  const fail = (error: unknown): void => {
    throw error;
  };
  const profile = createProfile(
    createTestHost({ profile: path }),
    temporaryDatabase(),
    () => undefined,
    fail,
  );
  const folder = join(path, 'documents');
  mkdirSync(folder);
  return { profile, folder };
};

let world: World;
let blobs: string[];

/** Puts a message with a file into a chat. */
async function share(
  { profile, account, chat }: World,
  name: string,
  contents: Uint8Array,
  more: object = {},
): Promise<number> {
  const { id: message } = add(profile.database, { id: chat, account }, { text: name });
  const folder = join(profile.host.profile, 'files');
  const { id, blob } = await storeFile(
    profile.database,
    folder,
    { account, message, name, ...more },
    contents,
  );
  blobs.push(join(folder, blob));
  return id;
}

beforeEach(async () => {
  blobs = [];
  const opened = openProfile();
  world = { ...opened, ...withChat(opened.profile.database) };
  await share(world, 'plan.pdf', LARGE, {
    secret: { key: randomBytes(32), iv: randomBytes(12) },
    address: ADDRESS,
  });
  await share(world, 'photo.png', PNG, { description: 'two <pixels>' });
  await share(world, 'PHOTO.png', Buffer.from('no picture at all'));
  await share(world, 'photo.png', Buffer.alloc(0));
  await share(world, 'run me.html', Buffer.from('<script>alert(1)</script>'));
  const message = add(world.profile.database, { id: world.chat, account: world.account }).id;
  const { database } = world.profile;
  database
    .prepare(
      `INSERT INTO attachments (account, message, name, media_type, size, state, address)
       VALUES (?, ?, 'holiday.jpg', 'image/jpeg', 5000, 'offered', ?)`,
    )
    .run(world.account, message, ADDRESS);
});

const to = (path: string, order: Partial<ExportOrder> = {}): ExportOrder => ({
  format: 'json',
  path,
  withFiles: true,
  signal: new AbortController().signal,
  onProgress: () => undefined,
  ...order,
});
const from = (path: string): Parameters<typeof importChats>[1] => ({
  path,
  signal: new AbortController().signal,
  onProgress: () => undefined,
});
const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof Refusal ? error.code : error),
  );
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const messagesIn = (path: string): MessageEntry[] =>
  (
    JSON.parse(readFileSync(path, 'utf8')) as { accounts: { chats: { messages: MessageEntry[] }[] }[] }
  ).accounts.flatMap(({ chats }) => chats.flatMap(({ messages }) => messages));
const filesIn = (path: string): FileEntry[] => messagesIn(path).flatMap(({ files = [] }) => files);
const filesOf = ({ database }: Profile): ReturnType<typeof listBetween> =>
  listChats(database).flatMap(({ id }) => listBetween(database, id, 0, Number.MAX_SAFE_INTEGER));
async function contentsOf(profile: Profile, id: number): Promise<Buffer | undefined> {
  const { blob, size = 0 } = getAttachment(profile.database, id) ?? {};
  if (blob === undefined) return undefined;
  const parts: Buffer[] = [];
  for await (const part of readBlob({ path: profile.files.pathOf(blob.name), key: blob.key, size }))
    parts.push(part);
  return Buffer.concat(parts);
}

test('the files lie beside the document, in clear, each under a name of its own', async () => {
  const path = join(world.folder, 'all.json');
  const steps: number[][] = [];
  await exportChats(world.profile, to(path, { onProgress: (done, total) => steps.push([done, total]) }));
  const files = join(world.folder, 'all files');
  expect(readdirSync(files).sort()).toEqual([
    'PHOTO 2.png',
    'photo 3.png',
    'photo.png',
    'plan.pdf',
    'run me.html',
  ]);
  expect(readFileSync(join(files, 'plan.pdf')).equals(LARGE)).toBe(true);
  expect(statSync(join(files, 'plan.pdf')).mode & 0o777).toBe(0o600);
  expect(statSync(files).mode & 0o777).toBe(0o700);
  expect(filesIn(path)).toEqual([
    { name: 'plan.pdf', size: LARGE.length, sha256: sha256(LARGE), file: 'plan.pdf' },
    {
      name: 'photo.png',
      mediaType: 'image/png',
      size: PNG.length,
      width: 2,
      height: 1,
      description: 'two <pixels>',
      sha256: sha256(PNG),
      file: 'photo.png',
    },
    { name: 'PHOTO.png', size: 17, sha256: sha256(Buffer.from('no picture at all')), file: 'PHOTO 2.png' },
    { name: 'photo.png', size: 0, sha256: sha256(Buffer.alloc(0)), file: 'photo 3.png' },
    {
      name: 'run me.html',
      size: 25,
      sha256: sha256(Buffer.from('<script>alert(1)</script>')),
      file: 'run me.html',
    },
    { name: 'holiday.jpg', mediaType: 'image/jpeg', size: 5000, address: ADDRESS, isMissing: true },
  ]);
  expect(steps.at(-1)?.[0]).toBe(steps.at(-1)?.[1]);
  expect(measureHere(world.profile.database, world.chat)).toEqual({
    files: 5,
    bytes: LARGE.length + PNG.length + 42,
  });
  expect(await codeOf(exportChats(world.profile, to(path)))).toBe('already-there');
});

test('nobody gets files in clear who did not want them', async () => {
  for (const format of ['json', 'html'] as const) {
    await exportChats(
      world.profile,
      to(join(world.folder, `x.${format}`), { format, chat: world.chat, withFiles: false }),
    );
  }
  expect(readdirSync(world.folder).sort()).toEqual(['x.html', 'x.json']);
  expect(filesIn(join(world.folder, 'x.json')).map(({ name, file }) => [name, file])).toContainEqual([
    'plan.pdf',
    undefined,
  ]);
  expect(readFileSync(join(world.folder, 'x.html'), 'utf8')).not.toContain('<a ');
});

test('a page links to what can be looked at, and only names what may be a program or is not here', async () => {
  const path = join(world.folder, `it's 100% "us" #1?.html`);
  await exportChats(world.profile, to(path, { format: 'html', chat: world.chat }));
  const links: string[] = [];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ attributes }) => {
    if (attributes['href'] !== undefined) links.push(String(attributes['href']));
  });
  const page = readFileSync(path, 'utf8');
  parser.write(page).close();
  expect(links).toHaveLength(4);
  for (const link of links) {
    expect(link).not.toMatch(/^\w+:|^\//u);
    expect(existsSync(new URL(link, `file://${world.folder}/`))).toBe(true);
  }
  expect(page).toContain('run me.html');
  expect(page).toContain('holiday.jpg');
  expect(page.match(/not on this computer/gu)).toHaveLength(1);
  expect(page).toContain('two &lt;pixels&gt;');
});

test('each page of all chats has a folder of its own', async () => {
  const { database } = world.profile;
  const chat = openChat(database, world.account, '../../evil@verona.example', 1_000).chat.id;
  await share({ ...world, chat }, 'plan.pdf', Buffer.from('another'));
  const target = join(world.folder, 'chats');
  await exportChats(world.profile, to(target, { format: 'html' }));
  expect(readdirSync(target).sort()).toEqual(
    [
      '___.._evil@verona.example files',
      '___.._evil@verona.example.html',
      'romeo@montague.example files',
      'romeo@montague.example.html',
    ].map((name) => name.replace('___', '__')),
  );
  expect(readFileSync(join(target, '__.._evil@verona.example files', 'plan.pdf'), 'utf8')).toBe('another');
});

test('cancelled in the middle of a file: nothing of it stays', async () => {
  for (const format of ['json', 'html'] as const) {
    for (const chat of [undefined, world.chat]) {
      const controller = new AbortController();
      const onProgress = (done: number): void => {
        if (done >= 2) controller.abort();
      };
      const path = join(world.folder, `gone.${format}`);
      const order = to(path, { format, chat, signal: controller.signal, onProgress });
      expect(await codeOf(exportChats(world.profile, order))).toBe('cancelled');
      expect(readdirSync(world.folder)).toEqual([]);
    }
  }
});

test('a disk that is full refuses, and nothing stays', () => {
  // The system's own limit on the size of a file, in a process of its own: as real as a full disk, without one.
  const script = `
    import { BlobWriter } from ${JSON.stringify(resolve('electron/files/blob.ts'))};
    import { writeCopy } from ${JSON.stringify(resolve('electron/engine/clear-copy.ts'))};
    import { readdirSync } from 'node:fs';
    import { execFileSync } from 'node:child_process';
    const path = ${JSON.stringify(join(world.folder, 'blob'))};
    const blob = { path, key: Buffer.from(process.argv[2], 'hex'), size: 3_000_000 };
    await writeCopy(path + '.copy', 'x', blob, () => undefined).then(
      () => console.log('written'), (error) => console.log(error.name, error.code));`;
  writeFileSync(join(world.folder, 'fill.mts'), script);
  const make = `
    import { BlobWriter } from ${JSON.stringify(resolve('electron/files/blob.ts'))};
    const writer = await BlobWriter.create(${JSON.stringify(join(world.folder, 'blob'))});
    await writer.write(Buffer.alloc(3_000_000));
    await writer.finish();
    console.log(Buffer.from(writer.key).toString('hex'));`;
  writeFileSync(join(world.folder, 'make.mts'), make);
  const key = execFileSync(process.execPath, [join(world.folder, 'make.mts')])
    .toString()
    .trim();
  const said = execFileSync('bash', [
    '-c',
    'ulimit -f 1024; exec "$0" "$1" "$2"',
    process.execPath,
    join(world.folder, 'fill.mts'),
    key,
  ]);
  expect(said.toString().trim()).toBe('Refusal storage');
  expect(readdirSync(world.folder).sort()).toEqual(['blob', 'fill.mts', 'make.mts']);
});

test('what is damaged or gone on our disk is named as missing, and the rest is written', async () => {
  const [plan = '', photo = '', text = ''] = blobs;
  const bytes = readFileSync(plan);
  bytes[100_000] = (bytes[100_000] ?? 0) ^ 1;
  writeFileSync(plan, bytes);
  truncateSync(photo, 10);
  rmSync(text);
  const path = join(world.folder, 'all.json');
  await exportChats(world.profile, to(path));
  expect(filesIn(path).map(({ isMissing = false }) => isMissing)).toEqual([
    true,
    true,
    true,
    false,
    false,
    true,
  ]);
  expect(readdirSync(join(world.folder, 'all files')).sort()).toEqual(['photo.png', 'run me.html']);
});

test.each([true, false])(
  'exported, wiped, imported: the same bytes again (with files: %s)',
  async (withFiles) => {
    const [first, second] = [join(world.folder, 'first.json'), join(world.folder, 'second.json')];
    await exportChats(world.profile, to(first, { withFiles }));
    const { profile } = openProfile();
    await importChats(profile, from(first));
    await exportChats(profile, to(second, { withFiles }));
    expect(readFileSync(second, 'utf8')).toBe(readFileSync(first, 'utf8'));
    const files = filesOf(profile);
    expect(files.map(({ state }) => state)).toEqual([
      ...Array.from({ length: 5 }, () => (withFiles ? 'here' : 'offered')),
      'offered',
    ]);
    if (!withFiles) return;
    expect((await contentsOf(profile, files[0]?.id ?? 0))?.equals(LARGE)).toBe(true);
    // Under keys and names of their own.
    const old = new Set(filesOf(world.profile).map(({ blob }) => blob?.name));
    expect(files.filter(({ blob }) => blob !== undefined && old.has(blob.name))).toEqual([]);
  },
);

test('what an import finds is not what the export said: the messages are there, the file is not', async () => {
  const path = join(world.folder, 'all.json');
  const folder = join(world.folder, 'all files');
  await exportChats(world.profile, to(path));
  const secret = join(world.folder, 'private');
  writeFileSync(secret, PNG);
  const bad: Record<string, () => void> = {
    changed: () => writeFileSync(join(folder, 'photo.png'), Buffer.from(PNG).fill(7, 40, 41)),
    short: () => truncateSync(join(folder, 'photo.png'), 20),
    gone: () => rmSync(join(folder, 'photo.png')),
    'a link': () => symlinkSync(secret, join(folder, 'photo.png')),
    'a pipe': () => {
      rmSync(join(folder, 'photo.png'));
      execFileSync('mkfifo', [join(folder, 'photo.png')]);
    },
    'a folder': () => {
      rmSync(join(folder, 'photo.png'));
      mkdirSync(join(folder, 'photo.png'));
    },
    'elsewhere, by its name': () => {
      rmSync(join(folder, 'photo.png'), { recursive: true });
      writeFileSync(path, readFileSync(path, 'utf8').replace('"file":"photo.png"', '"file":"../private"'));
    },
    'elsewhere, by a link to the folder': () => {
      renameSync(folder, join(world.folder, 'real'));
      symlinkSync(join(world.folder, 'real'), folder);
    },
  };
  for (const [name, harm] of Object.entries(bad)) {
    harm();
    const { profile } = openProfile();
    await importChats(profile, from(path));
    const files = filesOf(profile);
    const all = lstatSync(folder).isSymbolicLink();
    expect([name, files.map(({ state }) => state)]).toEqual([
      name,
      [
        all ? 'offered' : 'here',
        'offered',
        ...Array.from({ length: 3 }, () => (all ? 'offered' : 'here')),
        'offered',
      ],
    ]);
    expect(files[1]).toMatchObject({ name: 'photo.png', failure: 'gone' });
    const left = join(profile.host.profile, 'files');
    expect(existsSync(left) ? readdirSync(left).length : 0).toBe(all ? 0 : 4);
  }
});

test('an import that is cancelled leaves no file', async () => {
  const path = join(world.folder, 'all.json');
  await exportChats(world.profile, to(path));
  const { profile } = openProfile();
  const controller = new AbortController();
  const total = statSync(path).size;
  const order = {
    ...from(path),
    signal: controller.signal,
    onProgress: (done: number) => {
      if (done >= total) controller.abort();
    },
  };
  expect(await codeOf(importChats(profile, order))).toBe('cancelled');
  expect(listChats(profile.database)).toEqual([]);
  const left = join(profile.host.profile, 'files');
  await eventually(() => Promise.resolve(!existsSync(left) || readdirSync(left).length === 0), 'no file');
});
