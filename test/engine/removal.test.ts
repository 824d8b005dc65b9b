/** What a person deletes here is gone: from the window, from the file, and for good. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import { DATABASE_FILE, openVault } from '../../electron/engine/vault.ts';
import { connectUnchecked } from '../../electron/store/database.ts';
import { createTestHost, Mirror, openKeyring } from '../support/engine.ts';
import { eventually } from '../support/people.ts';
import { ScriptedArchive } from '../support/scripted-archive.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';
import { temporaryProfile } from '../support/template.ts';

const ME = 'alice@a.test';
const FRIEND = 'bob@b.test';
const START = Date.UTC(2026, 0, 1, 12);

let server: ScriptedServer;
let archive: ScriptedArchive;
let engine: Engine;
let alice: Mirror;
let folder: Awaited<ReturnType<typeof temporaryProfile>>;

const boot = async (): Promise<void> => {
  engine = createEngine({ ...createTestHost({ profile: folder.path }), connect: server.connect });
  alice = new Mirror(engine);
  await engine.start();
};
const online = (): Promise<unknown> => alice.until(() => alice.account().state === 'online', 'online');
const said = (text: string, extra = ''): string =>
  // The id is kept, so it must not say what is looked for.
  `<message xmlns="jabber:client" from="${FRIEND}/r" to="${ME}" type="chat" id="${[...text].reverse().join('')}"><body>${text}</body>${extra}</message>`;
const origin = (id: string): string => `<origin-id xmlns="urn:xmpp:sid:0" id="${id}"/>`;
const texts = async (): Promise<string[]> => (await alice.history(FRIEND)).map(({ text }) => text);
const idOf = async (text: string): Promise<number> =>
  (await alice.history(FRIEND)).find((row) => row.text === text)?.id ?? -1;
const chat = (): number => alice.chatWith(FRIEND)?.id ?? -1;
const arrived = (text: string): Promise<unknown> =>
  alice.until(() => alice.chatWith(FRIEND)?.last?.text === text, text);

/** The database as it lies on the disk, with every page it has, in plain. */
async function plainFile(): Promise<Buffer> {
  const file = join(folder.path, DATABASE_FILE);
  const key = await openVault(folder.path, openKeyring);
  const database = connectUnchecked(file, key);
  database.pragma('journal_mode = DELETE');
  database.pragma(`rekey = ''`); // rewrites each page as it is, the free ones included
  database.close();
  return readFileSync(file);
}

beforeEach(async () => {
  folder = await temporaryProfile('removal');
  server = new ScriptedServer([{ jid: FRIEND, subscription: 'both' }]);
  archive = new ScriptedArchive(server);
  archive.put('id-1', said('xylophone', origin('o-1')), START);
  archive.put('id-2', said('quagmire'), START + 1_000);
  archive.put('id-3', said('zeppelin'), START + 2_000);
  await boot();
  await alice.call('accounts.signIn', { address: ME, password: 'x' });
  await online();
  await arrived('zeppelin');
});

afterEach(async () => {
  await engine.stop();
  folder.remove();
});

it('is still in the file before: this is what the other tests look for', async () => {
  await engine.stop();
  const file = await plainFile();
  for (const text of ['xylophone', 'quagmire', 'zeppelin']) expect(file.includes(text)).toBe(true);
});

it('a message is gone from the chat, the search and the file', async () => {
  await alice.call('messages.remove', { message: await idOf('zeppelin') });
  expect(await texts()).toEqual(['xylophone', 'quagmire']);
  expect(alice.chatWith(FRIEND)?.last?.text).toBe('quagmire');
  expect(alice.chatWith(FRIEND)?.unread).toBe(2);
  expect((await alice.call('search.messages', { text: 'zepp', limit: 10 })).hits).toEqual([]);
  expect(statSync(join(folder.path, `${DATABASE_FILE}-wal`)).size).toBe(0);
  await engine.stop();
  const file = await plainFile();
  expect(file.includes('zeppelin')).toBe(false);
  expect(file.includes('xylophone')).toBe(true);
});

it('a message does not come back from the archive, whichever id it is known by', async () => {
  server.deliver(said('unicorn'));
  await arrived('unicorn');
  const at = (await alice.history(FRIEND)).find(({ text }) => text === 'unicorn')?.at ?? 0;
  for (const text of ['xylophone', 'quagmire', 'unicorn']) {
    await alice.call('messages.remove', { message: await idOf(text) });
  }
  await engine.stop();
  archive.put('id-4', said('unicorn'), at + 900);
  // The archive was made anew, with new ids; what else is in it, is news.
  archive.put('id-1b', said('xylophone', origin('o-1')), at + 1_000);
  archive.put('id-5', said('quagmire', origin('o-5')), at + 2_000);
  await boot();
  await online();
  await arrived('quagmire');
  expect(await texts()).toEqual(['zeppelin', 'quagmire']);
});

it('a chat that was cleared stays, empty, and hears what is new', async () => {
  await alice.call('chats.setDraft', { chat: chat(), text: 'half a thought' });
  await alice.call('chats.clear', { chat: chat() });
  expect(await texts()).toEqual([]);
  expect(alice.chatWith(FRIEND)).toMatchObject({ unread: 0, draft: 'half a thought' });
  expect(alice.chatWith(FRIEND)?.last).toBeUndefined();
  expect(alice.messages.size).toBe(0);
  await engine.stop();
  archive.put('id-4', said('anew'), START + 9_000);
  await boot();
  await online();
  await arrived('anew');
  expect(await texts()).toEqual(['anew']);
  await engine.stop();
  const file = await plainFile();
  for (const text of ['xylophone', 'quagmire', 'zeppelin']) expect(file.includes(text)).toBe(false);
});

it('what waits in a chat that is cleared is not sent', async () => {
  server.isReachable = false;
  await engine.stop();
  await boot();
  await alice.call('messages.send', { chat: chat(), text: 'regret' });
  await alice.call('chats.clear', { chat: chat() });
  await engine.stop();
  server.isReachable = true;
  const before = server.sent.length;
  await boot();
  await online();
  await alice.call('messages.send', { chat: chat(), text: 'later' });
  const sent = (): string => JSON.stringify(server.sent.slice(before));
  await eventually(() => Promise.resolve(sent().includes('later')), 'later');
  expect(sent()).not.toContain('regret');
});

it('another person’s equal ids delete nothing', async () => {
  await alice.call('messages.remove', { message: await idOf('xylophone') });
  const from = 'mallory@evil.example';
  server.deliver(said('mine', origin('o-1')).replaceAll(FRIEND, from));
  await alice.until(() => alice.chatWith(from)?.last?.text === 'mine', 'mine');
  expect(await codeOf(alice.call('messages.remove', { message: 1 }))).toBe('not-found');
});

const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'done',
    (error: unknown) => (error as { code?: unknown }).code,
  );
