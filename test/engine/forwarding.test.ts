/** Forwarding against a scripted server: what leaves, in which order, and what is refused. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import { serialize } from '../../electron/xmpp/xml.ts';
import { createTestHost, Mirror } from '../support/engine.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';
import { temporaryProfile } from '../support/template.ts';

const ME = 'alice@a.test';
const FRIEND = 'bob@b.test';

let server: ScriptedServer;
let engine: Engine;
let alice: Mirror;
let folder: Awaited<ReturnType<typeof temporaryProfile>>;

beforeEach(async () => {
  folder = await temporaryProfile('forwarding');
  server = new ScriptedServer([
    { jid: FRIEND, subscription: 'both', name: 'Bob\n B.' },
    { jid: 'carol@c.test', subscription: 'both' },
    { jid: 'dave@d.test', subscription: 'both' },
  ]);
  engine = createEngine({ ...createTestHost({ profile: folder.path }), connect: server.connect });
  alice = new Mirror(engine);
  await engine.start();
  await alice.call('accounts.signIn', { address: ME, password: 'x' });
  await alice.until(() => alice.account().state === 'online', 'online');
});

afterEach(async () => {
  await engine.stop();
  folder.remove();
});

const say = async (body: string, extra = ''): Promise<number> => {
  const before = alice.messages.size;
  server.deliver(
    `<message from="${FRIEND}/r" to="${ME}/d1" type="chat"><body>${body}</body>${extra}</message>`,
  );
  await alice.until(() => alice.messages.size > before, 'a message');
  return Math.max(...alice.messages.keys());
};
const chatWith = async (address: string): Promise<number> => {
  const { chat } = await alice.call('chats.open', { account: alice.account().id, address });
  await alice.call('chats.setEncryption', { chat, mode: 'off' });
  return chat;
};
const sentTo = (address: string): string[] =>
  server.sent
    .map((element) => serialize(element))
    .filter((text) => text.includes(`to="${address}"`) && text.includes('<body>'));
const bodiesTo = (address: string): string[] =>
  sentTo(address).map((text) => /<body>([\s\S]*?)<\/body>/u.exec(text)?.[1] ?? '');

test('words go to every chosen chat, in the order in which they were said', async () => {
  const [one, two] = [await say('first'), await say('/me *laughs*')];
  const chats = [await chatWith('carol@c.test'), await chatWith('dave@d.test')];
  await alice.call('messages.forward', { messages: [two, one, two], chats, withAuthor: false });
  await expect.poll(() => bodiesTo('dave@d.test')).toEqual(['first', '/me *laughs*']);
  expect(bodiesTo('carol@c.test')).toEqual(['first', '/me *laughs*']);
  // Nothing of the original goes along.
  expect(sentTo('carol@c.test').join('')).not.toMatch(/bob|forward:0/u);
});

test('the author is named as the person knows them, the words are quoted', async () => {
  const messages = [await say('line one\n&gt; two'), await say('/me laughs')];
  const carol = await chatWith('carol@c.test');
  await alice.call('messages.forward', { messages, chats: [carol], withAuthor: true });
  await expect
    .poll(() => bodiesTo('carol@c.test'))
    .toEqual(['Bob B.:\n&gt; line one\n&gt; &gt; two', 'Bob B.:\n&gt; * Bob B. laughs']);
});

test('what is covered stays covered, what is not styled stays so', async () => {
  const messages = [
    await say('they die', '<spoiler xmlns="urn:xmpp:spoiler:0">the end</spoiler>'),
    await say('*x*', '<unstyled xmlns="urn:xmpp:styling:0"/>'),
  ];
  const carol = await chatWith('carol@c.test');
  await alice.call('messages.forward', { messages, chats: [carol], withAuthor: false });
  await expect.poll(() => sentTo('carol@c.test')).toHaveLength(2);
  const [covered, plain] = sentTo('carol@c.test');
  expect(covered).toContain('<spoiler xmlns="urn:xmpp:spoiler:0">the end</spoiler>');
  expect(plain).toContain('<unstyled xmlns="urn:xmpp:styling:0"');
  const rows = await alice.history('carol@c.test');
  expect(rows).toMatchObject([{ spoiler: 'the end' }, { isUnstyled: true }]);
});

test('what cannot be read, is gone or goes nowhere is refused whole', async () => {
  const good = await say('good');
  const bad = await say('fallback', '<encryption xmlns="urn:xmpp:eme:0" namespace="urn:other"/>');
  const carol = await chatWith('carol@c.test');
  const forward = (messages: number[], chats: number[]): Promise<unknown> =>
    alice.call('messages.forward', { messages, chats, withAuthor: false });
  await expect(forward([good, bad], [carol])).rejects.toMatchObject({ code: 'unreadable' });
  await expect(forward([good, 4711], [carol])).rejects.toMatchObject({ code: 'not-found' });
  await expect(forward([good], [carol, 4711])).rejects.toMatchObject({ code: 'not-found' });
  await expect(forward([], [carol])).rejects.toMatchObject({ code: 'invalid' });
  await expect(forward([good], [])).rejects.toMatchObject({ code: 'invalid' });
  expect(bodiesTo('carol@c.test')).toEqual([]);
  await forward([good], [carol]);
  await expect.poll(() => bodiesTo('carol@c.test')).toEqual(['good']);
});

test('what waits to be encrypted does not leave in clear elsewhere unless somebody is sure', async () => {
  const { chat } = await alice.call('chats.open', { account: alice.account().id, address: FRIEND });
  await alice.call('chats.setEncryption', { chat, mode: 'on' });
  const { message } = await alice.call('messages.send', { chat, text: 'between us' });
  const carol = await chatWith('carol@c.test');
  const forward = (isSure?: boolean): Promise<unknown> =>
    alice.call('messages.forward', {
      messages: [message],
      chats: [carol],
      withAuthor: false,
      ...(isSure !== undefined && { isSure }),
    });
  await expect(forward()).rejects.toMatchObject({ code: 'would-expose' });
  expect(bodiesTo('carol@c.test')).toEqual([]);
  await forward(true);
  await expect.poll(() => bodiesTo('carol@c.test')).toEqual(['between us']);
});
