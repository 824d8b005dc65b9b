/**
 * Hostile stanzas against a whole engine: real store, real keys, a scripted server. A stanza may change only what its
 * sender has authority over; whatever fails changes nothing, is counted, and what follows still arrives.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import { createTestHost, Mirror } from '../support/engine.ts';
import { eventually } from '../support/people.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';
import { temporaryProfile } from '../support/template.ts';

const ME = 'alice@a.test';
const DEVICE = `${ME}/d1`;
const FRIEND = 'bob@b.test';
const MALLORY = 'mallory@evil.example';
const PWN = 'PWN';

let server: ScriptedServer;
let engine: Engine;
let alice: Mirror;
let logged: string[];
let folder: Awaited<ReturnType<typeof temporaryProfile>>;

beforeEach(async () => {
  folder = await temporaryProfile('hostile');
  logged = [];
  server = new ScriptedServer([{ jid: FRIEND, subscription: 'both', name: 'Bob' }]);
  engine = createEngine({
    ...createTestHost({
      profile: folder.path,
      log: (_area, event, data) => logged.push(`${event} ${JSON.stringify(data)}`),
    }),
    connect: server.connect,
  });
  alice = new Mirror(engine);
  await engine.start();
  await alice.call('accounts.signIn', { address: ME, password: 'x' });
  await alice.until(() => alice.account().state === 'online', 'online');
  server.sent.length = 0;
});

afterEach(async () => {
  await engine.stop();
  folder.remove();
});

const forwarded = (inner: string): string => `<forwarded xmlns="urn:xmpp:forward:0">${inner}</forwarded>`;
const carbon = (direction: 'sent' | 'received', inner: string): string =>
  `<${direction} xmlns="urn:xmpp:carbons:2">${forwarded(inner)}</${direction}>`;
const fromBob = `<message xmlns="jabber:client" from="${FRIEND}/r" to="${ME}" type="chat"><body>${PWN}</body></message>`;
const fromMe = `<message xmlns="jabber:client" from="${DEVICE}" to="${FRIEND}" type="chat"><body>${PWN}</body></message>`;
const roster = (jid: string): string =>
  `<query xmlns="jabber:iq:roster"><item jid="${jid}" name="Bob" subscription="both"/></query>`;
const devicelist = `<event xmlns="http://jabber.org/protocol/pubsub#event"><items node="eu.siacs.conversations.axolotl.devicelist"><item id="current"><list xmlns="eu.siacs.conversations.axolotl"><device id="4711"/></list></item></items></event>`;

/** Sent by somebody who must not be believed: nothing changes and nobody is answered. */
const refused: readonly [id: string, stanza: string][] = [
  [
    'H01 forged carbon, received',
    `<message from="${MALLORY}/x" to="${DEVICE}">${carbon('received', fromBob)}<body>${PWN}</body></message>`,
  ],
  [
    'H02 forged carbon, sent',
    `<message from="${MALLORY}/x" to="${DEVICE}">${carbon('sent', fromMe)}</message>`,
  ],
  [
    'H03 carbon from a resource of ours',
    `<message from="${ME}/evil" to="${DEVICE}">${carbon('received', fromBob)}</message>`,
  ],
  [
    'H03 carbon from our domain',
    `<message from="a.test" to="${DEVICE}">${carbon('received', fromBob)}</message>`,
  ],
  [
    'H06 carbon of a room',
    `<message from="${ME}" to="${DEVICE}">${carbon('received', fromBob.replace('type="chat"', 'type="groupchat"'))}</message>`,
  ],
  [
    'H07 carbon in a carbon',
    `<message from="${ME}" to="${DEVICE}">${carbon('received', `<message xmlns="jabber:client" from="${ME}" to="${DEVICE}">${carbon('received', fromBob)}</message>`)}</message>`,
  ],
  [
    'H07 a carbon that is broken',
    `<message from="${ME}" to="${DEVICE}" type="chat"><received xmlns="urn:xmpp:carbons:2"/><body>${PWN}</body></message>`,
  ],
  [
    'H08 bare forward',
    `<message from="${MALLORY}/x" to="${DEVICE}" type="chat">${forwarded(fromBob)}</message>`,
  ],
  [
    'H09 archive result nobody asked for',
    `<message from="${MALLORY}/x" to="${DEVICE}"><result xmlns="urn:xmpp:mam:2" id="1" queryid="q">${forwarded(fromBob)}</result></message>`,
  ],
  ['H14 roster push by a stranger', `<iq type="set" id="p" from="${MALLORY}/x">${roster(MALLORY)}</iq>`],
  ['H15 roster push by our domain', `<iq type="set" id="p" from="a.test">${roster(MALLORY)}</iq>`],
  [
    'H15 roster push by a resource of ours',
    `<iq type="set" id="p" from="${ME}/evil">${roster(MALLORY)}</iq>`,
  ],
  [
    'H17 roster item exchange',
    `<message from="${MALLORY}/x" to="${DEVICE}"><x xmlns="http://jabber.org/protocol/rosterx"><item action="delete" jid="${FRIEND}"/></x></message>`,
  ],
  [
    'H18 bookmarks of another',
    `<message from="${MALLORY}" to="${DEVICE}" type="headline"><event xmlns="http://jabber.org/protocol/pubsub#event"><items node="urn:xmpp:bookmarks:1"><item id="evil@muc"/></items></event></message>`,
  ],
  [
    'H26 receipt by a third party',
    `<message from="${MALLORY}/x" to="${DEVICE}"><received xmlns="urn:xmpp:receipts" id="{sent}"/></message>`,
  ],
  [
    'H26 receipt in a carbon of our own',
    `<message from="${ME}" to="${DEVICE}">${carbon('sent', `<message xmlns="jabber:client" from="${DEVICE}" to="${FRIEND}"><received xmlns="urn:xmpp:receipts" id="{sent}"/></message>`)}</message>`,
  ],
  [
    'H34 room message without a room',
    `<message from="room@muc.a.test/mal" to="${DEVICE}" type="groupchat"><subject>${PWN}</subject><body>${PWN}</body></message>`,
  ],
  [
    'error for a message that is not theirs',
    `<message from="${MALLORY}/x" to="${DEVICE}" type="error" id="{sent}"><error type="cancel"><item-not-found xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error></message>`,
  ],
  ['no address at all', `<message from="@@" to="${DEVICE}" type="chat"><body>${PWN}</body></message>`],
  [
    'prototype names',
    `<message from="__proto__@constructor" to="${DEVICE}" type="__proto__" id="constructor"><received xmlns="urn:xmpp:receipts" id="__proto__"/></message>`,
  ],
];

describe('refused', () => {
  it.each(refused)('%s', async (_id, text) => {
    const { chat } = await alice.call('chats.open', { account: alice.account().id, address: FRIEND });
    const { message } = await alice.call('messages.send', { chat, text: 'mine' });
    await eventually(() => Promise.resolve(server.sent.length > 0), 'it left');
    const stanzaId = server.sent[0]?.attrs['id'] ?? '';
    const before = await everything();
    const sentBefore = server.sent.length;

    server.deliver(text.replaceAll('{sent}', stanzaId));
    // (E) something benign that follows still arrives.
    server.deliver(
      `<message from="${FRIEND}/r" to="${DEVICE}" type="chat" id="after"><body>after</body></message>`,
    );
    await alice.until(() => alice.chats.get(chat)?.last?.text === 'after', 'the message after it');

    const after = await everything();
    expect(JSON.stringify(after)).not.toContain(PWN);
    expect(after.messages.filter((each) => each.text !== 'after')).toEqual(before.messages);
    expect(after.contacts).toEqual(before.contacts);
    expect(alice.messages.get(message)?.delivery).not.toMatch(/delivered|displayed|failed/);
    // (F) counted, (G) nobody was answered.
    expect(server.handled).toHaveLength(server.delivered);
    expect(server.sent).toHaveLength(sentBefore);
  });

  async function everything(): Promise<{ messages: { text: string }[]; contacts: unknown[] }> {
    return { messages: await alice.history(FRIEND), contacts: [...alice.contacts.values()] };
  }
});

describe('taken for what it is', () => {
  it('H04 a carbon without outer sender is our server’s', async () => {
    server.deliver(`<message to="${DEVICE}">${carbon('received', fromBob)}</message>`);
    await alice.until(() => alice.chatWith(FRIEND)?.last?.text === PWN, 'the carbon');
  });

  it('H03 our own address in other letters is ours', async () => {
    server.deliver(`<message from="ALICE@a.test" to="${DEVICE}">${carbon('sent', fromMe)}</message>`);
    await alice.until(() => alice.chatWith(FRIEND)?.last?.isOutgoing === true, 'the carbon');
  });

  it('H27 a stranger’s stanza-id neither hides nor merges anything', async () => {
    const stamp = `<stanza-id xmlns="urn:xmpp:sid:0" by="${FRIEND}" id="same"/>`;
    server.deliver(
      `<message from="${FRIEND}/r" to="${DEVICE}" type="chat"><body>one</body>${stamp}</message>`,
    );
    server.deliver(
      `<message from="${FRIEND}/r" to="${DEVICE}" type="chat"><body>two</body>${stamp}</message>`,
    );
    await alice.until(() => alice.chatWith(FRIEND)?.last?.text === 'two', 'both');
    expect((await alice.history(FRIEND)).map((each) => each.text)).toEqual(['one', 'two']);
  });

  it('the same message by two roads is one row', async () => {
    const stamp = `<stanza-id xmlns="urn:xmpp:sid:0" by="${ME}" id="unique"/>`;
    const text = `<message from="${FRIEND}/r" to="${DEVICE}" type="chat" id="m"><body>once</body>${stamp}</message>`;
    server.deliver(text);
    server.deliver(text);
    server.deliver(`<message from="${FRIEND}/r" to="${DEVICE}" type="chat"><body>after</body></message>`);
    await alice.until(() => alice.chatWith(FRIEND)?.last?.text === 'after', 'what follows');
    expect((await alice.history(FRIEND)).map((each) => each.text)).toEqual(['once', 'after']);
    expect(alice.chatWith(FRIEND)?.unread).toBe(2);
  });

  it('H26 no receipt for a stranger, one for a contact', async () => {
    const asking = (from: string): string =>
      `<message from="${from}/r" to="${DEVICE}" type="chat" id="asks"><body>hi</body><request xmlns="urn:xmpp:receipts"/></message>`;
    server.deliver(asking(MALLORY));
    await alice.until(() => alice.chatWith(MALLORY)?.last?.text === 'hi', 'the stranger');
    expect(server.sent).toEqual([]);
    server.deliver(asking(FRIEND));
    await eventually(() => Promise.resolve(server.sent.length > 0), 'the receipt');
    expect(server.sent).toHaveLength(1);
    expect(server.sent[0]?.attrs['to']).toBe(FRIEND);
  });

  it('H66 strangers learn nothing from our answers; contacts do', async () => {
    const ping = (from: string, id: string): string =>
      `<iq type="get" id="${id}" from="${from}/r" to="${DEVICE}"><ping xmlns="urn:xmpp:ping"/></iq>`;
    server.deliver(ping(MALLORY, 'one'));
    server.deliver(ping(FRIEND, 'two'));
    await eventually(() => Promise.resolve(server.handled.length === server.delivered), 'both are handled');
    expect(server.sent.map((each) => [each.attrs['id'], each.attrs['type']])).toEqual([
      ['one', 'error'],
      ['two', 'result'],
    ]);
  });

  it('H75 a message does not come from the future, nor from a past that its sender made up', async () => {
    const delayed = (stamp: string, from: string): string =>
      `<message from="${FRIEND}/r" to="${DEVICE}" type="chat"><body>${stamp}</body><delay xmlns="urn:xmpp:delay" from="${from}" stamp="${stamp}"/></message>`;
    const start = Date.now();
    server.deliver(delayed('9999-01-01T00:00:00Z', 'a.test'));
    server.deliver(delayed('1970-01-02T00:00:00Z', FRIEND));
    server.deliver(delayed('2020-01-01T00:00:00Z', 'a.test'));
    await eventually(() => Promise.resolve(server.handled.length === server.delivered), 'all are handled');
    const at = new Map((await alice.history(FRIEND)).map((each) => [each.text, each.at]));
    expect(at.get('9999-01-01T00:00:00Z')).toBeLessThanOrEqual(Date.now());
    expect(at.get('1970-01-02T00:00:00Z')).toBeGreaterThanOrEqual(start);
    expect(at.get('2020-01-01T00:00:00Z')).toBe(Date.UTC(2020, 0, 1));
  });

  it('H18 a device list speaks for its owner only', async () => {
    server.deliver(`<message from="${MALLORY}" to="${DEVICE}" type="headline">${devicelist}</message>`);
    await eventually(() => Promise.resolve(server.handled.length === server.delivered), 'it is handled');
    const { chat } = await alice.call('chats.open', { account: alice.account().id, address: FRIEND });
    const { devices } = await alice.call('chats.devices', { chat });
    expect(devices.filter((device) => device.address === FRIEND)).toEqual([]);
  });
});
