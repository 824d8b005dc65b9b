/**
 * Files as somebody means harm with them (H60, H62): addresses that lead elsewhere, places that answer otherwise. Nothing
 * is fetched for a stranger, nothing that is not whole stays, and no other place than the one that was named hears of us.
 */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FileRow } from '../../shared/contract.ts';
import { writeMessage } from '../../electron/xmpp/message.ts';
import { serialize } from '../../electron/xmpp/xml.ts';
import { serverCertificate } from '../support/certificates.ts';
import { startRawClient } from '../bench/raw-client.ts';
import { startTestEngine, type TestEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { signIn } from '../support/people.ts';
import { startProsody } from '../support/prosody.ts';
import type { XmppServer } from '../support/server.ts';
import { startWebServer, type WebServer } from '../support/web-server.ts';

const contents = randomBytes(50_000);
let server: XmppServer;
let web: WebServer;
let elsewhere: WebServer;
let bob: TestEngine;
const folder = temporaryFolder('bob');

beforeAll(async () => {
  server = await startProsody({
    accounts: ['alice', 'bob', 'mallory'],
    contacts: [['alice', 'bob']],
  });
  const certificate = await serverCertificate('localhost');
  elsewhere = await startWebServer((_request, response) => void response.end('hello'), certificate);
  web = await startWebServer((request, response) => {
    const { port } = elsewhere;
    switch (new URL(request.url ?? '', 'https://localhost').pathname) {
      case '/good':
        return void response.end(contents);
      case '/gone':
        return void response.writeHead(410).end();
      case '/insecure':
        return void response.writeHead(302, { location: `http://localhost:${port}/x` }).end();
      case '/private':
        return void response.writeHead(302, { location: `https://127.0.0.1:${port}/x` }).end();
      case '/file':
        return void response.writeHead(302, { location: 'file:///etc/passwd' }).end();
      case '/for-ever':
        return void response.writeHead(302, { location: '/for-ever' }).end();
      case '/longer':
        return void response.writeHead(200, { 'content-length': '999999999' }).end(contents);
      case '/endless':
        response.writeHead(200);
        response.write(contents);
        return void response.write(contents);
      case '/short':
        response.writeHead(200, { 'content-length': String(contents.length) });
        return void response.write(contents.subarray(0, 1_000), () => response.destroy());
      default:
        return void response.writeHead(404).end();
    }
  }, certificate);
  bob = await startTestEngine({ profile: folder.path, authority: server.authority });
  await signIn(bob, server, 'bob');
});

afterAll(async () => {
  await bob.stop();
  await Promise.all([web.stop(), elsewhere.stop(), server.stop()]);
  folder.remove();
});

interface Said {
  readonly name: string;
  readonly size?: number;
  readonly hash?: string;
}

/** A message with a file, written by hand: what its words say of it need not be true. */
async function offer(from: 'alice' | 'mallory', url: string, { name, size, hash }: Said): Promise<FileRow> {
  const sender = await startRawClient(server, from);
  try {
    const hashes = hash === undefined ? [] : [{ algorithm: 'sha-256', value: hash }];
    const metadata = { name, mediaType: 'image/png', ...(size !== undefined && { size }), hashes };
    const files = [{ metadata, addresses: [url] }];
    const stanza = writeMessage({ to: 'bob@localhost', type: 'chat', body: url, outOfBand: { url }, files });
    sender.write(serialize(stanza));
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
const at = (path: string): string => `https://localhost:${web.port}${path}`;
const kept = (): string[] => {
  const place = join(folder.path, 'files');
  return existsSync(place) ? readdirSync(place) : [];
};
const HASH = createHash('sha256').update(contents).digest('base64');

it('a stranger has nothing fetched, whatever it is called', async () => {
  const offered = await offer('mallory', at('/good'), { name: 'nice.png', size: contents.length });
  expect(offered.state).toBe('offered');
  // Somebody else's, asked for behind it: had the first one been fetched, it would have been by now.
  const wanted = await offer('alice', at('/good?asked'), {
    name: 'asked.png',
    size: contents.length,
    hash: HASH,
  });
  await settled(wanted.id);
  expect(web.requests).toEqual(['GET /good?asked']);
  expect(bob.files.get(offered.id)?.state).toBe('offered');
});

it('a picture is what it is, and not what was said', async () => {
  const row = [...bob.files.values()].find(({ name }) => name === 'asked.png');
  expect(row).toMatchObject({ state: 'here', kind: 'file', size: contents.length });
  expect(row && (await bob.engine.readFile(row.id, 0, 10))?.type).toBeUndefined();
});

it.each([
  ['gone', '/gone', {}, 'gone'],
  ['led to where TLS protects nothing', '/insecure', {}, 'refused'],
  ['led into this computer', '/private', {}, 'not-allowed'],
  ['led to a file of ours', '/file', {}, 'refused'],
  ['led in circles', '/for-ever', {}, 'refused'],
  ['longer than was said', '/longer', { size: 50_000 }, 'too-large'],
  ['longer than was said, without saying so', '/endless', { size: 50_000 }, 'too-large'],
  ['cut off', '/short', {}, 'unreachable'],
  ['something else', '/good?else', { hash: createHash('sha256').update('x').digest('base64') }, 'damaged'],
  ['shorter than was said', '/good?shorter', { size: 50_001 }, 'damaged'],
] as const)('a file that is %s leaves nothing', async (what, path, said, failure) => {
  const before = kept().length;
  const { id } = await offer('alice', at(path), { name: `${what}.txt`, ...said });
  await bob.call('files.fetch', { file: id }).catch(() => undefined); // a picture is on its way already
  expect(await settled(id)).toMatchObject({ state: 'failed', failure });
  await expect.poll(() => kept().length).toBe(before);
  expect(elsewhere.requests).toEqual([]);
});

it('an address in a private network is not even asked', async () => {
  const { id } = await offer('alice', `https://127.0.0.1:${elsewhere.port}/x`, { name: 'inside.txt' });
  await bob.call('files.fetch', { file: id }).catch(() => undefined);
  expect(await settled(id)).toMatchObject({ failure: 'not-allowed' });
  expect(elsewhere.requests).toEqual([]);
});
