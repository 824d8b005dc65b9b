/**
 * Two devices that no longer understand each other: one was put back to an older copy of its profile, as a backup program
 * would. The messages that nobody can read any more say so, and one repair mends the rest.
 */
import { cpSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestEngine, type TestEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { openEncryptedChat, signIn } from '../support/people.ts';
import { startProsody } from '../support/prosody.ts';
import type { XmppServer } from '../support/server.ts';

const ALICE = 'alice@localhost';
const BOB = 'bob@localhost';

let server: XmppServer;
let alice: TestEngine;
let bob: TestEngine;
const folders = {
  alice: temporaryFolder('alice'),
  copy: temporaryFolder('copy'),
  bob: temporaryFolder('bob'),
};

const start = (folder: { readonly path: string }): Promise<TestEngine> =>
  startTestEngine({ profile: folder.path, authority: server.authority });

async function startAlice(): Promise<void> {
  alice = await start(folders.alice);
  await alice.until(() => alice.account().state === 'online', 'alice is online');
}

async function say(from: TestEngine, to: TestEngine, text: string): Promise<void> {
  const [address, peer] = from === alice ? [BOB, ALICE] : [ALICE, BOB];
  const chat = await openEncryptedChat(from, address);
  await from.call('messages.send', { chat, text });
  await to.until(() => to.chatWith(peer)?.last?.text === text, text);
}

beforeAll(async () => {
  server = await startProsody({ accounts: ['alice', 'bob'], contacts: [['alice', 'bob']] });
  [alice, bob] = [await start(folders.alice), await start(folders.bob)];
  await signIn(alice, server, 'alice');
  await signIn(bob, server, 'bob');
});

afterAll(async () => {
  await alice.stop();
  await bob.stop();
  await server.stop();
  for (const folder of Object.values(folders)) folder.remove();
});

it('are mended by one repair, which is offered with the message', async () => {
  await say(alice, bob, 'one');
  await say(bob, alice, 'two');
  await alice.stop();
  cpSync(folders.alice.path, folders.copy.path, { recursive: true });
  await startAlice();
  for (const turn of ['first', 'second']) {
    await say(alice, bob, `${turn}, forgotten`);
    await say(bob, alice, `${turn} answer`);
  }
  await alice.stop();
  rmSync(folders.alice.path, { recursive: true });
  cpSync(folders.copy.path, folders.alice.path, { recursive: true });
  await startAlice();

  // The second answer was encrypted with keys that only the later copy had.
  const broken = (await alice.history(BOB)).find(({ unreadable }) => unreadable !== undefined);
  expect(broken).toMatchObject({ sender: BOB, isOutgoing: false, device: expect.any(Number) as number });
  const { account, sender, device = 0 } = broken ?? { account: 0, sender: '' };
  await expect(
    alice.call('devices.renewSession', { account, address: 'nobody@localhost', device }),
  ).rejects.toMatchObject({ code: 'not-allowed' });
  await alice.call('devices.renewSession', { account, address: sender, device });
  await say(alice, bob, 'five');
  await say(bob, alice, 'six');
  await say(alice, bob, 'seven');
  const unreadable = (await bob.history(ALICE)).filter((row) => row.unreadable !== undefined);
  expect(unreadable).toEqual([]);

  await alice.call('accounts.setEnabled', { account, enabled: false });
  await alice.until(() => alice.account().state === 'offline', 'alice is away');
  await expect(
    alice.call('devices.renewSession', { account, address: sender, device }),
  ).rejects.toMatchObject({ code: 'offline' });
});
