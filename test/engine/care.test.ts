/** A damaged database, as a person meets it: shown, repaired, and filled again by the server. */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import { DATABASE_FILE } from '../../electron/engine/vault.ts';
import { createTestHost, Mirror } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { eventually } from '../support/people.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';

const FRIEND = 'bob@b.test';

let folder: ReturnType<typeof temporaryFolder>;
let server: ScriptedServer;
let engine: Engine;
let alice: Mirror;

async function start(): Promise<void> {
  engine = createEngine({ ...createTestHost({ profile: folder.path }), connect: server.connect });
  alice = new Mirror(engine);
  await engine.start();
}

const online = (): Promise<unknown> => alice.until(() => alice.account().state === 'online', 'online');

async function hear(text: string): Promise<void> {
  server.deliver(
    `<message from="${FRIEND}/r" to="alice@a.test/d" type="chat"><body>${text}</body></message>`,
  );
  await alice.until(() => [...alice.messages.values()].some((row) => row.text === text), text.slice(0, 20));
}

const file = (): string => join(folder.path, DATABASE_FILE);

/** Flips a byte in every page from this one on, up to so many. */
function damage(from: number, count: number): void {
  const bytes = readFileSync(file());
  for (let page = from; page < from + count && page * 4_096 < bytes.length; page += 1) {
    bytes[page * 4_096 + 2_000]! ^= 0xff;
  }
  writeFileSync(file(), bytes);
}

beforeEach(async () => {
  folder = temporaryFolder('care');
  server = new ScriptedServer([{ jid: FRIEND, subscription: 'both' }]);
  await start();
  await alice.call('accounts.signIn', { address: 'alice@a.test', password: 'x' });
  await online();
});

afterEach(async () => {
  vi.useRealTimers();
  await engine.stop();
  folder.remove();
});

test('the copy of the essentials is made some time after the start, and repairing uses it', async () => {
  await engine.stop();
  vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval'] });
  await start();
  vi.advanceTimersByTime(61_000);
  vi.useRealTimers();
  await eventually(() => Promise.resolve(existsSync(`${file()}.essentials`)), 'the copy');
  const { fingerprint } = (await alice.call('chats.devices', await aChat())).devices[0]!;
  await engine.stop();

  damage(0, 1);
  await start();
  expect(alice.profile.state).toBe('damaged');
  expect(await alice.call('profile.repair', {})).toEqual({ messages: 0, lostStretches: 0 });
  expect(alice.profile.state).toBe('open');
  await online();
  // The same identity as before: nobody has to verify anything again.
  expect((await alice.call('chats.devices', await aChat())).devices[0]?.fingerprint).toBe(fingerprint);
  expect(readdirSync(folder.path).some((name) => name.includes('.damaged-'))).toBe(true);
});

const aChat = (): Promise<{ chat: number }> =>
  alice.call('chats.open', { account: alice.account().id, address: 'alice@a.test' });

test('damage that shows while it runs takes everything offline, is shown, and is repaired', async () => {
  for (let index = 0; index < 40; index += 1) await hear(`${String(index)} ${'letter '.repeat(500)}end`);
  await engine.stop();
  // The letters came last, so they are at the end.
  damage(statSync(file()).size / 4_096 - 30, 30);
  await start();
  if (alice.profile.state === 'open') {
    // The damage shows when a page is wanted: somewhere in the messages.
    const { id } = alice.chatWith(FRIEND)!;
    await alice.call('messages.page', { chat: id, limit: 200 }).catch(() => undefined);
    await alice.until(() => alice.profile.state === 'damaged', 'damaged');
  }
  await expect(alice.call('accounts.reconnect', { account: 1 })).rejects.toMatchObject({
    code: 'profile-locked',
  });
  const { messages } = await alice.call('profile.repair', {});
  expect(messages).toBeLessThan(40);
  expect(alice.profile.state).toBe('open');
  await online();
  await hear('and on it goes');
});

test('nobody repairs what is in order', async () => {
  await expect(alice.call('profile.repair', {})).rejects.toMatchObject({ code: 'too-late' });
});
