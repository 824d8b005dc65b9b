/**
 * Invitations to rooms (H33): anybody can send one. None enters a room by itself, each room asks once, floods stay small,
 * and no password gets anywhere but into the room.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import { serialize } from '../../electron/xmpp/xml.ts';
import { createTestHost, Mirror } from '../support/engine.ts';
import { eventually } from '../support/people.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';
import { temporaryProfile } from '../support/template.ts';

const ME = 'alice@a.test';
const FRIEND = 'bob@b.test';
const MALLORY = 'mallory@evil.example';
const ROOM = 'coven@rooms.test';
const SECRET = 'open-sesame';

let server: ScriptedServer;
let engine: Engine;
let alice: Mirror;
let logged: string[];
let folder: Awaited<ReturnType<typeof temporaryProfile>>;

const boot = async (): Promise<void> => {
  engine = createEngine({
    ...createTestHost({
      profile: folder.path,
      log: (_area, event, data) => logged.push(`${event} ${JSON.stringify(data)}`),
    }),
    connect: server.connect,
  });
  alice = new Mirror(engine);
  await engine.start();
};

beforeEach(async () => {
  folder = await temporaryProfile('room-invites');
  logged = [];
  server = new ScriptedServer([{ jid: FRIEND, subscription: 'both', name: 'Bob' }]);
  await boot();
  await alice.call('accounts.signIn', { address: ME, password: 'x' });
  await alice.until(() => alice.account().state === 'online', 'online');
  server.sent.length = 0;
});

afterEach(async () => {
  await engine.stop();
  folder.remove();
});

const message = (from: string, content: string, type = 'normal'): string =>
  `<message from="${from}" to="${ME}" type="${type}">${content}</message>`;
const mediated = (by: string, { reason = 'Come!', password = SECRET } = {}): string =>
  `<x xmlns="http://jabber.org/protocol/muc#user"><invite from="${by}"><reason>${reason}</reason></invite><password>${password}</password></x>`;
const direct = (room: string, rest = ''): string => `<x xmlns="jabber:x:conference" jid="${room}" ${rest}/>`;

/** Delivers, and a message behind it; returns what waits for an answer when that is there. */
async function after(...stanzas: string[]): Promise<unknown[]> {
  for (const each of stanzas) server.deliver(each);
  const text = `after ${String(server.delivered)}`;
  server.deliver(message(`${FRIEND}/r`, `<body>${text}</body>`, 'chat'));
  await alice.until(() => alice.chatWith(FRIEND)?.last?.text === text, 'the message behind it');
  return [...alice.roomInvites.values()].map(({ at: _, account: __, ...row }) => row);
}
const sent = (): string => server.sent.map((element) => serialize(element)).join('\n');

describe('an invitation', () => {
  it('of the room is shown, nothing is entered, and its password is told to the room alone', async () => {
    expect(await after(message(ROOM, `${mediated(`${FRIEND}/r`)}<body>Bob invites you</body>`))).toEqual([
      { address: ROOM, from: FRIEND, reason: 'Come!', hasPassword: true },
    ]);
    expect(sent()).not.toContain(ROOM);
    expect(alice.chatWith(ROOM)).toBeUndefined();
    expect(logged.join()).not.toContain(SECRET);
    await alice.call('rooms.acceptInvite', { account: alice.account().id, address: ROOM });
    await eventually(() => Promise.resolve(sent().includes(`to="${ROOM}/`)), 'the room is entered');
    expect(sent()).toContain(`<password>${SECRET}</password>`);
    await alice.until(() => alice.roomInvites.size === 0, 'it is answered');
    expect(logged.join()).not.toContain(SECRET);
    expect(JSON.stringify([...alice.rooms.values()])).not.toContain(SECRET);
  });

  it('waits over a restart, and whoever sent it through the room is told that it is declined', async () => {
    await after(message(ROOM, mediated(`${ROOM}/Bob`)));
    await engine.stop();
    await boot();
    const snapshot = await alice.call('app.snapshot', {});
    alice.apply(snapshot);
    expect(alice.roomInvites.get(ROOM)).toMatchObject({ from: 'Bob', reason: 'Come!' });
    await alice.until(() => alice.account().state === 'online', 'online again');
    await alice.call('rooms.declineInvite', { account: alice.account().id, address: ROOM });
    await alice.until(() => alice.roomInvites.size === 0, 'it is answered');
    expect(sent()).toContain(`<decline to="${ROOM}/Bob"/>`);
    await expect(
      alice.call('rooms.acceptInvite', { account: alice.account().id, address: ROOM }),
    ).rejects.toMatchObject({ code: 'not-found' });
  });

  it('of a friend is shown once, whatever else asks into the same room', async () => {
    const shown = await after(
      message(ROOM, mediated(FRIEND)),
      message(`${FRIEND}/r`, direct(ROOM, 'reason="The same"')),
      message(`${MALLORY}/x`, direct(ROOM, 'reason="http://evil.example" password="PWN"')),
    );
    expect(shown).toEqual([{ address: ROOM, from: FRIEND, reason: 'The same', hasPassword: true }]);
    await alice.call('rooms.acceptInvite', { account: alice.account().id, address: ROOM });
    await eventually(() => Promise.resolve(sent().includes(`to="${ROOM}/`)), 'the room is entered');
    expect(sent()).not.toContain('PWN');
  });
});

describe('is none', () => {
  it.each([
    ['from an occupant', message(`${ROOM}/mallory`, mediated(FRIEND), 'chat')],
    ['from a person’s device', message(`${MALLORY}/x`, mediated(FRIEND))],
    ['in a room', message(ROOM, mediated(FRIEND), 'groupchat')],
    ['as an error', message(ROOM, mediated(FRIEND), 'error')],
    ['to what is no room', message(`${MALLORY}/x`, direct('rooms.test'))],
    ['to nothing', message(`${MALLORY}/x`, '<x xmlns="jabber:x:conference"/>')],
    ['of ourselves', message(`${ME}/other`, direct(ROOM))],
    [
      'that says no',
      message(ROOM, '<x xmlns="http://jabber.org/protocol/muc#user"><decline/></x><body>No</body>'),
    ],
    [
      'in a forged carbon',
      message(
        `${MALLORY}/x`,
        `<received xmlns="urn:xmpp:carbons:2"><forwarded xmlns="urn:xmpp:forward:0"><message xmlns="jabber:client" from="${ROOM}" to="${ME}">${mediated(FRIEND)}</message></forwarded></received>`,
      ),
    ],
  ])('%s', async (_, stanza) => {
    expect(await after(stanza)).toEqual([]);
    expect(alice.chatWith(ROOM)).toBeUndefined();
  });

  it('of somebody who is blocked, be it the room or who it names; blocking takes back what waits', async () => {
    server.answers = () => undefined;
    const block = `<iq type="set" id="b1" to="${ME}/d"><block xmlns="urn:xmpp:blocking"><item jid="${MALLORY}"/></block></iq>`;
    expect(await after(message(`${MALLORY}/x`, direct(ROOM)))).toHaveLength(1);
    expect(await after(block)).toEqual([]);
    expect(
      await after(message(`${MALLORY}/x`, direct(ROOM)), message(ROOM, mediated(`${MALLORY}/x`))),
    ).toEqual([]);
  });
});

it('a flood stays small, and takes no place from others', async () => {
  const flood = Array.from({ length: 500 }, (_, i) =>
    message(`${MALLORY}/x`, direct(`r${String(i)}@evil.example`)),
  );
  const shown = await after(message(ROOM, mediated(FRIEND)), ...flood);
  expect(shown).toHaveLength(17);
  expect(shown).toContainEqual({ address: ROOM, from: FRIEND, reason: 'Come!', hasPassword: true });
  expect(server.sent.filter(({ name }) => name === 'presence')).toEqual([]);
});
