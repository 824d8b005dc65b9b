/** Rooms seen from outside: found by searching, their pictures, and whether something goes on in them. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StanzaError } from '../../electron/xmpp/wire.ts';
import { readInfo, type Info } from '../../electron/xmpp/xep/xep0030.ts';
import * as search from '../../electron/xmpp/xep/xep0433.ts';
import * as indicators from '../../electron/xmpp/xep/xep0437.ts';
import * as avatars from '../../electron/xmpp/xep/xep0486.ts';
import * as activity from '../../electron/xmpp/xep/xep0502.ts';
import { serialize, stanza, xml } from '../../electron/xmpp/xml.ts';
import { bare, damaged, nonEmptyText, overWire, parseXml, scriptedWire, shape } from '../support/xml.ts';

const coven = bare('coven@chat.shakespeare.lit');
const service = bare('chat.shakespeare.lit');
const trimmed = nonEmptyText.map((each) => each.trim()).filter((each) => each !== '');
const dialect = fc.constantFrom('current' as const, 'older' as const);
const channel = shape<search.Channel>(
  {
    address: fc.constantFrom(coven, bare('__proto__@muc.a.test')),
    name: trimmed,
    description: trimmed,
    language: fc.constantFrom('en', 'de-AT'),
    users: fc.nat(100_000),
    isOpen: fc.boolean(),
    isNonAnonymous: fc.boolean(),
  },
  ['address', 'isOpen'],
);
const page = shape<search.ChannelPage>(
  {
    channels: fc.array(channel, { maxLength: 4 }),
    set: fc.constantFrom({}, { first: 'a', last: 'b', count: 7 }),
  },
  ['channels', 'set'],
);

test('read(write(x)) = x in both protocols, and damaged pages do not throw', () => {
  fc.assert(
    fc.property(page, dialect, (value, spoken) => {
      expect(search.readChannels(overWire(search.writeChannels(value, spoken)))).toEqual(value);
    }),
  );
  const written = fc.tuple(page, dialect).map(([value, spoken]) => search.writeChannels(value, spoken));
  fc.assert(
    fc.property(damaged(written), (element) => {
      search.readChannels(element);
      search.readRetryAfter(element);
    }),
  );
});

const NS = 'urn:xmpp:channel-search:0:search';
test('asks and reads as the document says (#usecases-search-request)', async () => {
  const wire = scriptedWire(
    `<iq type='result'><result xmlns='${NS}'>
      <item address='commteam@muc.xmpp.org'><name>commteam</name><nusers>10</nusers><is-open/></item>
      <item address='operators@muc.xmpp.org'><name>XMPP Service Operators</name>
        <description>Discussion venue</description><nusers>43</nusers><is-open>true</is-open>
        <anonymity-mode>{urn:xmpp:channel-search:0:anonymity}none</anonymity-mode><unknown/></item>
      <set xmlns='http://jabber.org/protocol/rsm'><first>opaque-string-1</first><last>opaque-string-2</last><max>5</max></set>
    </result></iq>`,
    "<iq type='result'/>",
  );
  const found = await search.askChannels(
    wire,
    'search.service.example',
    { words: 'xmpp.org', sort: 'address', page: { max: 5 } },
    'current',
  );
  expect(found).toEqual({
    channels: [
      { address: 'commteam@muc.xmpp.org', name: 'commteam', users: 10, isOpen: true },
      {
        address: 'operators@muc.xmpp.org',
        name: 'XMPP Service Operators',
        description: 'Discussion venue',
        users: 43,
        isOpen: true,
        isNonAnonymous: true,
      },
    ],
    set: { first: 'opaque-string-1', last: 'opaque-string-2' },
  });
  const all = { sort: 'users', page: { max: 5, after: 'opaque-string-2' } } as const;
  expect(await search.askChannels(wire, 'search.service.example', all, 'older')).toBeUndefined();
  const [first = '', second = ''] = wire.asked.map(({ type, payload }) => `${type} ${serialize(payload)}`);
  expect(first).toContain(
    `get <search xmlns="${NS}"><set xmlns="http://jabber.org/protocol/rsm"><max>5</max></set>`,
  );
  for (const value of [`${NS}-params`, 'xmpp.org', '{urn:xmpp:channel-search:0:order}address', 'xep-0045']) {
    expect(first).toContain(`<value>${value}</value>`);
  }
  expect(first).not.toContain('var="all"');
  expect(second).toContain('<after>opaque-string-2</after>');
  expect(second).toContain('<field var="all"><value>true</value></field>');
  expect(second).not.toContain('var="q"');
  expect(second).toContain('<value>{https://xmlns.zombofant.net/muclumbus/search/1.0#order}nusers</value>');
});

test.each([
  ['an occupant', `<item address='room@muc.test/mallory'><is-open/></item>`, []],
  ['a service', `<item address='muc.test'/>`, []],
  ['no address', `<item><name>x</name></item>`, []],
  [
    'a channel of another kind',
    `<item address='a@mix.test'><service-type>xep-0369</service-type></item>`,
    [],
  ],
  [
    'a closed one',
    `<item address='a@muc.test'><is-open>false</is-open></item>`,
    [{ address: 'a@muc.test', isOpen: false }],
  ],
  [
    'odd numbers',
    `<item address='a@muc.test'><nusers>-5</nusers></item>`,
    [{ address: 'a@muc.test', isOpen: false }],
  ],
  [
    'what hides nobody knows what',
    `<item address='a@muc.test'><anonymity-mode>quantum</anonymity-mode></item>`,
    [{ address: 'a@muc.test', isOpen: false, isNonAnonymous: true }],
  ],
  ['an item of others', `<item xmlns='urn:x' address='a@muc.test'/>`, []],
])('of %s is found what can be entered', (_what, inner, expected) => {
  expect(search.readChannels(parseXml(`<result xmlns='${NS}'>${inner}</result>`))?.channels).toEqual(
    expected,
  );
  expect(search.readChannels(parseXml(`<result xmlns='urn:x'>${inner}</result>`))).toBeUndefined();
});

test('a page ends, and so do its texts', () => {
  const item = `<item address='a@muc.test'><name>${'n'.repeat(600)}</name></item>`;
  const read = search.readChannels(parseXml(`<result xmlns='${NS}'>${item.repeat(300)}</result>`));
  expect(read?.channels).toHaveLength(256);
  expect(read?.channels[0]?.name).toHaveLength(512);
});

test.each([
  [[NS, search.NS_OLDER], 'current'],
  [[search.NS_OLDER], 'older'],
  [['http://jabber.org/protocol/muc'], undefined],
])('a service that announces %j speaks %s', (offered, expected) => {
  expect(search.readDialect(new Set(offered))).toBe(expected);
});

test.each([
  [`<rate-limit xmlns='urn:xmpp:channel-search:0:error' retry-after='30'/>`, 30_000],
  [`<rate-limit xmlns='urn:xmpp:channel-search:0:error'/>`, undefined],
  [`<rate-limit xmlns='urn:xmpp:channel-search:0:error' retry-after='-1'/>`, undefined],
  [`<rate-limit xmlns='urn:xmpp:channel-search:0:error' retry-after='${'9'.repeat(99)}'/>`, undefined],
  [`<rate-limit xmlns='urn:x' retry-after='30'/>`, undefined],
  ['', undefined],
])('after %s waits', (inner, expected) => {
  const reply = parseXml(`<iq type='error'><error type='wait'>${inner}</error></iq>`);
  expect(search.readRetryAfter(reply)).toBe(expected);
  expect(search.readRetryAfter(parseXml("<iq type='error'/>"))).toBeUndefined();
});

// ————— Something new ————————————————————————————————————————————————————————————————————————————————————————

test('asks a service to tell, and reads its rooms (XEP-0437)', () => {
  expect(serialize(indicators.writeSubscription(service))).toBe(
    `<presence to="${service}"><rai xmlns="urn:xmpp:rai:0"/></presence>`,
  );
  expect(serialize(indicators.writeUnsubscription(service))).toBe(
    `<presence to="${service}" type="unavailable"/>`,
  );
  const message = overWire(stanza('message', { from: service }, indicators.writeActivity([coven, coven])));
  expect(indicators.readActivity(message)).toEqual([coven]);
});

const rai = (from: string, rooms: readonly string[], type = ''): string =>
  `<message from='${from}' ${type}><rai xmlns='urn:xmpp:rai:0'>${rooms
    .map((room) => `<activity>${room}</activity>`)
    .join('')}</rai></message>`;
test.each([
  [rai(service, [` ${coven}\n`, 'a@b@c', '']), [coven]],
  // Nobody speaks for the rooms of others, or as an occupant.
  [rai('evil.example', [coven]), []],
  [rai(coven, [coven]), undefined],
  [rai(`${service}/x`, [coven]), undefined],
  [rai(service, [service, `${coven}/nick`]), []],
  [rai(service, [coven], "type='error'"), undefined],
  [`<message from='${service}'/>`, undefined],
  [`<message><rai xmlns='urn:xmpp:rai:0'><activity>${coven}</activity></rai></message>`, undefined],
])('the activity in %s', (text, expected) => {
  expect(indicators.readActivity(parseXml(text))).toEqual(expected);
});

const info = (
  name: string,
  values: readonly string[],
  type = 'http://jabber.org/protocol/muc#roominfo',
): Info => {
  const all = values.map((value) => `<value>${value}</value>`).join('');
  const query = `<query xmlns='http://jabber.org/protocol/disco#info'><x xmlns='jabber:x:data' type='result'>
    <field var='FORM_TYPE'><value>${type}</value></field><field var='${name}'>${all}</field></x></query>`;
  return readInfo(parseXml(query)) ?? { identities: [], features: new Set(), forms: [] };
};
test.each([
  ['23.42', 23.42],
  ['0', 0],
  ['-1', undefined],
  ['1e9', undefined],
  ['NaN', undefined],
  ['999999999', undefined],
  ['', undefined],
])('%s messages in an hour are %s', (text, expected) => {
  const field = '{urn:xmpp:muc-activity}message-activity';
  expect(activity.readActivityRate(info(field, [text]))).toBe(expected);
  expect(activity.readActivityRate(info(field, [text], 'urn:x'))).toBeUndefined();
});

// ————— Pictures —————————————————————————————————————————————————————————————————————————————————————————————

const bytes = new Uint8Array([137, 80, 78, 71, 1]);
const hash = createHash('sha1').update(bytes).digest('hex');
const other = 'a31c4bd04de69663cfd7f424a8453f4674da37ff';
const base64 = Buffer.from(bytes).toString('base64');
const card = (...photos: readonly string[]): string =>
  `<iq type='result'><vCard xmlns='vcard-temp'><FN>The Garden</FN>${photos
    .map((photo) => `<PHOTO><TYPE>image/png</TYPE><BINVAL>${photo}</BINVAL></PHOTO>`)
    .join('')}</vCard></iq>`;

test('reads the hashes of a picture in each of its formats (#multiple)', () => {
  const field = 'muc#roominfo_avatarhash';
  expect(avatars.readAvatarHashes(info(field, [other.toUpperCase(), hash, hash, '../../x', '']))).toEqual([
    other,
    hash,
  ]);
  expect(avatars.readAvatarHashes(info(field, [hash], 'urn:x'))).toEqual([]);
  const many = Array.from({ length: 99 }, (_, at) => createHash('sha1').update(String(at)).digest('hex'));
  expect(avatars.readAvatarHashes(info(field, many))).toHaveLength(4);
});

test('fetches the picture that was announced, and no other', async () => {
  const wire = scriptedWire(
    card('AAAA', base64),
    card('AAAA'),
    card(base64),
    new StanzaError('item-not-found', 'cancel'),
  );
  expect(await avatars.askAvatar(wire, coven, hash, 1_000)).toEqual(bytes);
  expect(await avatars.askAvatar(wire, coven, hash, 1_000)).toBeUndefined();
  expect(await avatars.askAvatar(wire, coven, hash, 2)).toBeUndefined();
  expect(await avatars.askAvatar(wire, coven, hash, 1_000)).toBeUndefined();
  expect(wire.asked.map(({ type, to }) => [type, to])).toEqual(
    Array.from({ length: 4 }, () => ['get', coven]),
  );
});

test('gives a room a picture and takes it, and leaves the rest of its card', async () => {
  const wire = scriptedWire(card('AAAA'), "<iq type='result'/>", card(base64), "<iq type='result'/>");
  await avatars.askSetAvatar(wire, coven, { type: 'image/png', bytes });
  await avatars.askSetAvatar(wire, coven, undefined);
  const [, set, , removed] = wire.asked;
  expect([set?.type, set?.to, removed?.to]).toEqual(['set', coven, coven]);
  expect(serialize(set?.payload ?? xml('none', ''))).toBe(
    `<vCard xmlns="vcard-temp"><FN>The Garden</FN><PHOTO><TYPE>image/png</TYPE><BINVAL>${base64}</BINVAL></PHOTO></vCard>`,
  );
  expect(serialize(removed?.payload ?? xml('none', ''))).toBe(
    '<vCard xmlns="vcard-temp"><FN>The Garden</FN></vCard>',
  );
});
