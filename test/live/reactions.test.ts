/**
 * Reactions over a real server: to everybody's devices, inside of the encryption, also to one that was away; and in a chat
 * without keys as other programs read them.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readMessage, writeMessage } from '../../electron/xmpp/message.ts';
import { writePresence } from '../../electron/xmpp/xep/presence.ts';
import { serialize } from '../../electron/xmpp/xml.ts';
import { startTestEngine, type TestEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { openEncryptedChat, signIn } from '../support/people.ts';
import { startProsody, type Prosody } from '../support/prosody.ts';
import { listen, type Listener } from '../support/wire-listener.ts';

let prosody: Prosody;
let alice: TestEngine;
let laptop: TestEngine;
let bob: TestEngine;
let onlooker: Listener;
const folders = ['alice', 'laptop', 'bob'].map((name) => temporaryFolder(name));
const start = (index: number): Promise<TestEngine> =>
  startTestEngine({ profile: folders[index]?.path ?? '', authority: prosody.authority });

beforeAll(async () => {
  prosody = await startProsody({
    accounts: ['alice', 'bob', 'carol'],
    contacts: [
      ['alice', 'bob'],
      ['alice', 'carol'],
    ],
  });
  [alice, laptop, bob] = [await start(0), await start(1), await start(2)];
  await signIn(alice, prosody, 'alice');
  await signIn(laptop, prosody, 'alice');
  await signIn(bob, prosody, 'bob');
  onlooker = listen({
    ca: [readFileSync(prosody.authority, 'utf8')],
    server: { host: '127.0.0.1', port: prosody.ports.starttls, security: 'starttls' },
    ...prosody.account('carol'),
    resource: 'other',
    onStanza: (_stanza, position, wire) => wire.handled(position),
  });
  await onlooker.online;
  onlooker.wire.send(writePresence({}));
});

afterAll(async () => {
  await onlooker.wire.close();
  for (const engine of [alice, laptop, bob]) await engine.stop();
  await prosody.stop();
  for (const folder of folders) folder.remove();
});

const row = (who: TestEngine, text: string): Promise<number> =>
  who.until(() => [...who.messages.values()].find((each) => each.text === text)?.id, `the message ${text}`);

/** Waits until somebody knows what all feel about a message. */
async function knows(who: TestEngine, text: string, felt: Record<string, string>): Promise<void> {
  const id = await row(who, text);
  const now = (): string =>
    JSON.stringify(
      (who.reactions.get(id) ?? [])
        .map(({ sender, emojis, encryption, state }) => [
          sender,
          emojis.join(''),
          encryption,
          state ?? 'told',
        ])
        .sort(),
    );
  const wanted = JSON.stringify(
    Object.entries(felt)
      .map(([sender, emojis]) => [sender, emojis, 'omemo', 'told'])
      .sort(),
  );
  await who.until(() => now() === wanted, wanted);
}

it('reach every device encrypted, newest set last', async () => {
  const chat = await openEncryptedChat(alice, 'bob@localhost');
  await openEncryptedChat(laptop, 'bob@localhost');
  await alice.call('messages.send', { chat, text: 'shall we?' });
  for (const who of [laptop, bob]) await row(who, 'shall we?');
  await bob.call('messages.react', { message: await row(bob, 'shall we?'), emojis: ['👍'] });
  for (const who of [alice, laptop, bob]) await knows(who, 'shall we?', { 'bob@localhost': '👍' });
  await laptop.call('messages.react', { message: await row(laptop, 'shall we?'), emojis: ['🎉', '🐢'] });
  await bob.call('messages.react', { message: await row(bob, 'shall we?'), emojis: [] });
  for (const who of [alice, laptop, bob]) await knows(who, 'shall we?', { 'alice@localhost': '🎉🐢' });
});

it('are there for a device that was away', async () => {
  await laptop.stop();
  await bob.call('messages.react', { message: await row(bob, 'shall we?'), emojis: ['❤️', '👍'] });
  await knows(alice, 'shall we?', { 'alice@localhost': '🎉🐢', 'bob@localhost': '❤️👍' });
  laptop = await start(1);
  await laptop.until(() => laptop.account().state === 'online', 'online');
  const chat = await openEncryptedChat(laptop, 'bob@localhost');
  const felt = async (): Promise<unknown> => {
    const { messages, reactions = [] } = await laptop.call('messages.page', { chat, limit: 20 });
    const id = messages.find(({ text }) => text === 'shall we?')?.id;
    return reactions
      .find(({ message }) => message === id)
      ?.reactions.map(({ emojis }) => emojis.join(''))
      .sort();
  };
  await expect.poll(felt, { timeout: 20_000 }).toEqual(['❤️👍', '🎉🐢']);
});

it('are what the specification says where nobody has keys', async () => {
  const { chat } = await alice.call('chats.open', {
    account: alice.account().id,
    address: 'carol@localhost',
  });
  onlooker.wire.send(
    writeMessage({
      to: 'alice@localhost',
      type: 'chat',
      id: 'from-carol',
      body: 'in clear',
    }),
  );
  const message = await row(alice, 'in clear');
  expect(alice.messages.get(message)?.chat).toBe(chat);
  await alice.call('messages.react', { message, emojis: ['👋'] });
  for (let count = 1; ; count += 1) {
    await onlooker.received(count);
    const stanza = onlooker.stanzas[count - 1]?.stanza;
    if (stanza === undefined || !serialize(stanza).includes('urn:xmpp:reactions:0')) continue;
    const read = readMessage(stanza);
    if (read?.reactions === undefined) continue; // capabilities name it, too
    expect(read).toMatchObject({ reactions: { target: 'from-carol', emojis: ['👋'] }, storeHint: 'store' });
    return;
  }
});
