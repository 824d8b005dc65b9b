/** Rooms on this device: what is made, entered, learnt again and left behind. */
import { expect, it } from 'vitest';
import { Occupants } from '../../electron/engine/occupants.ts';
import { problemOf } from '../../electron/engine/room-problems.ts';
import { serialize } from '../../electron/xmpp/xml.ts';
import { StanzaError } from '../../electron/xmpp/wire.ts';
import { parseStanza } from '../../electron/xmpp/transport/parser.ts';
import { Coven, FRIEND, IDS, ME, message, presence, ROOM, USER } from '../support/coven.ts';
import { eventually } from '../support/people.ts';

it.each([
  ['not-authorized', 'password'],
  ['not-acceptable', 'nick-not-allowed'],
  ['jid-malformed', 'nick-not-allowed'],
  ['gone', 'destroyed'],
  ['not-allowed', 'refused'],
  ['__proto__', 'refused'],
])('who is kept out by %s reads %s', (condition, code) => {
  expect(problemOf(condition, 'words')).toEqual({ code, detail: 'words' });
});

it('a room of somebody else that has the address of a wanted one leaves nothing behind', async () => {
  const coven = await Coven.online(['muc_semianonymous']);
  const { alice, server } = coven;
  const account = alice.account().id;
  const made = alice.call('rooms.create', {
    account,
    name: 'Ours',
    isPrivate: true,
    address: ROOM,
    people: [],
  });
  const failed = expect(made).rejects.toMatchObject({ code: 'already-there' });
  await coven.letIn();
  await failed;
  expect([...alice.chats.values()].filter(({ address }) => address === ROOM)).toEqual([]);
  const left = server.sent.filter(({ attrs }) => attrs['to'] === `${ROOM}/alice`);
  expect(left.map(({ attrs }) => attrs['type'])).toEqual([undefined, 'unavailable']);
  await coven.stop();
  server.sent.length = 0;
  await coven.boot();
  await coven.alice.until(() => coven.alice.accounts.values().next().value?.state === 'online', 'online');
  expect(server.sent.filter(({ attrs }) => attrs['to']?.startsWith(ROOM))).toEqual([]);
});

it('a room that was known before stays what it was', async () => {
  const coven = await Coven.open(['muc_semianonymous']);
  const { alice, chat } = coven;
  await alice.call('rooms.leave', { chat });
  coven.server.sent.length = 0;
  const account = alice.account().id;
  const made = alice.call('rooms.create', {
    account,
    name: 'Ours',
    isPrivate: true,
    address: ROOM,
    people: [],
  });
  const failed = expect(made).rejects.toMatchObject({ code: 'already-there' });
  await coven.letIn();
  await failed;
  expect(alice.rooms.get(chat)).toMatchObject({ state: 'out', nick: 'alice' });
});

it('a room that could not be furnished is given back', async () => {
  const coven = await Coven.online(['muc_semianonymous']);
  const { alice, server } = coven;
  const before = server.answers;
  server.answers = (iq) =>
    iq.to === ROOM && iq.payload.ns.endsWith('#owner') && iq.type === 'get'
      ? Promise.reject(new StanzaError('forbidden', 'auth'))
      : before(iq);
  const account = alice.account().id;
  const made = alice.call('rooms.create', {
    account,
    name: 'Ours',
    isPrivate: true,
    address: ROOM,
    people: [],
  });
  const failed = expect(made).rejects.toMatchObject({ code: 'already-there' });
  await coven.letIn('<item affiliation="owner" role="moderator"/><status code="201"/>');
  await failed;
  const asked = server.requests.filter(({ payload }) => payload.ns.endsWith('#owner'));
  expect(asked.map(({ payload }) => serialize(payload)).at(-1)).toContain('type="cancel"');
  expect([...alice.chats.values()].filter(({ address }) => address === ROOM)).toEqual([]);
});

it('a room that becomes private is encrypted for its members from then on', async () => {
  const coven = await Coven.open(['muc_semianonymous', IDS]);
  const { alice, chat, server } = coven;
  expect(alice.chats.get(chat)?.encryption).toBe('none');
  coven.features = ['muc_membersonly', 'muc_nonanonymous', IDS];
  const before = server.answers;
  server.answers = (iq) =>
    serialize(iq.payload).includes('affiliation="member"')
      ? parseStanza(
          `<iq type="result" id="i"><query xmlns="http://jabber.org/protocol/muc#admin"><item affiliation="member" jid="${FRIEND}"/><item affiliation="member" jid="${ME}"/></query></iq>`,
        )
      : before(iq);
  server.deliver(message(ROOM, `<x xmlns="${USER}"><status code="104"/><status code="172"/></x>`));
  await alice.until(() => alice.chats.get(chat)?.encryption === 'unknown', 'nothing is said in clear');
  await eventually(
    () => Promise.resolve(server.requests.some(({ payload }) => payload.ns.endsWith('#admin'))),
    'its members are asked for',
  );
});

it('who is in it is listed in order, page by page, and anew when somebody comes, goes or becomes something else', () => {
  const occupants = new Occupants();
  const put = (nick: string, role: 'moderator' | 'participant' | 'visitor'): boolean =>
    occupants.put(
      nick,
      { affiliation: 'none', role },
      { type: 'available', availability: 'online', priority: 0 },
      {},
    );
  const names = (page: Parameters<Occupants['list']>[0]): string[] =>
    occupants.list(page, 'me').occupants.map(({ nick }) => nick);
  put('zoe', 'participant');
  put('me', 'participant');
  put('ann', 'visitor');
  expect(names({ limit: 9 })).toEqual(['me', 'zoe', 'ann']);
  put('ann', 'moderator');
  put('Bo', 'participant');
  expect(names({ limit: 9 })).toEqual(['ann', 'Bo', 'me', 'zoe']);
  occupants.remove('Bo');
  expect(names({ limit: 2, offset: 1 })).toEqual(['me', 'zoe']);
  expect(occupants.list({ search: 'Z', limit: 9 }, 'me')).toMatchObject({
    total: 1,
    occupants: [{ nick: 'zoe' }],
  });
});

it('hats are shown of a room that gives them, and of no other', async () => {
  const hats =
    '<hats xmlns="urn:xmpp:hats:0"><hat uri="urn:x:1" title="Host"/><hat uri="urn:x:2" title="Sage"/></hats>';
  for (const [features, expected] of [
    [['urn:xmpp:hats:0'], ['Host', 'Sage']],
    [[], undefined],
  ] as const) {
    const coven = await Coven.open([...features]);
    await coven.after(presence('eve', '<item affiliation="none" role="participant"/>', 'id-eve', hats));
    const { occupants } = await coven.alice.call('rooms.occupants', {
      chat: coven.chat,
      search: 'eve',
      limit: 9,
    });
    expect(occupants.map((row) => row.hats)).toEqual([expected]);
  }
});
