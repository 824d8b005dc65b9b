/**
 * Requests of others (RFC 6120 §8.2.3): each gets the one answer that it should, strangers learn nothing, and floods
 * are not answered. The whole engine, a scripted server, a clock that stands still.
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
const WATCHED = 'watched@b.test';
const MALLORY = 'mallory@evil.example';

let server: ScriptedServer;
let engine: Engine;
let alice: Mirror;
let logged: string[];
let clock: number;
let folder: Awaited<ReturnType<typeof temporaryProfile>>;

beforeEach(async () => {
  folder = await temporaryProfile('requests');
  logged = [];
  clock = Date.UTC(2026, 10, 21, 12);
  server = new ScriptedServer([
    { jid: FRIEND, subscription: 'both' },
    { jid: WATCHED, subscription: 'to' }, // we see them, they do not see us
  ]);
  engine = createEngine({
    ...createTestHost({
      profile: folder.path,
      log: (_area, event, data) => logged.push(`${event} ${JSON.stringify(data)}`),
    }),
    now: () => clock,
    connect: server.connect,
  });
  alice = new Mirror(engine);
  await engine.start();
  await alice.call('accounts.signIn', { address: ME, password: 'x' });
  await alice.until(() => alice.account().state === 'online', 'online');
  server.sent.length = 0;
  logged.length = 0;
});

afterEach(async () => {
  await engine.stop();
  folder.remove();
});

/** Delivers a request and a message behind it; returns what was sent when the message is there. */
async function replies(...requests: string[]): Promise<string[]> {
  for (const request of requests) server.deliver(request);
  const text = `after ${String(server.delivered)}`;
  server.deliver(`<message from="${FRIEND}/r" to="${ME}" type="chat"><body>${text}</body></message>`);
  await eventually(
    () => Promise.resolve([...alice.messages.values()].some((message) => message.text === text)),
    'the message behind it',
  );
  return server.sent
    .splice(0)
    .filter(({ name }) => name === 'iq')
    .map((element) => serialize(element));
}

const iq = (from: string | undefined, payload: string, type = 'get', id = 'q1'): string =>
  `<iq${from === undefined ? '' : ` from="${from}"`} to="${ME}/d" type="${type}" id="${id}">${payload}</iq>`;
const error = (to: string | undefined, type: string, condition: string, id = 'q1'): string =>
  `<iq id="${id}"${to === undefined ? '' : ` to="${to}"`} type="error"><error type="${type}"><${condition} xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error></iq>`;

const version = '<query xmlns="jabber:iq:version"/>';
const time = '<time xmlns="urn:xmpp:time"/>';
const ping = '<ping xmlns="urn:xmpp:ping"/>';
const info = '<query xmlns="http://jabber.org/protocol/disco#info"/>';
const items = '<query xmlns="http://jabber.org/protocol/disco#items"/>';

describe('a contact who sees us', () => {
  const bob = `${FRIEND}/r`;

  it.each<[string, string, string, string]>([
    ['an unknown namespace', '<query xmlns="urn:odd"/>', 'get', error(bob, 'cancel', 'service-unavailable')],
    [
      'an unknown namespace, set',
      '<query xmlns="urn:odd"/>',
      'set',
      error(bob, 'cancel', 'service-unavailable'),
    ],
    [
      'a known namespace with another name',
      '<pong xmlns="urn:xmpp:ping"/>',
      'get',
      error(bob, 'cancel', 'service-unavailable'),
    ],
    [
      'our last activity',
      '<query xmlns="jabber:iq:last"/>',
      'get',
      error(bob, 'cancel', 'service-unavailable'),
    ],
    ['our roster', '<query xmlns="jabber:iq:roster"/>', 'get', error(bob, 'cancel', 'service-unavailable')],
    [
      'our keys',
      '<pubsub xmlns="http://jabber.org/protocol/pubsub"/>',
      'get',
      error(bob, 'cancel', 'service-unavailable'),
    ],
    ['__proto__', '<__proto__ xmlns="constructor"/>', 'get', error(bob, 'cancel', 'service-unavailable')],
    ['the time, which is not told', time, 'get', error(bob, 'cancel', 'service-unavailable')],
    ['nothing', '', 'get', error(bob, 'modify', 'bad-request')],
    ['only text', 'hello', 'get', error(bob, 'modify', 'bad-request')],
    ['two things', ping + ping, 'get', error(bob, 'modify', 'bad-request')],
    ['a set of what can only be got', ping, 'set', error(bob, 'modify', 'bad-request')],
    ['a set of our version', version, 'set', error(bob, 'modify', 'bad-request')],
    [
      'a node that we do not have',
      info.replace('/>', ' node="urn:odd"/>'),
      'get',
      error(bob, 'cancel', 'item-not-found'),
    ],
    [
      'items under a node',
      items.replace('/>', ' node="urn:odd"/>'),
      'get',
      error(bob, 'cancel', 'item-not-found'),
    ],
    ['a ping', ping, 'get', `<iq id="q1" to="${bob}" type="result"/>`],
    ['our items', items, 'get', `<iq id="q1" to="${bob}" type="result">${items}</iq>`],
    [
      'our version, without the system',
      version,
      'get',
      `<iq id="q1" to="${bob}" type="result"><query xmlns="jabber:iq:version"><name>Waxwing</name><version>0.0.0-test</version></query></iq>`,
    ],
  ])('asks for %s', async (_, payload, type, expected) => {
    expect(await replies(iq(bob, payload, type))).toEqual([expected]);
  });

  it('learns what we can do', async () => {
    const [reply = ''] = await replies(iq(bob, info));
    expect(reply).toContain('<feature var="urn:xmpp:caps"/>');
    expect(reply).not.toContain('urn:xmpp:time');
  });

  it('learns the system and the time when the person allows it', async () => {
    const [account] = alice.accounts.values();
    expect(account).toBeDefined();
    await alice.call('privacy.set', { tellsSystem: true, tellsTime: true });
    // Whoever sees us hears that we tell the time now (XEP-0390 #rules-generating).
    expect(server.sent.splice(0).map(({ name }) => name)).toEqual(['presence']);
    const [told = '', at = '', can = ''] = await replies(iq(bob, version), iq(bob, time), iq(bob, info));
    expect(told).toContain('<os>Testix</os>');
    expect(at).toContain('<utc>2026-11-21T12:00:00.000Z</utc>');
    expect(can).toContain('urn:xmpp:time');
    await alice.call('privacy.set', { tellsSystem: false, tellsTime: true });
    expect(server.sent.splice(0)).toEqual([]);
  });

  it('gets no answer to what is no request', async () => {
    expect(
      await replies(
        iq(bob, ping, 'result'),
        iq(bob, ping, 'error'),
        iq(bob, ping, 'odd'),
        `<iq from="${bob}" to="${ME}" type="get">${ping}</iq>`,
        `<iq from="${bob}" to="${ME}" type="get" id="">${ping}</iq>`,
        `<iq from="${bob}" to="${ME}" id="q1">${ping}</iq>`,
      ),
    ).toEqual([]);
  });

  it('is answered as often as anybody needs, and not in floods', async () => {
    const flood = Array.from({ length: 500 }, (_, i) => iq(bob, ping, 'get', `f${String(i)}`));
    expect(await replies(...flood)).toHaveLength(30);
    expect(logged.filter((line) => line.includes('flood-of-requests'))).toHaveLength(1);
    // Our own server and our other devices are no strangers to it.
    const own = Array.from({ length: 100 }, (_, i) =>
      iq(i % 2 === 0 ? undefined : ME, ping, 'get', `o${String(i)}`),
    );
    expect(await replies(...own)).toHaveLength(100);
    clock += 30_000;
    expect(await replies(...flood)).toHaveLength(30);
    clock -= 3_600_000; // a clock set back refills nothing, and breaks nothing
    expect(await replies(iq(bob, ping))).toEqual([]);
  });
});

describe.each([
  ['a stranger', `${MALLORY}/x`],
  ['a contact whom we only watch', `${WATCHED}/r`],
  ['a server that is not ours', 'evil.example'],
  ['a relative of our server', 'sub.a.test'],
])('to %s we are not here (H66)', (_, from) => {
  it.each([version, time, ping, info, items, '<query xmlns="jabber:iq:last"/>', '', ping + ping])(
    '%s',
    async (payload) => {
      await alice.call('privacy.set', { tellsSystem: true, tellsTime: true });
      server.sent.length = 0;
      expect(await replies(iq(from, payload))).toEqual([error(from, 'cancel', 'service-unavailable')]);
    },
  );
});

it('strangers share one measure: addresses are cheap', async () => {
  const flood = Array.from({ length: 500 }, (_, i) =>
    iq(`m${String(i)}@evil.example/x`, ping, 'get', `f${String(i)}`),
  );
  expect(await replies(...flood)).toHaveLength(30);
  expect(logged.filter((line) => line.includes('flood-of-requests'))).toHaveLength(1);
  // A friend is answered all the same.
  expect(await replies(iq(`${FRIEND}/r`, ping))).toHaveLength(1);
});

it('an address that is none is a stranger', async () => {
  expect(await replies(iq('@', ping))).toEqual([error('@', 'cancel', 'service-unavailable')]);
});
