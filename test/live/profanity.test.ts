/**
 * Our OMEMO against another program's: Profanity decrypts what we write and we decrypt what it writes, whoever begins,
 * also after either side was started anew. What it shows is read from its screen.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MessageRow } from '../../shared/contract.ts';
import { startTestEngine, type TestEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { online, openEncryptedChat, signIn } from '../support/people.ts';
import { startProfanity, type Profanity } from '../support/profanity.ts';
import { startProsody, type Prosody } from '../support/prosody.ts';

const TEXTS = ['plain words', 'a wink 😉 and a family 👨‍👩‍👧', 'مرحبا بالعالم', 'שלום עולם', '日本語 é < & > "'];

let prosody: Prosody;
/** Two Waxwings: one begins the conversation itself, the other is written to first. */
let first: TestEngine;
let second: TestEngine;
let peer: Profanity;
const folders = { first: temporaryFolder('first'), second: temporaryFolder('second') };

const start = (who: keyof typeof folders): Promise<TestEngine> =>
  startTestEngine({ profile: folders[who].path, authority: prosody.authority });

/** Sends and waits for the receipt, which only who decrypted it should give. */
async function deliver(who: TestEngine, text: string): Promise<void> {
  const chat = who.chatWith(peer.address);
  if (chat === undefined) throw new Error('no chat');
  const { message } = await who.call('messages.send', { chat: chat.id, text });
  await who.until(() => who.messages.get(message)?.delivery === 'delivered', `a receipt for "${text}"`);
}

function receive(who: TestEngine, text: string): Promise<MessageRow> {
  const isIt = (message: MessageRow): boolean => !message.isOutgoing && message.text === text;
  return who.until(() => [...who.messages.values()].find(isIt), `"${text}" to arrive`);
}

/** Profanity marks the lines of encrypted messages by `~`; others have `-` there. */
const shown = (author: string, text: string): RegExp =>
  new RegExp(`~ ${author}(?:/Waxwing\\.[^:]+)?: ${text.replaceAll(/[.*+?^$()|[\]{}\\]/g, '\\$&')}`);

const encrypted = { encryption: 'omemo', trust: 'blind' };

beforeAll(async () => {
  prosody = await startProsody({
    accounts: ['first', 'second', 'peer'],
    contacts: [
      ['first', 'peer'],
      ['second', 'peer'],
    ],
    logStanzas: true,
  });
  peer = await startProfanity({ prosody, name: 'peer' });
  await peer.command('/receipts send on');
  await peer.command('/receipts request on');
  first = await start('first');
  second = await start('second');
  await signIn(first, prosody, 'first');
  await signIn(second, prosody, 'second');
});

afterAll(async () => {
  await first.stop();
  await second.stop();
  await peer.stop();
  await prosody.stop();
  for (const folder of Object.values(folders)) folder.remove();
});

describe('with Profanity on the other side', () => {
  it('writes first, and is read', async () => {
    await openEncryptedChat(first, peer.address);
    for (const text of TEXTS) await deliver(first, text);
    await peer.command('/msg first@localhost');
    for (const text of TEXTS) await peer.waitFor(shown('first@localhost', text));
  });

  it('reads the answers', async () => {
    await peer.startEncryption('first@localhost');
    for (const text of TEXTS) {
      await peer.say('first@localhost', `answer: ${text}`);
      expect(await receive(first, `answer: ${text}`)).toMatchObject(encrypted);
    }
    await peer.waitFor(shown('me', `answer: ${TEXTS[0] ?? ''}`));
  });

  it('shows the same fingerprint as Profanity', async () => {
    const chat = first.chatWith(peer.address)?.id ?? 0;
    const { devices } = await first.call('chats.devices', { chat });
    const theirs = devices.filter((device) => device.address === peer.address);
    expect(theirs.map((device) => device.fingerprint)).toEqual([peer.fingerprint]);
    const ours = devices.find((device) => device.isThisDevice)?.fingerprint ?? '';
    await peer.command('/omemo fingerprint first@localhost');
    await peer.waitFor(ours.match(/.{8}/g)?.join('-') ?? 'no fingerprint');
  });

  it('is written to first, and answers', async () => {
    await peer.startEncryption('second@localhost');
    for (const text of TEXTS) {
      await peer.say('second@localhost', `hello: ${text}`);
      expect(await receive(second, `hello: ${text}`)).toMatchObject(encrypted);
    }
    await openEncryptedChat(second, peer.address);
    for (const text of TEXTS) {
      await deliver(second, text);
      await peer.waitFor(shown('second@localhost', text));
    }
  });

  it('gives receipts for what it could read', async () => {
    await peer.say('first@localhost', 'a receipt, please');
    await receive(first, 'a receipt, please');
    const given =
      /RECV: <message[^>]*from="first@localhost[^>]*>(?:(?!<\/message>).)*<received[^>]*urn:xmpp:receipts/;
    await expect.poll(() => given.test(peer.traffic()), { timeout: 30_000 }).toBe(true);
  });

  it('goes on after Waxwing was started anew', async () => {
    await first.stop();
    await peer.say('first@localhost', 'while you were away');
    first = await start('first');
    await first.until(
      () => first.chatWith(peer.address)?.last?.text === 'while you were away',
      'the message',
    );
    expect((await first.history(peer.address)).at(-1)).toMatchObject(encrypted);
    await online(first, first.account().id);
    await deliver(first, 'back again');
    await peer.waitFor(shown('first@localhost', 'back again'));
  });

  it('goes on after Profanity was started anew', async () => {
    await peer.restart();
    await deliver(first, 'welcome back');
    await peer.startEncryption('first@localhost'); // it forgot that much
    await peer.waitFor(shown('first@localhost', 'welcome back'));
    await peer.say('first@localhost', 'thank you');
    expect(await receive(first, 'thank you')).toMatchObject(encrypted);
  });

  it('never let the server read along', () => {
    const seen = prosody.readLog();
    const said = [...TEXTS, 'while you were away', 'welcome back', 'thank you'];
    expect(said.filter((text) => seen.includes(text))).toEqual([]);
    expect(seen).toContain('eu.siacs.conversations.axolotl');
  });
});
