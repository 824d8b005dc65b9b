/** Rooms as their occupants see them: the document's examples, and what only looks like them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as rooms from '../../electron/xmpp/xep/xep0045.ts';
import { serialize, stanza } from '../../electron/xmpp/xml.ts';
import { bare, bareJid, damaged, jid, nonEmptyText, overWire, parseXml, shape } from '../support/xml.ts';

const coven = bare('coven@chat.shakespeare.lit');
const user = "xmlns='http://jabber.org/protocol/muc#user'";

const nick = nonEmptyText.map(rooms.readNick).filter((each) => each !== undefined);
const reason = nonEmptyText.map((each) => each.trim()).filter((each) => each !== '');
const item = shape<rooms.RoomItem>(
  {
    affiliation: fc.constantFrom(...rooms.AFFILIATIONS),
    role: fc.constantFrom(...rooms.ROLES),
    jid,
    nick,
    reason,
    actor: nick,
  },
  ['affiliation', 'role'],
);
const roomUser = shape<rooms.RoomUser>(
  {
    item,
    statuses: fc.uniqueArray(fc.integer({ min: 100, max: 999 }), { maxLength: 8 }),
    destroyed: shape<NonNullable<rooms.RoomUser['destroyed']>>(
      { alternate: bareJid, reason, password: nonEmptyText },
      [],
    ),
  },
  ['statuses'],
);

test('read(write(x)) = x', () => {
  fc.assert(
    fc.property(roomUser, (value) => {
      const presence = stanza('presence', {}, rooms.writeRoomUser(value));
      expect(rooms.readRoomUser(overWire(presence))).toEqual(value);
    }),
  );
});

test('damaged ones do not throw, and say nothing that nobody can be', () => {
  fc.assert(
    fc.property(
      damaged(roomUser.map((value) => stanza('presence', {}, rooms.writeRoomUser(value)))),
      (element) => {
        const read = rooms.readRoomUser(element);
        if (read?.item !== undefined) {
          expect(rooms.AFFILIATIONS).toContain(read.item.affiliation);
          expect(rooms.ROLES).toContain(read.item.role);
        }
        for (const code of read?.statuses ?? []) expect(code).toBeGreaterThanOrEqual(100);
      },
    ),
  );
});

test.each([
  [
    'ourselves on entering (#enter-pres)',
    `<item affiliation='member' role='participant'/><status code='110'/><status code='210'/>`,
    { item: { affiliation: 'member', role: 'participant' }, statuses: [110, 210] },
  ],
  [
    'a kick (#kick)',
    `<item affiliation='none' role='none'><actor nick='Fluellen'/><reason>Avaunt, you cullion!</reason></item>
     <status code='307'/>`,
    {
      item: { affiliation: 'none', role: 'none', actor: 'Fluellen', reason: 'Avaunt, you cullion!' },
      statuses: [307],
    },
  ],
  [
    'a new nickname (#changenick)',
    `<item affiliation='member' jid='hag66@shakespeare.lit/pda' nick='oldhag' role='participant'/><status code='303'/>`,
    {
      item: {
        affiliation: 'member',
        role: 'participant',
        jid: 'hag66@shakespeare.lit/pda',
        nick: 'oldhag',
      },
      statuses: [303],
    },
  ],
  [
    'the end of a room (#destroyroom)',
    `<item affiliation='none' role='none'/><destroy jid='Coven@chat.shakespeare.lit'><reason>Macbeth doth come.</reason></destroy>`,
    {
      item: { affiliation: 'none', role: 'none' },
      statuses: [],
      destroyed: { alternate: coven, reason: 'Macbeth doth come.' },
    },
  ],
  [
    'odd words, addresses and names',
    `<item affiliation='god' role='OWNER' jid='a@b@c' nick='  '><actor nick='' jid='a@b@c'/><reason> </reason></item>`,
    { item: { affiliation: 'none', role: 'none' }, statuses: [] },
  ],
  [
    'no rights at all where none are named',
    `<item jid='mallory@evil.example' nick='${'x'.repeat(1_024)}'/>`,
    { item: { affiliation: 'none', role: 'none', jid: 'mallory@evil.example' }, statuses: [] },
  ],
  [
    'odd codes',
    ['99', '1000', '-110', '1e2', ' 110', '0x7b', '110.0', '', '110', '110']
      .map((code) => `<status code='${code}'/>`)
      .join('') + '<status/>',
    { statuses: [110] },
  ],
  [
    'elements of others',
    `<item xmlns='urn:x' affiliation='owner'/><status xmlns='urn:x' code='110'/><destroy xmlns='urn:x'/>`,
    { statuses: [] },
  ],
])('reads %s', (_name, inner, expected) => {
  const read = rooms.readRoomUser(parseXml(`<presence><x ${user}>${inner}</x></presence>`));
  expect(read).toEqual(expected);
});

test('only so many codes are kept, and only so much of a reason', () => {
  const codes = Array.from({ length: 900 }, (_, index) => `<status code='${index + 100}'/>`).join('');
  const long = `<item><reason>${'y'.repeat(10_000)}</reason></item>`;
  const read = rooms.readRoomUser(parseXml(`<presence><x ${user}>${long}${codes}</x></presence>`));
  expect(read?.statuses).toHaveLength(32);
  expect(read?.item?.reason).toHaveLength(500);
});

test('nothing is read without the mark', () => {
  expect(rooms.readRoomUser(parseXml(`<presence><x xmlns='${rooms.NS}'/></presence>`))).toBeUndefined();
  expect(rooms.readRoomUser(parseXml('<presence/>'))).toBeUndefined();
});

test.each([
  ['thirdwitch', 'coven@chat.shakespeare.lit/thirdwitch'],
  ['a/b@c', 'coven@chat.shakespeare.lit/a/b@c'],
  ['Ju\u0308rgen', 'coven@chat.shakespeare.lit/J\u00FCrgen'],
  ['', undefined],
  ['   ', undefined],
  ['\u3000', undefined],
  ['a\u0000', undefined],
  ['a\u200bb', undefined],
  ['x'.repeat(1_024), undefined],
  ['\u20AC'.repeat(342), undefined],
])('the occupant %j', (given, expected) => {
  expect(rooms.occupantJid(coven, given)).toBe(expected);
});

test('enters, is renamed and leaves as the document says', () => {
  const text = (element: Parameters<typeof serialize>[0]): string => serialize(element);
  expect(text(rooms.writeJoin({ room: coven, nick: 'witch' }))).toBe(
    '<presence to="coven@chat.shakespeare.lit/witch"><x xmlns="http://jabber.org/protocol/muc">' +
      '<history maxchars="0" maxstanzas="0"/></x></presence>',
  );
  const join = rooms.writeJoin({
    room: coven,
    nick: 'witch',
    password: 'cauldronburn',
    children: [parseXml('<c/>')],
    history: { maxStanzas: 20, since: 0 },
  });
  expect(text(join)).toBe(
    '<presence to="coven@chat.shakespeare.lit/witch"><x xmlns="http://jabber.org/protocol/muc">' +
      '<history maxstanzas="20" since="1970-01-01T00:00:00.000Z"/><password>cauldronburn</password></x><c/></presence>',
  );
  expect(text(rooms.writeNickChange(coven, 'oldhag'))).toBe(
    '<presence to="coven@chat.shakespeare.lit/oldhag"/>',
  );
  expect(text(rooms.writeLeave(coven, 'oldhag', 'gone where the goblins go'))).toBe(
    '<presence to="coven@chat.shakespeare.lit/oldhag" type="unavailable"><status>gone where the goblins go</status></presence>',
  );
});

test.each([
  ['registration-required', 'members-only'],
  ['conflict', 'nick-taken'],
  ['not-authorized', 'password'],
  ['gone', undefined],
  ['__proto__', undefined],
])('an error %s on entering means %s', (condition, expected) => {
  expect(rooms.readJoinRefusal(condition)).toBe(expected);
});

test.each([
  ['<subject>Fire Burn</subject>', 'Fire Burn'],
  ['<subject/>', ''],
  ["<subject xml:lang='de'>Feuer</subject><subject>Fire</subject>", 'Fire'],
  ["<subject xml:lang='de'>Feuer</subject>", 'Feuer'],
  ["<subject>Fire</subject><x xmlns='urn:x'/>", 'Fire'],
  // H34: a legitimate message, but no change (#subject-mod)
  ['<subject>PWN</subject><body>hello</body>', undefined],
  ['<subject>PWN</subject><body/>', undefined],
  ['<subject>PWN</subject><thread>t</thread>', undefined],
  ["<subject xmlns='urn:x'>PWN</subject>", undefined],
  ['', undefined],
])('the subject in %s', (inner, expected) => {
  expect(rooms.readSubject(parseXml(`<message type='groupchat'>${inner}</message>`))).toBe(expected);
  for (const type of ['chat', 'error', 'normal']) {
    expect(rooms.readSubject(parseXml(`<message type='${type}'>${inner}</message>`))).toBeUndefined();
  }
});

test('a subject comes back as it was written, but not endlessly long', () => {
  fc.assert(
    fc.property(fc.constantFrom('', 'Fire', '<b>&', '\u202Eabc'), (subject) => {
      expect(rooms.readSubject(overWire(rooms.writeSubject(coven, 's1', subject)))).toBe(subject);
    }),
  );
  const long = rooms.writeSubject(coven, 's1', '\u{1F525}'.repeat(9_999));
  expect(rooms.readSubject(long)?.length).toBeLessThanOrEqual(4_096);
});
