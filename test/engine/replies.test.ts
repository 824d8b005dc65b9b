/** Answers: what they name and quote on the wire, which message they find here, and what of it is never said in clear. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import { readMessage, writeMessage, type Message } from '../../electron/xmpp/message.ts';
import { writeReply } from '../../electron/xmpp/xep/xep0461.ts';
import { writeFallback } from '../../electron/xmpp/xep/xep0428.ts';
import { serialize, type Element } from '../../electron/xmpp/xml.ts';
import type { MessageRow } from '../../shared/contract.ts';
import { Device, jid, must, Net } from '../omemo/people.ts';
import { createTestHost, Mirror } from '../support/engine.ts';
import { eventually } from '../support/people.ts';
import { answerOmemo } from '../support/scripted-omemo.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';
import { temporaryProfile } from '../support/template.ts';

const ME = jid('alice@a.test');
const BOB = jid('bob@b.test');
const REPLY = 'urn:xmpp:reply:0';

let server: ScriptedServer;
let net: Net;
let engine: Engine;
let alice: Mirror;
let folder: Awaited<ReturnType<typeof temporaryProfile>>;
const devices: Device[] = [];

const boot = async (): Promise<void> => {
  engine = createEngine({ ...createTestHost({ profile: folder.path }), connect: server.connect });
  alice = new Mirror(engine);
  await engine.start();
};
const online = (): Promise<unknown> => alice.until(() => alice.account().state === 'online', 'online');

beforeEach(async () => {
  folder = await temporaryProfile('replies');
  net = new Net();
  server = new ScriptedServer([{ jid: BOB, subscription: 'both' }]);
  server.answers = (iq) => answerOmemo(net, ME, iq);
  await boot();
  await alice.call('accounts.signIn', { address: ME, password: 'x' });
  await online();
});

afterEach(async () => {
  await engine.stop();
  for (const device of devices.splice(0)) device.close();
  folder.remove();
});

const hear = (inner: string, id: string, from = `${BOB}/r`): void =>
  server.deliver(
    `<message xmlns="jabber:client" from="${from}" to="${ME}/d1" type="chat" id="${id}">${inner}</message>`,
  );
const answer = (text: string, to: string, author: string = ME, quoted = ''): string => {
  const body = quoted + text;
  const fallback =
    quoted === ''
      ? ''
      : `<fallback xmlns="urn:xmpp:fallback:0" for="${REPLY}"><body start="0" end="${String([...quoted].length)}"/></fallback>`;
  return `<body>${body.replace(/>/gu, '&gt;')}</body><reply xmlns="${REPLY}" id="${to}" to="${author}"/>${fallback}`;
};
const row = (text: string): Promise<MessageRow> =>
  alice.until(() => [...alice.messages.values()].find((each) => each.text === text), `the row of ${text}`);
const left = (): Message[] =>
  server.sent.flatMap((each: Element) => {
    const message = each.name === 'message' ? readMessage(each) : undefined;
    return message?.originId === undefined ? [] : [message];
  });
const sent = async (count: number): Promise<Message> => {
  await eventually(() => Promise.resolve(left().length >= count), 'sent');
  return must(left().at(-1));
};
const chat = (): number => must(alice.chatWith(BOB)).id;

describe('in clear', () => {
  it('an answer names and quotes what it answers, and is shown without the quote', async () => {
    hear('<body>Shall we bake\na cake?</body><origin-id xmlns="urn:xmpp:sid:0" id="o1"/>', 's1');
    const question = await row('Shall we bake\na cake?');
    await alice.call('messages.send', { chat: chat(), text: 'Yes!', reply: question.id });
    const { reply, quotes, body } = await sent(1);
    expect({ reply, quotes, body }).toEqual({
      reply: { id: 'o1', author: BOB },
      quotes: [{ start: 0, end: 26 }],
      body: '> Shall we bake\n> a cake?\nYes!',
    });
    expect((await row('Yes!')).reply).toEqual({ message: question.id, sender: BOB, text: question.text });
  });

  it('an answer to ours finds it, by its author and in its chat only', async () => {
    const { chat: id } = await alice.call('chats.open', { account: alice.account().id, address: BOB });
    await alice.call('messages.send', { chat: id, text: 'ours' });
    const { originId = '' } = await sent(1);
    hear(answer('good', originId, ME, '> ours\n'), 's1');
    const ours = await row('ours');
    expect((await row('good')).reply).toEqual({ message: ours.id, sender: ME, text: 'ours' });
    hear(answer('not his', originId, BOB, '> invented\n'), 's2');
    expect((await row('not his')).reply).toEqual({ text: 'invented' });
    hear(answer('elsewhere', originId, ME), 's3', 'mallory@evil.example/x');
    expect((await row('elsewhere')).reply).toEqual({});
    hear(answer('itself', 's4', BOB), 's4');
    expect((await row('itself')).reply).toEqual({});
  });

  it('what it answers may come later', async () => {
    hear(answer('early', 's9', BOB, '> late\n'), 's1');
    expect((await row('early')).reply).toEqual({ text: 'late' });
    hear('<body>late, and more</body>', 's9');
    const late = await row('late, and more');
    await alice.until(
      () => [...alice.messages.values()].find((each) => each.reply?.message === late.id),
      'found',
    );
  });

  it('nothing is left of a quote of what was deleted', async () => {
    hear('<body>secret</body>', 's1');
    const secret = await row('secret');
    hear(answer('well', 's1', BOB, '> secret\n'), 's2');
    expect((await row('well')).reply?.message).toBe(secret.id);
    await alice.call('messages.remove', { message: secret.id });
    expect((await alice.history(BOB)).map(({ text, reply }) => [text, reply])).toEqual([['well', {}]]);
  });

  it('the draft keeps what it answers, over a restart and until it is sent', async () => {
    hear('<body>question</body>', 's1');
    const question = await row('question');
    await alice.call('chats.setDraft', { chat: chat(), text: 'half', reply: question.id });
    await engine.stop();
    await boot();
    await online();
    const quote = { message: question.id, sender: BOB, text: 'question' };
    expect(must(alice.chatWith(BOB)).draftReply).toEqual(quote);
    await alice.call('chats.setDraft', { chat: chat(), text: 'half a' });
    expect(must(alice.chatWith(BOB)).draftReply).toEqual(quote);
    await alice.call('messages.send', { chat: chat(), text: 'half a thought', reply: question.id });
    expect(must(alice.chatWith(BOB)).draftReply).toBeUndefined();
    await alice.call('chats.setDraft', { chat: chat(), text: 'half', reply: question.id });
    await alice.call('chats.setDraft', { chat: chat(), text: 'half', reply: 0 });
    expect(must(alice.chatWith(BOB)).draftReply).toBeUndefined();
  });
});

describe('encrypted', () => {
  const encryptedTo = async (bob: Device, text: string, outside: string): Promise<void> => {
    const message = writeMessage({
      type: 'chat',
      id: `e-${text}`,
      encrypted: { legacy: await bob.send(ME, text) },
    });
    hear(serialize(must(message.children.find((each) => typeof each !== 'string'))) + outside, `e-${text}`);
  };
  const befriend = async (): Promise<Device> => {
    const bob = await Device.online(net, BOB);
    devices.push(bob);
    await encryptedTo(bob, 'hello', '');
    await row('hello');
    await alice.until(() => alice.chatWith(BOB)?.encryption === 'omemo', 'keys');
    return bob;
  };

  it('the older protocol has ids outside, and the quote inside', async () => {
    const bob = await befriend();
    const hello = await row('hello');
    await alice.call('messages.send', { chat: chat(), text: 'my answer', reply: hello.id });
    const message = await sent(1);
    expect(message.reply).toEqual({ id: 'e-hello', author: BOB });
    expect(message.quotes).toEqual([{ start: 0, end: 8 }]);
    expect(message.body).not.toContain('answer');
    const raw = server.sent.map((each) => serialize(each)).join('');
    expect(raw).not.toContain('my answer');
    expect(raw).not.toContain('&gt; hello');
    expect(await bob.read(must(message.encrypted), ME)).toBe('> hello\nmy answer');
  });

  it('a reply as Dino and Gajim send it finds what it answers', async () => {
    const bob = await befriend();
    const outside =
      serialize(writeReply({ id: 'e-hello', author: BOB })) +
      serialize(writeFallback(REPLY, { start: 0, end: 8 }));
    await encryptedTo(bob, '> hello\nas I said', outside);
    const said = await row('as I said');
    expect(said).toMatchObject({ encryption: 'omemo', reply: { text: 'hello', sender: BOB } });
  });

  it('what was encrypted is not quoted when the chat has become plain', async () => {
    await befriend();
    const hello = await row('hello');
    await alice.call('chats.setEncryption', { chat: chat(), mode: 'off' });
    await alice.call('messages.send', { chat: chat(), text: 'in clear', reply: hello.id });
    const { body, reply, quotes } = await sent(1);
    expect({ body, reply, quotes }).toEqual({
      body: 'in clear',
      reply: { id: 'e-hello', author: BOB },
      quotes: undefined,
    });
  });
});
