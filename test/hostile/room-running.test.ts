/**
 * Strangers and occupants who speak as a room: who is what in it, what it is like and what is taken back is the room's
 * to say, from its bare address (H25, H32).
 */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import type { MessageRow } from '../../shared/contract.ts';
import { serialize } from '../../electron/xmpp/xml.ts';
import { parseStanza } from '../../electron/xmpp/transport/parser.ts';
import { createTestHost, Mirror } from '../support/engine.ts';
import { eventually } from '../support/people.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';
import { temporaryProfile } from '../support/template.ts';

const ME = 'alice@a.test';
const FRIEND = 'bob@b.test';
const MALLORY = 'mallory@evil.example';
const ROOM = 'coven@rooms.test';
const USER = 'http://jabber.org/protocol/muc#user';

let server: ScriptedServer;
let engine: Engine;
let alice: Mirror;
let folder: Awaited<ReturnType<typeof temporaryProfile>>;
let chat: number;

beforeEach(async () => {
  folder = await temporaryProfile('hostile-rooms');
  server = new ScriptedServer([{ jid: FRIEND, subscription: 'both', name: 'Bob' }]);
  engine = createEngine({ ...createTestHost({ profile: folder.path }), connect: server.connect });
  alice = new Mirror(engine);
  await engine.start();
  await alice.call('accounts.signIn', { address: ME, password: 'x' });
  await alice.until(() => alice.account().state === 'online', 'online');
  ({ chat } = await alice.call('rooms.join', { account: alice.account().id, address: ROOM, nick: 'alice' }));
  await eventually(
    () => Promise.resolve(server.sent.some(({ attrs }) => attrs['to'] === `${ROOM}/alice`)),
    'the room is entered',
  );
  server.deliver(presence('mallory', '<item affiliation="none" role="participant"/>'));
  server.deliver(presence('alice', '<item affiliation="member" role="participant"/><status code="110"/>'));
  await alice.until(() => alice.rooms.get(chat)?.state === 'in', 'in');
  server.requests.length = 0;
});

afterEach(async () => {
  await engine.stop();
  folder.remove();
});

const presence = (nick: string, inner: string): string =>
  `<presence from="${ROOM}/${nick}" to="${ME}/d"><x xmlns="${USER}">${inner}</x></presence>`;
const message = (from: string, inner: string, type = 'groupchat'): string =>
  `<message from="${from}" to="${ME}/d" type="${type}">${inner}</message>`;

async function after(...stanzas: string[]): Promise<void> {
  for (const each of stanzas) server.deliver(each);
  const text = `after ${String(server.delivered)}`;
  server.deliver(message(`${FRIEND}/r`, `<body>${text}</body>`, 'chat'));
  await alice.until(() => alice.chatWith(FRIEND)?.last?.text === text, 'the message behind it');
}

it.each([
  ['an occupant', `${ROOM}/mallory`],
  ['a stranger', `${MALLORY}/x`],
])('H32 nobody becomes anything by a message of %s', async (_, from) => {
  const before = alice.rooms.get(chat);
  const owner = `<x xmlns="${USER}"><item affiliation="owner" role="moderator" jid="${ME}"/><status code="110"/></x>`;
  await after(message(from, owner), message(from, owner, 'normal'), message(from, owner, 'chat'));
  const { occupants } = await alice.call('rooms.occupants', { chat, limit: 10 });
  expect(occupants.map(({ nick, role, affiliation }) => [nick, role, affiliation])).toEqual([
    ['alice', 'participant', 'member'],
    ['mallory', 'participant', 'none'],
  ]);
  expect(alice.rooms.get(chat)).toEqual(before);
});

it('the room alone says that it is another way now, and a flood of that asks few questions', async () => {
  const changed = `<x xmlns="${USER}"><status code="104"/></x>`;
  const asked = (): number => server.requests.filter(({ to }) => to === ROOM).length;
  await after(
    message(`${ROOM}/mallory`, changed),
    message(`${MALLORY}/x`, changed),
    message(ROOM, changed, 'chat'),
  );
  expect(asked()).toBe(0);
  let answer: (() => void) | undefined;
  const gate = new Promise<void>((resolve) => {
    answer = resolve;
  });
  server.answers = ({ to }) =>
    to === ROOM ? gate.then(() => ({ name: 'iq', ns: 'jabber:client', attrs: {}, children: [] })) : undefined;
  await after(...Array.from({ length: 100 }, () => message(ROOM, changed)));
  expect(asked()).toBe(1);
  answer?.();
  await eventually(() => Promise.resolve(asked() === 2), 'it is asked once more');
});

it('a service that lists rooms for ever, or those of others, is left after a while', async () => {
  const items = (): string =>
    `<iq type="result" id="s"><query xmlns="http://jabber.org/protocol/disco#items"><item jid="a${String(server.requests.length)}@rooms.test"/><item jid="rooms.test" node="x"/><item jid="@"/><set xmlns="http://jabber.org/protocol/rsm"><last>${String(server.requests.length)}</last><count>9999999</count></set></query></iq>`;
  const info =
    '<iq type="result" id="s"><query xmlns="http://jabber.org/protocol/disco#info"><identity category="conference" type="text"/><feature var="http://jabber.org/protocol/muc"/></query></iq>';
  server.answers = ({ payload }) => parseStanza(payload.ns.endsWith('#items') ? items() : info);
  const found = await alice.call('rooms.find', { account: alice.account().id, at: 'rooms.test' });
  expect(found.rooms).toHaveLength(10);
  expect(server.requests).toHaveLength(11);
});

const said = (): string =>
  message(`${ROOM}/mallory`, `<body>Buy now</body><stanza-id xmlns="urn:xmpp:sid:0" id="s1" by="${ROOM}"/>`);
const retract = (id: string): string =>
  `<retract xmlns="urn:xmpp:message-retract:1" id="${id}"><moderated xmlns="urn:xmpp:message-moderate:1"/><reason>Spam</reason></retract>`;
const retractOlder = `<apply-to xmlns="urn:xmpp:fasten:0" id="s1"><moderated xmlns="urn:xmpp:message-moderate:0"><retract xmlns="urn:xmpp:message-retract:0"/></moderated></apply-to>`;
const row = (): MessageRow | undefined => [...alice.messages.values()].find((each) => each.chat === chat);

it.each([
  ['an occupant', message(`${ROOM}/bob`, retract('s1'))],
  ['an occupant, in the older protocol', message(`${ROOM}/bob`, retractOlder)],
  ['an occupant in private', message(`${ROOM}/bob`, retract('s1'), 'chat')],
  ['a stranger', message(`${MALLORY}/x`, retract('s1'), 'chat')],
  ['another room', message('other@rooms.test', retract('s1'))],
  ['the room, of something else', message(ROOM, retract('s2'))],
])('H25 nothing is taken back by %s', async (_, stanza) => {
  await after(presence('bob', '<item affiliation="owner" role="moderator"/>'), said(), stanza);
  expect(row()).toMatchObject({ text: 'Buy now' });
  expect(row()?.retracted).toBeUndefined();
});

it.each([
  ['current', message(ROOM, retract('s1'))],
  ['older', message(ROOM, retractOlder)],
])('the room takes back what was said in it (%s)', async (_, stanza) => {
  await after(said(), stanza);
  await alice.until(() => row()?.retracted !== undefined, 'it is taken back');
  expect(row()?.text).toBe('');
});

it('only a moderator asks for it, of a room that can', async () => {
  await after(said());
  const id = row()!.id;
  await expect(alice.call('messages.retract', { message: id })).rejects.toMatchObject({
    code: 'not-allowed',
  });
  await after(presence('alice', '<item affiliation="admin" role="moderator"/><status code="110"/>'));
  await expect(alice.call('messages.retract', { message: id })).rejects.toMatchObject({
    code: 'not-allowed',
  });
  server.features.push('urn:xmpp:message-moderate:1');
  await after(message(ROOM, `<x xmlns="${USER}"><status code="104"/></x>`));
  await alice.until(() => alice.rooms.get(chat)?.hasModeration === true, 'it can');
  await alice.call('messages.retract', { message: id });
  const asked = server.requests.filter(({ to, type }) => to === ROOM && type === 'set');
  expect(asked.map(({ payload }) => serialize(payload))).toEqual([
    '<moderate xmlns="urn:xmpp:message-moderate:1" id="s1"><retract xmlns="urn:xmpp:message-retract:1"/></moderate>',
  ]);
  expect(row()).toMatchObject({ text: 'Buy now' }); // until the room says so
});
