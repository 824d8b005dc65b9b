/**
 * What we say about earlier messages, on its way out: in the place of its chat, with one id however often it leaves,
 * encrypted or not at all, and with an honest end.
 */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import { readMessage, writeMessage } from '../../electron/xmpp/message.ts';
import { NS as NS_REACTIONS } from '../../electron/xmpp/xep/xep0444.ts';
import { child, serialize, type Element } from '../../electron/xmpp/xml.ts';
import type { MessageRow, ReactionRow } from '../../shared/contract.ts';
import { Device, jid, must, Net } from '../omemo/people.ts';
import { createTestHost, Mirror } from '../support/engine.ts';
import { answerOmemo } from '../support/scripted-omemo.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';
import { temporaryProfile } from '../support/template.ts';

const ALICE = jid('alice@a.test');
const BOB = jid('bob@b.test');

let net: Net;
let server: ScriptedServer;
let folder: Awaited<ReturnType<typeof temporaryProfile>>;
let engine: Engine;
let alice: Mirror;
let bob: Device | undefined;
let said = 0;

beforeEach(async () => {
  folder = await temporaryProfile('errands');
  net = new Net('legacy', 'omemo2');
  server = new ScriptedServer([{ jid: BOB, subscription: 'both', name: 'Bob' }]);
  server.answers = (iq) => answerOmemo(net, ALICE, iq);
  await start();
  await alice.call('accounts.signIn', { address: ALICE, password: 'x' });
  await online();
});

afterEach(async () => {
  await engine.stop();
  bob?.close();
  bob = undefined;
  folder.remove();
});

async function start(): Promise<void> {
  engine = createEngine({ ...createTestHost({ profile: folder.path }), connect: server.connect });
  alice = new Mirror(engine);
  await engine.start();
}

const online = (): Promise<unknown> => alice.until(() => alice.account().state === 'online', 'online');

/** Bob says something in clear. */
async function hear(text: string): Promise<MessageRow> {
  said += 1;
  server.deliver(
    `<message from="${BOB}/r" to="${ALICE}/d1" type="chat" id="b${said}"><body>${text}</body></message>`,
  );
  return row(text);
}

/** The same, encrypted. */
async function hearSecret(text: string): Promise<MessageRow> {
  if (bob === undefined) {
    bob = new Device(net, BOB);
    await bob.omemo.prepare(bob.network);
  }
  said += 1;
  const legacy = await bob.send(ALICE, text);
  const message = writeMessage({ to: ALICE, type: 'chat', id: `b${said}`, encrypted: { legacy } });
  server.deliver(serialize({ ...message, attrs: { ...message.attrs, from: `${BOB}/r` } }));
  return row(text);
}

const row = (text: string): Promise<MessageRow> =>
  alice.until(() => [...alice.messages.values()].find((each) => each.text === text), `the row of ${text}`);
const react = (message: MessageRow, ...emojis: string[]): Promise<unknown> =>
  alice.call('messages.react', { message: message.id, emojis });

/** What left, oldest first: messages with words or reactions in them, encrypted or not. */
const left = (): Element[] =>
  server.sent.filter(
    (each) =>
      each.name === 'message' &&
      (child(each, 'reactions', NS_REACTIONS) !== undefined || /<body|<payload/.test(serialize(each))),
  );
const ours = (message: MessageRow): ReactionRow | undefined =>
  alice.reactions.get(message.id)?.find(({ isOwn }) => isOwn);
const until = (count: number): Promise<unknown> =>
  expect.poll(() => left().length, { timeout: 10_000 }).toBe(count);

it('leaves behind what its chat has to send, and is there when the server has it', async () => {
  const message = await hear('hello');
  server.isReachable = false;
  await alice.call('accounts.setEnabled', { account: message.account, enabled: false });
  await alice.call('messages.send', { chat: message.chat, text: 'first' });
  await react(message, '👍', '❤');
  await alice.call('messages.send', { chat: message.chat, text: 'last' });
  expect(ours(message)).toMatchObject({ emojis: ['👍', '❤️'], state: 'waiting' });

  // It outlives the program.
  await engine.stop();
  server.isReachable = true;
  await start();
  await alice.call('accounts.setEnabled', { account: message.account, enabled: true });
  await until(3);
  const [first, reaction, last] = left();
  expect(readMessage(must(first))?.body).toBe('first');
  expect(readMessage(must(last))?.body).toBe('last');
  expect(readMessage(must(reaction))).toMatchObject({
    to: BOB,
    type: 'chat',
    storeHint: 'store',
    reactions: { target: 'b1', emojis: ['👍', '❤️'] },
  });
  expect(must(reaction).children).toHaveLength(2);
  expect(alice.reactions.get(message.id)).toBeUndefined(); // this window has not asked for the page
  server.acknowledge(server.sent.length);
  await alice.until(() => ours(message)?.emojis.length === 2, 'it is told');
  expect(ours(message)).not.toHaveProperty('state');
});

it('leaves again with the same id when nobody acknowledged it', async () => {
  const message = await hear('hello again');
  await react(message, '👍');
  await until(1);
  const { id } = must(left()[0]).attrs;
  await engine.stop();
  await start();
  await until(2);
  expect(left().map(({ attrs }) => attrs['id'])).toEqual([id, id]);
});

it('what was thought better of before it left is not said', async () => {
  const message = await hear('undecided');
  await alice.call('accounts.setEnabled', { account: message.account, enabled: false });
  await react(message, '👍');
  await react(message, '👍', '🎉');
  await react(message);
  expect(alice.reactions.get(message.id)).toEqual([]);
  await react(message, '🎉');
  await alice.call('accounts.setEnabled', { account: message.account, enabled: true });
  await until(1);
  expect(readMessage(must(left()[0]))?.reactions?.emojis).toEqual(['🎉']);
});

it('a refusal gives back what was said before, and says why', async () => {
  const message = await hear('hearts only');
  await react(message, '❤️');
  await until(1);
  server.acknowledge(server.sent.length);
  await alice.until(() => ours(message) !== undefined && ours(message)?.state === undefined, 'sent');
  await react(message, '❤️', '💩');
  await until(2);
  server.acknowledge(server.sent.length);
  const { id = '' } = must(left()[1]).attrs;
  server.deliver(
    `<message from="${BOB}" to="${ALICE}/d1" type="error" id="${id}"><error type="modify"><not-acceptable xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error></message>`,
  );
  await alice.until(() => ours(message)?.state === 'failed', 'the failure');
  expect(ours(message)).toMatchObject({ emojis: ['❤️'], failure: 'not-acceptable' });
});

it('an encrypted chat never says it in clear', async () => {
  const message = await hearSecret('a secret');
  const leaks = (): string[] =>
    server.sent.map((each) => serialize(each)).filter((text) => /reactions:0|👍|🎉/u.test(text));
  await react(message, '👍');
  await until(1);
  // The older protocol has only words: they are in it, and nothing but an id is beside it.
  const { encrypted, reply } = must(readMessage(must(left()[0])));
  expect(await must(bob).read(must(encrypted), ALICE)).toBe('> a secret\n👍');
  expect(reply?.id).toMatch(/^b\d+$/);
  await react(message, '👍', '🎉');
  await until(2);
  const second = must(readMessage(must(left()[1]))?.encrypted);
  expect(await must(bob).read(second, ALICE)).toContain('🎉');
  expect(leaks()).toEqual([]);

  // Taking it back cannot be said in it, and so it is not.
  await react(message);
  await alice.until(() => alice.reactions.get(message.id)?.length === 0, 'nothing is felt');
  expect(left()).toHaveLength(2);

  // Encryption is turned off: what is about something secret does not leave.
  await alice.call('chats.setEncryption', { chat: message.chat, mode: 'off' });
  await react(message, '🎉');
  await alice.until(() => ours(message)?.state === 'failed', 'the failure');
  expect(ours(message)).toMatchObject({ failure: 'not-encrypted' });
  expect(leaks()).toEqual([]);
});

it('without a device to encrypt for it fails, and says so', async () => {
  const message = await hear('nobody reads');
  await alice.call('chats.setEncryption', { chat: message.chat, mode: 'on' });
  await react(message, '👍');
  await alice.until(() => ours(message)?.state === 'failed', 'the failure');
  expect(ours(message)).toMatchObject({ failure: 'no-devices', emojis: [] });
  expect(left()).toEqual([]);
});

it('says nothing about what is deleted', async () => {
  const message = await hear('to be deleted');
  await alice.call('accounts.setEnabled', { account: message.account, enabled: false });
  await react(message, '👍');
  await alice.call('messages.remove', { message: message.id });
  await alice.call('accounts.setEnabled', { account: message.account, enabled: true });
  await alice.call('messages.send', { chat: message.chat, text: 'behind it' });
  await until(1);
  expect(readMessage(must(left()[0]))?.body).toBe('behind it');
});

it('refuses what cannot be said', async () => {
  const message = await hear('what is this');
  const refused = (...emojis: string[]): Promise<unknown> =>
    react(message, ...emojis).catch((error: unknown) => String((error as { code?: string }).code));
  expect(await refused('not an emoji at all')).toBe('invalid');
  expect(await refused('\u202E')).toBe('invalid');
  await alice.call('accounts.setEnabled', { account: message.account, enabled: false });
  const { message: own } = await alice.call('messages.send', { chat: message.chat, text: 'waits' });
  const code = await alice
    .call('messages.react', { message: own, emojis: ['👍'] })
    .catch((error: unknown) => (error as { code?: string }).code);
  expect(code).toBe('not-allowed');
});
