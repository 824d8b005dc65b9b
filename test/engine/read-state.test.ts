/** Who learns how far the person has read, and whom we believe about it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import type { IqRequest } from '../../electron/xmpp/wire.ts';
import { child, serialize, stanza, xml } from '../../electron/xmpp/xml.ts';
import { createTestHost, Mirror } from '../support/engine.ts';
import { eventually } from '../support/people.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';
import { parseXml as parse } from '../support/xml.ts';
import { temporaryProfile } from '../support/template.ts';

const ME = 'alice@a.test';
const DEVICE = `${ME}/d1`;
const FRIEND = 'bob@b.test';
const NODE = 'urn:xmpp:mds:displayed:0';

let server: ScriptedServer;
let engine: Engine;
let alice: Mirror;
let folder: Awaited<ReturnType<typeof temporaryProfile>>;
let published: { readonly chat: string; readonly id: string }[];
/** What the server's node holds when we ask for it. */
let positions: { readonly chat: string; readonly id: string; readonly by?: string }[];

async function start(): Promise<void> {
  engine = createEngine({ ...createTestHost({ profile: folder.path }), connect: server.connect });
  alice = new Mirror(engine);
  await engine.start();
}

beforeEach(async () => {
  folder = await temporaryProfile('read');
  [published, positions] = [[], []];
  server = new ScriptedServer([{ jid: FRIEND, subscription: 'both', name: 'Bob' }]);
  server.answers = answer;
  await start();
  await alice.call('accounts.signIn', { address: ME, password: 'x' });
  await online();
});

afterEach(async () => {
  await engine.stop();
  folder.remove();
});

const online = (): Promise<unknown> => alice.until(() => alice.account().state === 'online', 'online');

function answer({ type, payload }: IqRequest): ReturnType<ScriptedServer['answers']> {
  const publish = child(payload, 'publish', payload.ns);
  if (type === 'set' && publish?.attrs['node'] === NODE) {
    const item = child(publish, 'item', payload.ns);
    const id = /stanza-id[^>]* id="([^"]*)"/.exec(serialize(publish))?.[1] ?? '';
    published.push({ chat: item?.attrs['id'] ?? '', id });
    return stanza('iq', { type: 'result', id: 'x' });
  }
  const items = child(payload, 'items', payload.ns);
  if (type !== 'get' || items?.attrs['node'] !== NODE || positions.length === 0) return undefined;
  return stanza(
    'iq',
    { type: 'result', id: 'x' },
    xml('pubsub', payload.ns, {}, xml('items', payload.ns, { node: NODE }, positions.map(itemOf))),
  );
}

const itemOf = ({ chat, id, by = ME }: (typeof positions)[number]) =>
  parse(
    `<item xmlns="http://jabber.org/protocol/pubsub" id="${chat}"><displayed xmlns="${NODE}"><stanza-id xmlns="urn:xmpp:sid:0" by="${by}" id="${id}"/></displayed></item>`,
  );

const event = (from: string | undefined, chat: string, id: string, by = ME): string =>
  `<message ${from === undefined ? '' : `from="${from}"`} to="${DEVICE}" type="headline"><event xmlns="http://jabber.org/protocol/pubsub#event"><items node="${NODE}"><item id="${chat}"><displayed xmlns="${NODE}"><stanza-id xmlns="urn:xmpp:sid:0" by="${by}" id="${id}"/></displayed></item></items></event></message>`;

/** Bob says something; `markable` asks for a marker. */
const said = (n: number, { markable = true, from = FRIEND } = {}): string =>
  `<message from="${from}/r" to="${DEVICE}" type="chat" id="m${n}"><body>message ${n}</body>${
    markable ? '<markable xmlns="urn:xmpp:chat-markers:0"/>' : ''
  }<stanza-id xmlns="urn:xmpp:sid:0" by="${ME}" id="a${n}"/></message>`;

async function hear(...numbers: number[]): Promise<void> {
  for (const n of numbers) server.deliver(said(n));
  const last = `message ${numbers.at(-1)}`;
  await alice.until(() => alice.chatWith(FRIEND)?.last?.text === last, last);
}

const chat = () => alice.chatWith(FRIEND)!;
const idOf = (text: string): number =>
  [...alice.messages.values()].find((each) => each.text === text)?.id ?? 0;
const markers = (): string[] =>
  server.sent
    .map((each) => serialize(each))
    .filter((text) => text.includes('displayed xmlns="urn:xmpp:chat-markers'));

describe('what the person reads here', () => {
  it('is told to the other side once, for the last message, and to our other devices', async () => {
    await hear(1, 2, 3);
    expect(chat().unread).toBe(3);
    await alice.call('chats.markRead', { chat: chat().id, message: idOf('message 3') });
    expect(chat().unread).toBe(0);
    await eventually(() => Promise.resolve(published.length === 1), 'published');
    expect(published).toEqual([{ chat: FRIEND, id: 'a3' }]);
    expect(markers()).toHaveLength(1);
    expect(markers()[0]).toContain('id="m3"');
    await alice.call('chats.markRead', { chat: chat().id, message: idOf('message 3') });
    await alice.call('chats.markRead', { chat: chat().id, message: idOf('message 1') });
    expect(markers()).toHaveLength(1);
  });

  it('is not told to people who did not ask, nor to strangers', async () => {
    server.deliver(said(1, { markable: false }));
    server.deliver(said(2, { from: 'mallory@evil.example' }));
    await alice.until(() => alice.chats.size === 2, 'two chats');
    for (const row of [...alice.chats.values()]) {
      await alice.call('chats.markRead', { chat: row.id, message: row.last?.message ?? 0 });
    }
    await eventually(() => Promise.resolve(published.length === 2), 'published');
    expect(markers()).toEqual([]);
  });

  it('is told after a restart when the server did not take it before', async () => {
    server.answers = (iq) => {
      if (iq.type === 'set' && serialize(iq.payload).includes(NODE)) throw new Error('the network is gone');
      return answer(iq);
    };
    await hear(1);
    await alice.call('chats.markRead', { chat: chat().id, message: idOf('message 1') });
    await engine.stop();
    server.answers = answer;
    await start();
    await online();
    await eventually(() => Promise.resolve(published.length === 1), 'published');
    expect(published).toEqual([{ chat: FRIEND, id: 'a1' }]);
    expect(chat().unread).toBe(0);
  });
});

describe('what another device of ours has read', () => {
  it('is read here, too, and goes only forward', async () => {
    await hear(1, 2, 3);
    server.deliver(event(ME, FRIEND, 'a2'));
    await alice.until(() => chat().unread === 1, 'two of three');
    server.deliver(event(ME, FRIEND, 'a1'));
    await hear(4);
    expect(chat().unread).toBe(2);
    expect(published).toEqual([]);
  });

  it('counts when it comes before the message', async () => {
    await hear(1);
    server.deliver(event(ME, FRIEND, 'a2'));
    await hear(2);
    expect(chat().unread).toBe(0);
    await hear(3);
    expect(chat().unread).toBe(1);
  });

  it('is learnt after signing in', async () => {
    await hear(1, 2, 3);
    await engine.stop();
    positions = [{ chat: FRIEND, id: 'a3' }];
    await start();
    await online();
    expect(chat().unread).toBe(0);
  });

  it('is learnt from its marker to the other side', async () => {
    await hear(1, 2);
    server.deliver(
      `<message from="${ME}" to="${DEVICE}"><sent xmlns="urn:xmpp:carbons:2"><forwarded xmlns="urn:xmpp:forward:0"><message xmlns="jabber:client" from="${ME}/phone" to="${FRIEND}" type="chat"><displayed xmlns="urn:xmpp:chat-markers:0" id="m2"/></message></forwarded></sent></message>`,
    );
    await alice.until(() => chat().unread === 0, 'read');
    expect(markers()).toEqual([]);
  });

  it.each([
    ['a stranger', 'mallory@evil.example', FRIEND, ME],
    ['the friend', FRIEND, FRIEND, ME],
    ['a resource of ours', `${ME}/evil`, FRIEND, ME],
    ['our server', 'a.test', FRIEND, ME],
    ['ourselves, by the id of a foreign archive', ME, FRIEND, 'mallory@evil.example'],
    ['ourselves, about another chat', ME, 'mallory@evil.example', ME],
  ])('is nothing that %s may say', async (_name, from, about, by) => {
    await hear(1);
    server.deliver(event(from, about, 'a1', by));
    await hear(2);
    expect(chat().unread).toBe(2);
  });
});

describe('what the other side has read', () => {
  const read = (target: string, from = `${FRIEND}/r`): string =>
    `<message from="${from}" to="${DEVICE}" type="chat"><displayed xmlns="urn:xmpp:chat-markers:0" id="${target}"/></message>`;
  const sentIds = (): string[] =>
    server.sent.flatMap((each) => (child(each, 'body') === undefined ? [] : (each.attrs['id'] ?? [])));
  const deliveries = (): string[] =>
    [...alice.messages.values()].sort((a, b) => a.id - b.id).map(({ delivery }) => delivery);

  beforeEach(async () => {
    const { chat: id } = await alice.call('chats.open', { account: alice.account().id, address: FRIEND });
    await alice.call('chats.setEncryption', { chat: id, mode: 'off' });
    for (const text of ['one', 'two', 'three']) await alice.call('messages.send', { chat: id, text });
    await eventually(() => Promise.resolve(sentIds().length === 3), 'three left');
    server.acknowledge(server.sent.length);
    await alice.until(() => deliveries().every((each) => each === 'sent'), 'sent');
  });

  it('is shown up to the message it names', async () => {
    expect(server.sent.map((each) => serialize(each)).join()).toContain(
      '<markable xmlns="urn:xmpp:chat-markers:0"/>',
    );
    server.deliver(read(sentIds()[1]!));
    await alice.until(() => deliveries().join() === 'displayed,displayed,sent', 'two of three');
    server.deliver(read(sentIds()[0]!));
    server.deliver(read(sentIds()[2]!));
    await alice.until(() => deliveries().join() === 'displayed,displayed,displayed', 'all');
  });

  it.each([
    ['a stranger', 'mallory@evil.example/x', 0],
    ['our own account', `${ME}/phone`, 0],
  ])('is nothing that %s may say', async (_name, from, index) => {
    server.deliver(read(sentIds()[index]!, from));
    server.deliver(said(1));
    await alice.until(() => chat().last?.text === 'message 1', 'handled');
    expect(deliveries().filter((each) => each === 'displayed')).toEqual([]);
  });
});
