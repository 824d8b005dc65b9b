/** A message that the server would not take (XEP-0478): it fails by itself, and nothing behind it waits. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import type { Connect } from '../../electron/xmpp/wire.ts';
import { serialize } from '../../electron/xmpp/xml.ts';
import { createTestHost, Mirror } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';

let server: ScriptedServer;
let engine: Engine;
let alice: Mirror;
let folder: ReturnType<typeof temporaryFolder>;

beforeEach(async () => {
  folder = temporaryFolder('limits');
  server = new ScriptedServer([{ jid: 'bob@b.test', subscription: 'both', name: 'Bob' }]);
  const connect: Connect = (options, events) =>
    Object.defineProperty(server.connect(options, events), 'largestStanza', { value: 10_000 });
  engine = createEngine({ ...createTestHost({ profile: folder.path }), connect });
  alice = new Mirror(engine);
  await engine.start();
  await alice.call('accounts.signIn', { address: 'alice@a.test', password: 'x' });
  await alice.until(() => alice.account().state === 'online', 'online');
});

afterEach(async () => {
  await engine.stop();
  folder.remove();
});

it('fails alone, in words that say why', async () => {
  const account = alice.account().id;
  const { chat } = await alice.call('chats.open', { account, address: 'bob@b.test' });
  await alice.call('chats.setEncryption', { chat, mode: 'off' });
  await alice.call('messages.send', { chat, text: 'x'.repeat(10_000) });
  await alice.call('messages.send', { chat, text: 'short' });
  const sent = (): string[] =>
    server.sent.filter(({ name }) => name === 'message').map((each) => serialize(each));
  await expect.poll(() => sent().some((text) => text.includes('short'))).toBe(true);
  expect(sent().join()).not.toContain('xxx');
  const rows = await alice.history('bob@b.test');
  expect(rows.map(({ delivery, failure }) => [delivery, failure?.code])).toEqual([
    ['failed', 'too-large'],
    ['queued', undefined],
  ]);
});
