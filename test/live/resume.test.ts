/**
 * Downloads that are cut off go on from where they were: by themselves, and after a restart; and whatever the other end
 * tells, what comes out is what was sent, or nothing.
 */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { FileRow } from '../../shared/contract.ts';
import { writeMessage } from '../../electron/xmpp/message.ts';
import { serialize } from '../../electron/xmpp/xml.ts';
import { startRawClient } from '../bench/raw-client.ts';
import { serverCertificate } from '../support/certificates.ts';
import { startTestEngine, type TestEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { signIn } from '../support/people.ts';
import { startProsody } from '../support/prosody.ts';
import type { XmppServer } from '../support/server.ts';
import { startWebServer, type WebServer } from '../support/web-server.ts';

const MARK = 'NOT-FOR-ANY-DISK';
const contents = Buffer.concat([Buffer.from(MARK), randomBytes(2_000_000)]);
const HASH = createHash('sha256').update(contents).digest('base64');
let server: XmppServer;
let web: WebServer;
let bob: TestEngine;
const folder = temporaryFolder('bob');

/** How the place behaves, until the next test. */
let place: {
  /** Bytes after which an answer breaks off, one answer after the other; later ones are whole. */
  cuts: number[];
  etag: string | undefined;
  bytes: Buffer;
  speaksRange: boolean;
};
/** What was asked for, and on which condition. */
const asked: [range: string | undefined, condition: string | undefined][] = [];

function serve(request: IncomingMessage, response: ServerResponse): void {
  const { range, 'if-range': condition } = request.headers;
  const { etag, bytes } = place;
  asked.push([range, condition as string | undefined]);
  const isSame = condition === undefined || condition === etag;
  const start = place.speaksRange && isSame ? Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0) : 0;
  const rest = bytes.subarray(start);
  response.writeHead(start > 0 ? 206 : 200, {
    'content-length': String(rest.length),
    ...(etag !== undefined && { etag }),
    ...(start > 0 && { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` }),
  });
  const cut = place.cuts.shift();
  if (cut === undefined) return void response.end(rest);
  response.write(rest.subarray(0, cut), () => response.destroy());
}

beforeAll(async () => {
  server = await startProsody({ accounts: ['alice', 'bob'], contacts: [['alice', 'bob']] });
  web = await startWebServer(serve, await serverCertificate('localhost'));
  bob = await startTestEngine({ profile: folder.path, authority: server.authority });
  await signIn(bob, server, 'bob');
});

afterAll(async () => {
  await bob.stop();
  await Promise.all([web.stop(), server.stop()]);
  folder.remove();
});

beforeEach(() => {
  asked.length = 0;
  place = { cuts: [], etag: '"first"', bytes: contents, speaksRange: true };
});

async function offer(name: string, hash = HASH): Promise<FileRow> {
  const sender = await startRawClient(server, 'alice');
  try {
    const url = `https://localhost:${web.port}/${name}`;
    const hashes = [{ algorithm: 'sha-256', value: hash }];
    const files = [{ metadata: { name, size: contents.length, hashes }, addresses: [url] }];
    sender.write(serialize(writeMessage({ to: 'bob@localhost', type: 'chat', body: url, files })));
    return await bob.until(() => [...bob.files.values()].find((each) => each.name === name), name);
  } finally {
    sender.close();
  }
}

const settled = (id: number): Promise<FileRow> =>
  bob.until(() => {
    const row = bob.files.get(id);
    return row !== undefined && (row.state === 'here' || row.state === 'failed') && row;
  }, `file ${id}`);
const kept = (): string[] => {
  const files = join(folder.path, 'files');
  return existsSync(files) ? readdirSync(files) : [];
};

async function isWhole(id: number): Promise<boolean> {
  const hash = createHash('sha256');
  for (let at = 0; at < contents.length;) {
    const piece = await bob.engine.readFile(id, at, 1_000_000);
    if (piece === undefined || piece.bytes.length === 0) return false;
    hash.update(piece.bytes);
    at += piece.bytes.length;
  }
  return hash.digest('base64') === HASH;
}

it('cut off again and again, it goes on by itself and comes whole', async () => {
  place.cuts = [700_000, 600_000];
  const { id } = await offer('again.bin');
  await bob.call('files.fetch', { file: id });
  expect((await settled(id)).state).toBe('here');
  expect(await isWhole(id)).toBe(true);
  expect(asked.map(([, condition]) => condition)).toEqual([undefined, '"first"', '"first"']);
  expect(asked[1]?.[0]).toMatch(/^bytes=[1-9]\d{5}-$/);
  await expect.poll(() => kept().length).toBe(1);
});

it('goes on after a restart, and no disk has read it meanwhile', async () => {
  // The second try brings nothing that is worth keeping, so that it gives up.
  place.cuts = [900_000, 10];
  const { id } = await offer('restart.bin');
  await bob.call('files.fetch', { file: id });
  expect(await settled(id)).toMatchObject({ state: 'failed', failure: 'unreachable' });
  await bob.stop();
  for (const name of kept())
    expect(readFileSync(join(folder.path, 'files', name)).includes(MARK)).toBe(false);
  bob = await startTestEngine({ profile: folder.path, authority: server.authority });
  await bob.until(() => bob.account().state === 'online', 'online');
  const chat = bob.chatWith('alice@localhost')?.id ?? 0;
  const page = await bob.call('messages.page', { chat, limit: 50 });
  expect(page.files?.find((file) => file.id === id)?.state).not.toBe('here');
  asked.length = 0;
  place.cuts = [];
  await bob.call('files.fetch', { file: id });
  expect((await settled(id)).state).toBe('here');
  expect(asked[0]?.[0]).toMatch(/^bytes=[1-9]\d{5}-$/);
  expect(await isWhole(id)).toBe(true);
});

it('is fetched anew when it changed, or comes in one piece only', async () => {
  for (const change of [{ etag: '"second"' }, { speaksRange: false }]) {
    place = { cuts: [700_000], etag: '"first"', bytes: contents, speaksRange: true, ...change };
    const { id } = await offer(`anew-${String(Object.keys(change)[0])}.bin`);
    await bob.call('files.fetch', { file: id });
    expect((await settled(id)).state).toBe('here');
    expect(await isWhole(id)).toBe(true);
  }
});

it('a rest of something else is no file, and nothing of it stays', async () => {
  const before = kept().length;
  const other = createHash('sha256').update('other').digest('base64');
  place.cuts = [700_000];
  const { id } = await offer('mixed.bin', other);
  await bob.call('files.fetch', { file: id });
  expect(await settled(id)).toMatchObject({ state: 'failed', failure: 'damaged' });
  await expect.poll(() => kept().length).toBe(before);
});

it('without a name for the state of the file, or with little of it, nothing is kept', async () => {
  const before = kept().length;
  const places = { nameless: { etag: undefined }, weak: { etag: 'W/"weak"' }, little: { cuts: [1_000] } };
  for (const [name, change] of Object.entries(places)) {
    place = { cuts: [700_000], etag: '"first"', bytes: contents, speaksRange: true, ...change };
    const { id } = await offer(`${name}.bin`);
    await bob.call('files.fetch', { file: id });
    expect(await settled(id)).toMatchObject({ state: 'failed', failure: 'unreachable' });
    await expect.poll(() => kept().length).toBe(before);
  }
});

it('what was kept goes with its message', async () => {
  const before = kept().length;
  place.cuts = [700_000, 10];
  const { id, message } = await offer('deleted.bin');
  await bob.call('files.fetch', { file: id });
  expect(await settled(id)).toMatchObject({ state: 'failed', failure: 'unreachable' });
  expect(kept().length).toBe(before + 1);
  await bob.call('messages.remove', { message });
  await expect.poll(() => kept().length).toBe(before);
});
