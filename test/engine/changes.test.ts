/** Corrections and retractions: from whom they count, in which order they come, what is left, and how ours leave. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import { readMessage, writeMessage, type Message } from '../../electron/xmpp/message.ts';
import { writeReplace } from '../../electron/xmpp/xep/xep0308.ts';
import { writeRetraction } from '../../electron/xmpp/xep/xep0424.ts';
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
const MALLORY = jid('mallory@evil.example');

let server: ScriptedServer;
let net: Net;
let engine: Engine;
let alice: Mirror;
let folder: Awaited<ReturnType<typeof temporaryProfile>>;
let notices: string[];
const devices: Device[] = [];

const boot = async (): Promise<void> => {
  const host = createTestHost({ profile: folder.path });
  engine = createEngine({ ...host, connect: server.connect, notify: ({ body }) => notices.push(body) });
  alice = new Mirror(engine);
  await engine.start();
};
const online = (): Promise<unknown> => alice.until(() => alice.account().state === 'online', 'online');

beforeEach(async () => {
  folder = await temporaryProfile('changes');
  notices = [];
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

const stanza = (inner: string, id: string, from: string = BOB): string =>
  `<message xmlns="jabber:client" from="${from}/r" to="${ME}/d1" type="chat" id="${id}">${inner}</message>`;
const hear = (inner: string, id: string, from?: string): void => server.deliver(stanza(inner, id, from));
const replace = (target: string): string => serialize(writeReplace(target));
const retract = (target: string): string =>
  `<body>/me retracted</body>${writeRetraction({ target, hasStandIn: true })
    .map((each) => serialize(each))
    .join('')}`;
const row = (text: string): Promise<MessageRow> =>
  alice.until(() => [...alice.messages.values()].find((each) => each.text === text), `the row of ${text}`);
const texts = async (peer: string = BOB): Promise<string[]> =>
  (await alice.history(peer)).map(({ text }) => text);
/** What comes after all that was delivered is there. */
const settled = async (): Promise<void> => {
  const mark = `mark ${String(Math.random())}`;
  hear(`<body>${mark}</body>`, mark, 'carol@c.test');
  await row(mark);
};
const left = (): Message[] =>
  server.sent.flatMap((each: Element) => {
    const message = each.name === 'message' ? readMessage(each) : undefined;
    return message === undefined || message.receiptFor !== undefined || message.chatState === 'composing'
      ? []
      : [message];
  });
const sent = async (which: (message: Message) => boolean): Promise<Message> => {
  await eventually(() => Promise.resolve(left().some(which)), 'it left');
  return must(left().findLast(which));
};
const chat = (): number => must(alice.chatWith(BOB)).id;
/** A message of ours that the server has. */
async function say(text: string): Promise<MessageRow> {
  const { chat: id } = await alice.call('chats.open', { account: alice.account().id, address: BOB });
  const { message } = await alice.call('messages.send', { chat: id, text });
  await sent(({ body }) => body === text);
  server.acknowledge(server.sent.length);
  return alice.until(() => {
    const found = alice.messages.get(message);
    return found?.delivery === 'sent' ? found : undefined;
  }, 'sent');
}
const rowOf = (id: number): MessageRow => must(alice.messages.get(id));

describe('corrections that are heard', () => {
  it('take the place of the words, keep them, are found, and disturb nobody', async () => {
    hear('<body>teh first words</body>', 'm1');
    const first = await row('teh first words');
    await alice.call('chats.markRead', { chat: chat(), message: first.id });
    hear(`<body>better words</body>${replace('m1')}`, 'm2');
    hear(`<body>best words</body>${replace('m1')}`, 'm3');
    const best = await row('best words');
    expect(best.id).toBe(first.id);
    expect(best.edited).toBeGreaterThan(0);
    expect(await texts()).toEqual(['best words']);
    const { versions } = await alice.call('messages.versions', { message: first.id });
    expect(versions.map(({ text }) => text)).toEqual(['teh first words', 'better words', 'best words']);
    expect(must(alice.chatWith(BOB))).toMatchObject({ unread: 0, last: { text: 'best words' } });
    expect(notices).toEqual(['teh first words']);
    const find = async (text: string): Promise<number> =>
      (await alice.call('search.messages', { text, limit: 5 })).hits.length;
    expect([await find('teh'), await find('better'), await find('best')]).toEqual([0, 0, 1]);
  });

  it.each([
    ['of somebody else', '<body>true</body>', `<body>PWN</body>${replace('m1')}`, MALLORY],
    ['of itself', '<body>true</body>', `<body>PWN</body>${replace('m2')}`, BOB],
    [
      'without an id',
      '<body>true</body>',
      `<body>PWN</body><replace xmlns="urn:xmpp:message-correct:0"/>`,
      BOB,
    ],
    ['of nothing', '<body>true</body>', `<body>PWN</body>${replace('nothing')}`, BOB],
  ])('%s changes nothing (H20, H22)', async (_name, first, second, from) => {
    hear(first, 'm1');
    const message = await row('true');
    hear(second, 'm2', from);
    const other = await row('PWN');
    expect(other.id).not.toBe(message.id);
    expect(rowOf(message.id)).toEqual(message);
  });

  it('in a loop are messages, and nothing breaks', async () => {
    hear(`<body>one</body>${replace('m2')}`, 'm1');
    hear(`<body>two</body>${replace('m1')}`, 'm2');
    hear(`<body>three</body>${replace('m2')}`, 'm3');
    await settled();
    expect((await texts()).length).toBeGreaterThan(0);
  });

  it('may come before their message, and twice', async () => {
    hear(`<body>second</body>${replace('m1')}`, 'm2');
    await row('second');
    hear(`<body>third</body>${replace('m1')}`, 'm3');
    hear(`<body>second</body>${replace('m1')}`, 'm2');
    hear('<body>first</body>', 'm1');
    await settled();
    expect(await texts()).toEqual(['third']);
    const [only] = await alice.history(BOB);
    const { versions } = await alice.call('messages.versions', { message: must(only).id });
    expect(versions.map(({ text }) => text).toSorted()).toEqual(['first', 'second', 'third']);
    expect(must(alice.chatWith(BOB)).unread).toBe(1);
  });

  it('may name the correction before them', async () => {
    hear('<body>first</body>', 'm1');
    hear(`<body>second</body>${replace('m1')}`, 'm2');
    hear(`<body>third</body>${replace('m2')}`, 'm3');
    await row('third');
    expect(await texts()).toEqual(['third']);
  });

  it('of what was deleted here bring nothing back', async () => {
    hear('<body>first</body>', 'm1');
    await alice.call('messages.remove', { message: (await row('first')).id });
    hear(`<body>second</body>${replace('m1')}`, 'm2');
    await settled();
    expect(await texts()).toEqual([]);
  });
});

describe('retractions that are heard', () => {
  it('leave a row that says so, and nothing of what it said', async () => {
    hear('<body>zanzibar confession</body>', 'm1');
    const message = await row('zanzibar confession');
    hear(`<body>quokka confession</body>${replace('m1')}`, 'm2');
    await row('quokka confession');
    hear(
      '<body>&gt; quokka confession\nreally?</body><reply xmlns="urn:xmpp:reply:0" id="m1" to="bob@b.test"/>' +
        '<fallback xmlns="urn:xmpp:fallback:0" for="urn:xmpp:reply:0"><body start="0" end="20"/></fallback>',
      'm3',
    );
    expect((await row('really?')).reply?.text).toBe('quokka confession');
    hear(retract('m1'), 'm4');
    await alice.until(() => rowOf(message.id).retracted, 'retracted');
    expect(rowOf(message.id)).toMatchObject({ text: '' });
    expect((await row('really?')).reply).toEqual({ message: message.id, sender: BOB, isRetracted: true });
    expect(await texts()).toEqual(['', 'really?']);
    const found = await alice.call('search.messages', { text: 'confession', limit: 5 });
    expect(found.hits).toEqual([]);
    expect((await alice.call('messages.versions', { message: message.id })).versions).toEqual([]);
    hear(`<body>PWN</body>${replace('m1')}`, 'm5');
    await settled();
    expect(await texts()).toEqual(['', 'really?']);
    await engine.stop();
    // The database is encrypted: what is asked here is that no other file has it.
    for (const file of readdirSync(folder.path)) {
      expect(readFileSync(join(folder.path, file)).includes('quokka')).toBe(false);
    }
    await boot();
  });

  it('by others than the author change nothing (H24)', async () => {
    const mine = await say('ours');
    const id = must(left().find(({ body }) => body === 'ours')).id ?? '';
    hear(retract(id), 'm1');
    hear('<body>his</body>', 'm2');
    hear(retract('m2'), 'm3', MALLORY);
    await settled();
    expect(rowOf(mine.id)).toEqual(mine);
    expect(await texts()).toEqual(['ours', 'his']);
  });

  it('may come first, also with a correction in between', async () => {
    hear(retract('m1'), 'm3');
    hear('<body>hello</body>', 'm0');
    hear(retract('m1'), 'm3');
    hear(`<body>second</body>${replace('m1')}`, 'm2');
    hear('<body>first</body>', 'm1');
    await settled();
    expect(await texts()).toEqual(['hello', '']);
    expect(must(alice.chatWith(BOB)).last).toMatchObject({ text: '', isRetracted: true });
  });

  it('take files along', async () => {
    const address = 'https://files.b.test/1/hills.png';
    hear(`<body>${address}</body><x xmlns="jabber:x:oob"><url>${address}</url></x>`, 'm1');
    const message = await row('hills.png');
    const page = () => alice.call('messages.page', { chat: chat(), limit: 5 });
    expect((await page()).files).toHaveLength(1);
    hear(retract('m1'), 'm2');
    await alice.until(() => rowOf(message.id).retracted, 'retracted');
    expect((await page()).files).toBeUndefined();
    const found = await alice.call('search.messages', { text: '', has: ['file'], limit: 5 });
    expect(found.hits).toEqual([]);
  });

  it('without a mark are shown with their words', async () => {
    hear('<body>first</body>', 'm1');
    await row('first');
    hear('<body>I take it back</body><retract xmlns="urn:xmpp:message-retract:1" id="m1"/>', 'm2');
    await row('I take it back');
    expect(await texts()).toEqual(['', 'I take it back']);
  });
});

describe('what we say', () => {
  it('a correction names the original each time, leaves with an id of its own, and only the newest that waits', async () => {
    const message = await say('frist');
    const original = must(left().find(({ body }) => body === 'frist'));
    await alice.call('messages.correct', { message: message.id, text: 'first' });
    const one = await sent(({ body }) => body === 'first');
    expect(one).toMatchObject({ replaces: original.id, originId: one.id });
    expect(rowOf(message.id)).toMatchObject({
      text: 'first',
      change: { kind: 'correction', state: 'waiting' },
    });
    server.acknowledge(server.sent.length);
    await alice.until(() => rowOf(message.id).change === undefined, 'settled');
    await alice.call('accounts.setEnabled', { account: alice.account().id, enabled: false });
    await alice.call('messages.correct', { message: message.id, text: 'never said' });
    await alice.call('messages.correct', { message: message.id, text: 'the first' });
    await engine.stop();
    await boot();
    expect((await alice.history(BOB))[0]).toMatchObject({ text: 'the first', change: { state: 'waiting' } });
    await alice.call('accounts.setEnabled', { account: alice.account().id, enabled: true });
    const two = await sent(({ body }) => body === 'the first');
    expect(two).toMatchObject({ replaces: original.id, originId: two.id });
    expect(left().some(({ body }) => body === 'never said')).toBe(false);
    const { versions } = await alice.call('messages.versions', { message: message.id });
    expect(versions.map(({ text }) => text)).toEqual(['frist', 'first', 'the first']);
  });

  it('a correction that is refused is no correction', async () => {
    const message = await say('frist');
    await alice.call('messages.correct', { message: message.id, text: 'first' });
    const { id = '' } = await sent(({ body }) => body === 'first');
    server.deliver(
      `<message xmlns="jabber:client" from="${BOB}" to="${ME}/x" type="error" id="${id}"><error type="cancel"><forbidden xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error></message>`,
    );
    await alice.until(() => rowOf(message.id).change?.state === 'failed', 'failed');
    expect(rowOf(message.id)).toMatchObject({ text: 'frist', change: { failure: 'forbidden' } });
    expect(rowOf(message.id).edited).toBeUndefined();
  });

  it('only our own words that others have can be changed', async () => {
    hear('<body>his</body>', 'm1');
    const his = await row('his');
    const refused = { code: 'not-allowed' };
    await expect(alice.call('messages.correct', { message: his.id, text: 'x' })).rejects.toMatchObject(
      refused,
    );
    await expect(alice.call('messages.retract', { message: his.id })).rejects.toMatchObject(refused);
    await alice.call('accounts.setEnabled', { account: alice.account().id, enabled: false });
    const { message } = await alice.call('messages.send', { chat: chat(), text: 'waits' });
    await expect(alice.call('messages.correct', { message, text: 'x' })).rejects.toMatchObject(refused);
    await expect(alice.call('messages.retract', { message })).rejects.toMatchObject(refused);
  });

  it('a retraction takes the words at once, and says whether others were asked', async () => {
    const message = await say('regret');
    const original = must(left().find(({ body }) => body === 'regret'));
    await alice.call('messages.correct', { message: message.id, text: 'much regret' });
    await alice.call('messages.retract', { message: message.id });
    expect(rowOf(message.id)).toMatchObject({ text: '', change: { kind: 'retraction', state: 'waiting' } });
    const said = await sent(({ retraction }) => retraction !== undefined);
    expect(said).toMatchObject({
      retraction: { target: original.id, hasStandIn: true },
      storeHint: 'store',
    });
    expect(said.body).toMatch(/^\/me retracted/);
    server.acknowledge(server.sent.length);
    await alice.until(() => rowOf(message.id).change === undefined, 'settled');
    await expect(alice.call('messages.correct', { message: message.id, text: 'x' })).rejects.toMatchObject({
      code: 'not-allowed',
    });
  });

  it('from another device of ours counts as well, and nobody else’s does', async () => {
    const message = await say('frist');
    const { id = '' } = must(left().find(({ body }) => body === 'frist'));
    const carbon = (inner: string): void =>
      server.deliver(
        `<message xmlns="jabber:client" from="${ME}" to="${ME}/d1"><sent xmlns="urn:xmpp:carbons:2"><forwarded xmlns="urn:xmpp:forward:0"><message xmlns="jabber:client" from="${ME}/phone" to="${BOB}" type="chat" id="c1">${inner}</message></forwarded></sent></message>`,
      );
    carbon(`<body>first</body>${replace(id)}`);
    await alice.until(() => rowOf(message.id).text === 'first', 'corrected');
    hear(`<body>PWN</body>${replace(id)}`, 'm9');
    await row('PWN');
    expect(rowOf(message.id).text).toBe('first');
  });
});

describe('encrypted', () => {
  let bob: Device;
  const encrypted = async (text: string, id: string, outside = ''): Promise<void> => {
    const message = writeMessage({ type: 'chat', id, encrypted: { legacy: await bob.send(ME, text) } });
    hear(serialize(must(message.children.find((each) => typeof each !== 'string'))) + outside, id);
  };
  beforeEach(async () => {
    bob = await Device.online(net, BOB);
    devices.push(bob);
    await encrypted('secret words', 'm1');
    await row('secret words');
    await alice.until(() => alice.chatWith(BOB)?.encryption === 'omemo', 'keys');
  });

  it('what was encrypted is not corrected in clear (H23): that is a message of its own', async () => {
    const message = await row('secret words');
    hear(`<body>PWN</body>${replace('m1')}`, 'm2');
    expect(await row('PWN')).toMatchObject({ encryption: 'none' });
    expect(rowOf(message.id)).toEqual(message);
    await encrypted('other secret words', 'm3', replace('m1'));
    await alice.until(() => rowOf(message.id).text === 'other secret words', 'corrected');
    expect(rowOf(message.id)).toMatchObject({ encryption: 'omemo' });
  });

  it('nor taken back in clear: the row says that somebody asked', async () => {
    const message = await row('secret words');
    hear(retract('m1'), 'm2');
    await alice.until(() => rowOf(message.id).retractionAsked, 'asked');
    expect(rowOf(message.id)).toMatchObject({ text: 'secret words' });
    // Nobody on the way can make a retraction of other words.
    await encrypted(
      'unrelated',
      'm3',
      writeRetraction({ target: 'm1', hasStandIn: true })
        .map((each) => serialize(each))
        .join(''),
    );
    await row('unrelated');
    expect(rowOf(message.id)).toMatchObject({ text: 'secret words' });
    await encrypted(
      "/me retracted a previous message, but it's unsupported by your client.",
      'm4',
      writeRetraction({ target: 'm1', hasStandIn: true })
        .map((each) => serialize(each))
        .join(''),
    );
    await alice.until(() => rowOf(message.id).retracted, 'retracted');
  });

  it('ours leave encrypted with the ids outside, or not at all', async () => {
    const { message } = await alice.call('messages.send', { chat: chat(), text: 'frist secret' });
    const original = await sent(({ originId }) => originId !== undefined);
    expect(await bob.read(must(original.encrypted), ME)).toBe('frist secret');
    server.acknowledge(server.sent.length);
    await alice.until(() => rowOf(message).delivery === 'sent', 'sent');
    await alice.call('messages.correct', { message, text: 'first secret' });
    const correction = await sent(({ replaces }) => replaces !== undefined);
    expect(correction.replaces).toBe(original.id);
    expect(await bob.read(must(correction.encrypted), ME)).toBe('first secret');
    await alice.call('messages.retract', { message });
    const retraction = await sent((each) => each.retraction !== undefined);
    expect(retraction.retraction?.target).toBe(original.id);
    expect(await bob.read(must(retraction.encrypted), ME)).toMatch(/^\/me retracted/);
    const raw = server.sent.map((each) => serialize(each)).join('');
    expect(raw).not.toContain('first secret');
    expect(raw).not.toContain('/me retracted');
  });
});
