/** Whom the words of a message mean, and what a room calls people: read from what anybody can write. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readInfo, type Info } from '../../electron/xmpp/xep/xep0030.ts';
import * as hats from '../../electron/xmpp/xep/xep0317.ts';
import * as references from '../../electron/xmpp/xep/xep0372.ts';
import * as mentions from '../../electron/xmpp/xep/xep0513.ts';
import { stanza } from '../../electron/xmpp/xml.ts';
import { bareJid, damaged, jid, nonEmptyText, overWire, parseXml, shape } from '../support/xml.ts';

const LENGTH = 40;
const range = fc
  .tuple(fc.integer({ min: 0, max: LENGTH - 1 }), fc.integer({ min: 1, max: LENGTH }))
  .filter(([begin, end]) => begin < end)
  .map(([begin, end]) => ({ begin, end }));
const mention = shape<references.Mention>({ address: jid, range }, ['address']);
const modifiers = { range, isForActive: fc.boolean(), isQuiet: fc.boolean() };
const rest = ['kind', 'isForActive', 'isQuiet'] as const;
const explicit: fc.Arbitrary<mentions.ExplicitMention> = fc.oneof(
  shape<Extract<mentions.ExplicitMention, { kind: 'occupant' }>>(
    { kind: fc.constant('occupant'), occupantId: fc.stringMatching(/^[!-~]{1,128}$/), ...modifiers },
    [...rest, 'occupantId'],
  ),
  shape<Extract<mentions.ExplicitMention, { kind: 'person' }>>(
    { kind: fc.constant('person'), address: bareJid, ...modifiers },
    [...rest, 'address'],
  ),
  shape<Extract<mentions.ExplicitMention, { kind: 'group' }>>(
    { kind: fc.constant('group'), group: fc.constantFrom(...mentions.GROUPS), ...modifiers },
    [...rest, 'group'],
  ),
);
const hat = shape<hats.Hat>(
  {
    uri: nonEmptyText,
    title: nonEmptyText.map((each) => each.trim().slice(0, 20).toWellFormed()).filter((each) => each !== ''),
    hue: fc.integer({ min: 0, max: 35_999 }).map((each) => each / 100),
  },
  ['uri', 'title'],
);
const someHats = fc.uniqueArray(hat, { maxLength: 5, selector: ({ uri }) => uri });

test('read(write(x)) = x', () => {
  fc.assert(
    fc.property(fc.array(mention, { maxLength: 4 }), fc.array(explicit, { maxLength: 4 }), (some, others) => {
      const children = [...some.map(references.writeMention), ...others.map(mentions.writeExplicitMention)];
      const message = overWire({ ...stanza('message', {}), children });
      expect(references.readMentions(message, LENGTH)).toEqual(some);
      expect(mentions.readExplicitMentions(message, LENGTH)).toEqual(others);
    }),
  );
  fc.assert(
    fc.property(someHats, (all) => {
      expect(hats.readHats(overWire(stanza('presence', {}, hats.writeHats(all))))).toEqual(all);
    }),
  );
});

test('damaged ones do not throw, and no part is outside of the body', () => {
  const messages = fc
    .tuple(fc.array(mention, { maxLength: 3 }), fc.array(explicit, { maxLength: 3 }))
    .map(([some, others]) =>
      stanza('message', {}, some.map(references.writeMention), others.map(mentions.writeExplicitMention)),
    );
  fc.assert(
    fc.property(damaged(messages), fc.nat(60), (message, length) => {
      const found = [
        ...references.readMentions(message, length),
        ...mentions.readExplicitMentions(message, length),
      ];
      for (const each of found) {
        if (each.range === undefined) continue;
        expect(each.range.begin).toBeGreaterThanOrEqual(0);
        expect(each.range.begin).toBeLessThan(each.range.end);
        expect(each.range.end).toBeLessThanOrEqual(length);
      }
    }),
  );
  fc.assert(
    fc.property(damaged(someHats.map((all) => stanza('presence', {}, hats.writeHats(all)))), (presence) => {
      hats.readHats(presence);
    }),
  );
});

const reference = (attributes: string): string => `<reference xmlns='urn:xmpp:reference:0' ${attributes}/>`;
const JULIET = "type='mention' uri='xmpp:juliet@capulet.lit'";
const juliet = { address: 'juliet@capulet.lit' };

test.each([
  [
    'the example of the document',
    `${JULIET} begin='72' end='78'`,
    [{ ...juliet, range: { begin: 72, end: 78 } }],
  ],
  [
    'an occupant',
    "type='mention' uri='xmpp:room@muc.test/Juliet%20C'",
    [{ address: 'room@muc.test/Juliet C' }],
  ],
  ['a part that is upside down', `${JULIET} begin='78' end='72'`, [juliet]],
  ['an empty part', `${JULIET} begin='7' end='7'`, [juliet]],
  ['a part behind the body', `${JULIET} begin='72' end='91'`, [juliet]],
  ['half a part', `${JULIET} begin='72'`, [juliet]],
  ['a negative part', `${JULIET} begin='-1' end='5'`, [juliet]],
  ['a part of no numbers', `${JULIET} begin='1e1' end='0x20'`, [juliet]],
  ['a part without end', `${JULIET} begin='0' end='${'9'.repeat(400)}'`, [juliet]],
  ['a part of another message', `${JULIET} anchor='xmpp:a@b.test' begin='7' end='9'`, []],
  ['something else', "type='data' uri='xmpp:juliet@capulet.lit'", []],
  ['nobody', "type='mention'", []],
  ['a web page', "type='mention' uri='https://evil.example/'", []],
  ['no address', "type='mention' uri='xmpp:a@b@c'", []],
  ['something turned around', "type='mention' uri='xmpp:\u202Ejuliet@capulet.lit'", []],
  ['an endless address', `type='mention' uri='xmpp:${'x'.repeat(9_000)}@capulet.lit'`, []],
])('of %s is read what is good', (_what, attributes, expected) => {
  expect(references.readMentions(parseXml(`<message>${reference(attributes)}</message>`), 90)).toEqual(
    expected,
  );
});

test('a thousand people are not meant', () => {
  const many = parseXml(`<message>${reference(JULIET).repeat(1_000)}</message>`);
  expect(references.readMentions(many, 10)).toHaveLength(32);
  const groups = parseXml(
    `<message>${"<mention xmlns='urn:xmpp:mentions:0' jid='a@b.test'/>".repeat(1_000)}</message>`,
  );
  expect(mentions.readExplicitMentions(groups, 10)).toHaveLength(32);
});

const plain = { isForActive: false, isQuiet: false };
test.each([
  [
    `begin='7' end='12' occupantid='alice@occupant-id'`,
    '',
    { kind: 'occupant', occupantId: 'alice@occupant-id', range: { begin: 7, end: 12 } },
  ],
  [
    `mentions='urn:xmpp:mentions:0#channel'`,
    '<active/>',
    { kind: 'group', group: 'channel', isForActive: true },
  ],
  [`mentions='urn:xmpp:mentions:0#moderators'`, '', { kind: 'group', group: 'moderators' }],
  [`jid='alice@a.test'`, '<noping/>', { kind: 'person', address: 'alice@a.test', isQuiet: true }],
  [`begin='3' end='8' hreflang='ja' occupantid='d'`, '', { kind: 'occupant', occupantId: 'd' }],
  // With a group it is no individual (#individual).
  [`mentions='urn:xmpp:mentions:0#owner' occupantid='me'`, '', { kind: 'group', group: 'owner' }],
  [`jid='alice@a.test'`, "<noping xmlns='urn:x'/>", { kind: 'person', address: 'alice@a.test' }],
  [`mentions='urn:xmpp:mentions:0#server' uri='xmpp:a.test'`, '', undefined],
  [`mentions='urn:xmpp:mentions:0#channel' uri='xmpp:other@muc.test'`, '', undefined],
  [`mentions='urn:xmpp:mentions:0##constructor'`, '', undefined],
  [`mentions='' occupantid='me'`, '', undefined],
  [`occupantid='${'x'.repeat(129)}'`, '', undefined],
  [`jid='alice@a.test/phone'`, '', undefined],
  ['', '', undefined],
])('the explicit mention %s%s', (attributes, inner, expected) => {
  const message = parseXml(
    `<message><mention xmlns='urn:xmpp:mentions:0' ${attributes}>${inner}</mention></message>`,
  );
  expect(mentions.readExplicitMentions(message, 20)).toEqual(
    expected === undefined ? [] : [{ ...plain, ...expected }],
  );
});

const field = (name: string, value: string): string => `<field var='${name}'><value>${value}</value></field>`;
const info = (type: string, fields: string): Info => {
  const query = `<query xmlns='http://jabber.org/protocol/disco#info'><x xmlns='jabber:x:data' type='result'>
    ${field('FORM_TYPE', type)}${fields}</x></query>`;
  return readInfo(parseXml(query)) ?? { identities: [], features: new Set(), forms: [] };
};
const INFO = 'http://jabber.org/protocol/muc#roominfo';

test.each([
  [
    info(
      INFO,
      field('mentions#count', '5') +
        field('mentions#individual', 'participants') +
        field('mentions#channel', 'moderators') +
        field('mentions#associations', 'none'),
    ),
    { count: 5, individual: 'participants', channel: 'moderators', associations: 'none' },
  ],
  [info(INFO, field('mentions#count', '-5') + field('mentions#channel', 'everybody')), {}],
  [info('urn:x', field('mentions#count', '5')), {}],
])('what a room lets be mentioned', (said, expected) => {
  expect(mentions.readMentionRules(said)).toEqual(expected);
});

const wear = (inner: string): string => `<presence><hats xmlns='urn:xmpp:hats:0'>${inner}</hats></presence>`;
test.each([
  [
    wear(`<hat title='Host' uri='http://schemas.example.com/hats#host' hue='327.255249' xml:lang='en-us'>
        <badge xmlns='urn:example:badges' level='3'/></hat>
      <hat title='Presenter' uri='http://schemas.example.com/hats#presenter' hue='171.430664'/>`),
    [
      { uri: 'http://schemas.example.com/hats#host', title: 'Host', hue: 327.255249 },
      { uri: 'http://schemas.example.com/hats#presenter', title: 'Presenter', hue: 171.430664 },
    ],
  ],
  [wear(`<hat uri='a' title='A'/><hat uri='a' title='Admin'/>`), [{ uri: 'a', title: 'A' }]],
  [wear(`<hat uri='a'/><hat title='A'/><hat uri='' title='A'/><hat uri='b' title=' '/>`), []],
  [wear(`<hat uri='a' title='A' hue='360'/>`), [{ uri: 'a', title: 'A' }]],
  [wear(`<hat uri='a' title='A' hue='-1'/>`), [{ uri: 'a', title: 'A' }]],
  [wear(`<hat uri='a' title='A' hue='1e2'/>`), [{ uri: 'a', title: 'A' }]],
  [wear(`<hat xmlns='urn:x' uri='a' title='A'/>`), []],
  [`<presence><hat xmlns='urn:xmpp:hats:0' uri='a' title='A'/></presence>`, []],
  ['<presence/>', []],
])('the hats of %s', (text, expected) => {
  expect(hats.readHats(parseXml(text))).toEqual(expected);
});

test('nobody wears a thousand hats, or one as long as a wall', () => {
  const many = Array.from(
    { length: 1_000 },
    (_, at) => `<hat uri='h${at}' title='${'T'.repeat(500)}'/>`,
  ).join('');
  const read = hats.readHats(parseXml(wear(many)));
  expect(read).toHaveLength(16);
  expect(new Set(read.map(({ title }) => title.length))).toEqual(new Set([64]));
});
