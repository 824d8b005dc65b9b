/** Bookmarks: only our own account speaks of our rooms (H18), and where others could read them nothing is published (H19). */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import { parseStanza } from '../../electron/xmpp/transport/parser.ts';
import { serialize } from '../../electron/xmpp/xml.ts';
import { createTestHost, Mirror } from '../support/engine.ts';
import { eventually } from '../support/people.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';
import { temporaryProfile } from '../support/template.ts';

const ME = 'alice@a.test';
const FRIEND = 'bob@b.test';
const MALLORY = 'mallory@evil.example';
const ROOM = 'coven@rooms.test';
const NODE = 'urn:xmpp:bookmarks:1';

let server: ScriptedServer;
let engine: Engine;
let alice: Mirror;
let folder: Awaited<ReturnType<typeof temporaryProfile>>;
let hasOptions: boolean;
let kept: string;

const infoOfAccount = (): string =>
  `<iq type="result" id="s"><query xmlns="http://jabber.org/protocol/disco#info"><identity category="pubsub" type="pep"/>${hasOptions ? '<feature var="http://jabber.org/protocol/pubsub#publish-options"/>' : ''}</query></iq>`;
const conference = `<conference xmlns="${NODE}" name="Coven" autojoin="true"><nick>Alice A.</nick><extensions><state xmlns="urn:other" minimized="true"/></extensions><odd xmlns="urn:odd"/></conference>`;
const item = (address: string, inner = conference): string => `<item id="${address}">${inner}</item>`;

beforeEach(async () => {
  folder = await temporaryProfile('hostile-bookmarks');
  hasOptions = true;
  kept = item(ROOM);
  server = new ScriptedServer([{ jid: FRIEND, subscription: 'both', name: 'Bob' }]);
  server.answers = ({ to, payload }) => {
    const text = serialize(payload);
    if (text.includes('disco#info') && (to === ME || to === undefined)) return parseStanza(infoOfAccount());
    if (!text.includes(`<items node="${NODE}"`)) return undefined;
    return parseStanza(
      `<iq type="result" id="s"><pubsub xmlns="http://jabber.org/protocol/pubsub"><items node="${NODE}">${kept}</items></pubsub></iq>`,
    );
  };
  engine = createEngine({ ...createTestHost({ profile: folder.path }), connect: server.connect });
  alice = new Mirror(engine);
  await engine.start();
});

afterEach(async () => {
  await engine.stop();
  folder.remove();
});

const signIn = async (): Promise<void> => {
  await alice.call('accounts.signIn', { address: ME, password: 'x' });
  await alice.until(() => alice.account().state === 'online', 'online');
};
const event = (from: string | undefined, inner: string): string =>
  `<message${from === undefined ? '' : ` from="${from}"`} to="${ME}/d" type="headline"><event xmlns="http://jabber.org/protocol/pubsub#event"><items node="${NODE}">${inner}</items></event></message>`;
async function after(...stanzas: string[]): Promise<void> {
  for (const each of stanzas) server.deliver(each);
  const text = `after ${String(server.delivered)}`;
  server.deliver(`<message from="${FRIEND}/r" to="${ME}/d" type="chat"><body>${text}</body></message>`);
  await alice.until(() => alice.chatWith(FRIEND)?.last?.text === text, 'the message behind it');
}
const addresses = (): string[] => [...alice.rooms.values()].map(({ address }) => address);
/** What was written about rooms, wherever it is kept. */
const published = (): string[] =>
  server.requests
    .filter(({ type }) => type === 'set')
    .map(({ payload }) => serialize(payload))
    .filter((text) => text.includes('bookmarks'));

it('what is there is entered, and what others put there stays when it is changed', async () => {
  await signIn();
  const row = await alice.until(() => [...alice.rooms.values()][0], 'the room');
  expect(row).toMatchObject({ address: ROOM, name: 'Coven', nick: 'Alice A.' });
  await eventually(
    () => Promise.resolve(server.sent.some(({ attrs }) => attrs['to'] === `${ROOM}/Alice A.`)),
    'it is entered',
  );
  expect(published()).toEqual([]);
  await alice.call('rooms.rename', { chat: row.chat, name: 'Friends' });
  await eventually(() => Promise.resolve(published().length === 1), 'it is saved');
  const [text] = published();
  for (const part of [
    'name="Friends"',
    '<state xmlns="urn:other" minimized="true"/>',
    '<odd xmlns="urn:odd"/>',
    'whitelist',
  ])
    expect(text).toContain(part);
});

it.each([
  ['a stranger', `${MALLORY}/x`],
  ['a stranger without a device', MALLORY],
  ['a device of ours', `${ME}/evil`],
  ['our server', 'a.test'],
  ['the room', ROOM],
])('H18 %s says nothing of our rooms', async (_, from) => {
  await signIn();
  await alice.until(() => alice.rooms.size === 1, 'the room');
  await after(event(from, item('evil@rooms.test')), event(from, `<retract id="${ROOM}"/>`));
  expect(addresses()).toEqual([ROOM]);
  expect([...alice.rooms.values()][0]?.state).not.toBe('out');
  expect(server.sent.some(({ attrs }) => attrs['to']?.startsWith('evil@') === true)).toBe(false);
});

it('our own account does, and nonsense in it is none', async () => {
  await signIn();
  await alice.until(() => alice.rooms.size === 1, 'the room');
  await after(
    event(
      ME,
      item('rooms.test') + item('') + item('x@rooms.test', '<other xmlns="urn:x"/>') + item('y@rooms.test'),
    ),
  );
  await alice.until(() => alice.rooms.size === 2, 'another room');
  expect(addresses()).toEqual([ROOM, 'y@rooms.test']);
  await after(event(undefined, `<retract id="y@rooms.test"/>`));
  await alice.until(
    () => [...alice.rooms.values()].find(({ address }) => address === 'y@rooms.test')?.state === 'out',
    'it is left',
  );
});

it('H19 without publish-options nothing gets onto a node', async () => {
  hasOptions = false;
  await signIn();
  const row = await alice.until(() => [...alice.rooms.values()][0], 'the room');
  await alice.call('rooms.rename', { chat: row.chat, name: 'Friends' });
  await after();
  await eventually(
    () => Promise.resolve(published().some((text) => text.includes('storage:bookmarks'))),
    'kept in private',
  );
  expect(published().filter((text) => text.includes('<publish'))).toEqual([]);
});
