/** What else a room and its people say: invitations, voice, what it is like, lists, configuration. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StanzaError } from '../../electron/xmpp/wire.ts';
import { readInfo } from '../../electron/xmpp/xep/xep0030.ts';
import * as admin from '../../electron/xmpp/xep/xep0045-admin.ts';
import * as info from '../../electron/xmpp/xep/xep0045-info.ts';
import * as invite from '../../electron/xmpp/xep/xep0045-invite.ts';
import * as owner from '../../electron/xmpp/xep/xep0045-owner.ts';
import * as voice from '../../electron/xmpp/xep/xep0045-voice.ts';
import * as direct from '../../electron/xmpp/xep/xep0249.ts';
import { serialize } from '../../electron/xmpp/xml.ts';
import {
  bare,
  bareJid,
  damaged,
  nonEmptyText,
  overWire,
  parseXml,
  scriptedWire,
  shape,
} from '../support/xml.ts';

const coven = bare('coven@chat.shakespeare.lit');
const hecate = bare('hecate@shakespeare.lit');
const user = "xmlns='http://jabber.org/protocol/muc#user'";
const reason = nonEmptyText.map((each) => each.trim()).filter((each) => each !== '');
const id = fc.stringMatching(/^[!-~]{1,60}$/);
const done = "<iq type='result'/>";

// ————— Invitations of rooms —————————————————————————————————————————————————————————————————————————————————

test.each([
  [
    `<message from='${coven}'><x ${user}><invite from='crone1@shakespeare.lit/desktop'>
      <reason>\n Hey Hecate, this is the place for all good witches!\n </reason></invite>
      <password>cauldronburn</password></x></message>`,
    {
      room: coven,
      from: 'crone1@shakespeare.lit',
      reason: 'Hey Hecate, this is the place for all good witches!',
      password: 'cauldronburn',
    },
  ],
  [
    `<message from='${coven}'><x ${user}><invite from='${coven}/firstwitch'/></x></message>`,
    { room: coven, nick: 'firstwitch' },
  ],
  [`<message from='${coven}'><x ${user}><invite from='a@b@c'/></x></message>`, { room: coven }],
  // H33: an occupant, nobody, an echo, something said to all
  [`<message from='${coven}/mallory'><x ${user}><invite from='bob@b.test'/></x></message>`, undefined],
  [`<message><x ${user}><invite from='bob@b.test'/></x></message>`, undefined],
  [`<message from='${coven}' type='error'><x ${user}><invite to='bob@b.test'/></x></message>`, undefined],
  [
    `<message from='${coven}' type='groupchat'><x ${user}><invite from='bob@b.test'/></x></message>`,
    undefined,
  ],
  [`<message from='${coven}'><x ${user}/></message>`, undefined],
  [`<message from='${coven}'><invite ${user} from='bob@b.test'/></message>`, undefined],
])('the invitation in %s', (text, expected) => {
  expect(invite.readInvite(parseXml(text))).toEqual(expected);
  // Who declines stands where the invitation stood.
  const { password: _, ...rest } = (expected ?? {}) as invite.Invite;
  const declined = parseXml(text.replaceAll('invite', 'decline'));
  expect(invite.readDecline(declined)).toEqual(expected && rest);
  expect(invite.readInvite(declined)).toBeUndefined();
});

test('invites and declines as the document says (#invite-mediated)', () => {
  expect(serialize(invite.writeInvite(coven, hecate, 'Hey', 'i1'))).toBe(
    `<message to="${coven}" id="i1"><x xmlns="http://jabber.org/protocol/muc#user"><invite to="${hecate}"><reason>Hey</reason></invite></x></message>`,
  );
  expect(serialize(invite.writeDecline(coven, hecate))).toBe(
    `<message to="${coven}"><x xmlns="http://jabber.org/protocol/muc#user"><decline to="${hecate}"/></x></message>`,
  );
});

// ————— Invitations of people ————————————————————————————————————————————————————————————————————————————————

const directInvite = shape<direct.DirectInvite>(
  { room: bareJid, password: nonEmptyText, reason, continues: fc.boolean(), thread: id },
  ['room', 'continues'],
);

test('direct invitations: read(write(x)) = x, and damaged ones do not throw', () => {
  fc.assert(
    fc.property(directInvite, (value) => {
      expect(direct.readDirectInvite(overWire(direct.writeDirectInvite(hecate, value)))).toEqual(value);
    }),
  );
  fc.assert(
    fc.property(damaged(directInvite.map((value) => direct.writeDirectInvite(hecate, value))), (element) => {
      direct.readDirectInvite(element);
      invite.readInvite(element);
      voice.readVoiceRequest(element);
    }),
  );
});

const conference = "xmlns='jabber:x:conference'";
test.each([
  [
    `<message><x ${conference} continue='1' jid='Darkcave@macbeth.shakespeare.lit' password='cauldronburn'
        reason='Hey' thread='e0ff'/></message>`,
    {
      room: 'darkcave@macbeth.shakespeare.lit',
      password: 'cauldronburn',
      reason: 'Hey',
      continues: true,
      thread: 'e0ff',
    },
  ],
  [
    `<message><x ${conference} jid='a@b.test' continue='yes' reason=' ' thread='' password=''/></message>`,
    { room: 'a@b.test', continues: false },
  ],
  [`<message><x ${conference} jid='a@b.test/mallory'/></message>`, undefined],
  [`<message><x ${conference}>reason</x></message>`, undefined],
  [`<message type='error'><x ${conference} jid='a@b.test'/></message>`, undefined],
  [`<message type='groupchat'><x ${conference} jid='a@b.test'/></message>`, undefined],
  // The echo that some services put beside their own invitation
  [`<message><x ${conference} jid='a@b.test'/><x ${user}><invite from='c@d.test'/></x></message>`, undefined],
])('the direct invitation in %s', (text, expected) => {
  expect(direct.readDirectInvite(parseXml(text))).toEqual(expected);
});

test('a reason is not endless, and half a password is none', () => {
  const long = 'y'.repeat(5_000);
  const read = direct.readDirectInvite(
    parseXml(`<message><x ${conference} jid='a@b.test' reason='${long}' password='${long}'/></message>`),
  );
  expect(read?.reason).toHaveLength(500);
  expect(read?.password).toBeUndefined();
});

// ————— Voice ————————————————————————————————————————————————————————————————————————————————————————————————

const request = (from: string, fields: string, type = 'form'): string =>
  `<message from='${from}'><x xmlns='jabber:x:data' type='${type}'><field var='FORM_TYPE' type='hidden'>
    <value>http://jabber.org/protocol/muc#request</value></field>${fields}</x></message>`;
const field = (name: string, value: string): string => `<field var='${name}'><value>${value}</value></field>`;
const wants = field('muc#role', 'participant');

test.each([
  [
    request(
      coven,
      wants + field('muc#jid', 'hag66@shakespeare.lit/pda') + field('muc#roomnick', 'thirdwitch'),
    ),
    { room: coven, nick: 'thirdwitch', jid: 'hag66@shakespeare.lit/pda' },
  ],
  [request(coven, wants + field('muc#roomnick', 'thirdwitch')), { room: coven, nick: 'thirdwitch' }],
  [request(`${coven}/mallory`, wants + field('muc#roomnick', 'mallory')), undefined],
  [request(coven, wants), undefined],
  [request(coven, field('muc#role', 'moderator') + field('muc#roomnick', 'mallory')), undefined],
  [request(coven, wants + field('muc#roomnick', 'mallory'), 'submit'), undefined],
])('the request for voice in %s', (text, expected) => {
  expect(voice.readVoiceRequest(parseXml(text))).toEqual(expected);
});

test('voice is asked for and given with the fields of the document (#requestvoice, #voiceapprove)', () => {
  expect(serialize(voice.writeVoiceRequest(coven, 'v1'))).toBe(
    `<message to="${coven}" id="v1"><x xmlns="jabber:x:data" type="submit"><field var="FORM_TYPE" type="hidden">` +
      '<value>http://jabber.org/protocol/muc#request</value></field><field var="muc#role"><value>participant</value></field></x></message>',
  );
  const approval = serialize(
    voice.writeVoiceApproval({ room: coven, nick: 'thirdwitch', jid: hecate }, true),
  );
  expect(approval).toContain('<field var="muc#roomnick"><value>thirdwitch</value></field>');
  expect(approval).toContain('<field var="muc#request_allow"><value>true</value></field>');
  expect(approval).toContain(`<field var="muc#jid"><value>${hecate}</value></field>`);
});

// ————— What a room is like ——————————————————————————————————————————————————————————————————————————————————

const PLAIN = {
  isRoom: false,
  isMembersOnly: false,
  isNonAnonymous: false,
  isPasswordProtected: false,
  isPersistent: false,
  isHidden: false,
  isModerated: false,
  hasOccupantIds: false,
  hasArchive: false,
  hasStableIds: false,
  reflectsIds: false,
  hasSelfPing: false,
  hasCard: false,
  hasHats: false,
};
const query = (inner: string): info.RoomFeatures => {
  const read = readInfo(parseXml(`<query xmlns='http://jabber.org/protocol/disco#info'>${inner}</query>`));
  if (read === undefined) throw new Error('no info');
  return info.readRoomFeatures(read);
};
const features = (...names: string[]): string => names.map((name) => `<feature var='${name}'/>`).join('');
const form = (fields: string): string =>
  `<x xmlns='jabber:x:data' type='result'>${field('FORM_TYPE', 'http://jabber.org/protocol/muc#roominfo')}${fields}</x>`;

test('reads the example of the document (#disco-roominfo)', () => {
  const room = query(
    `<identity category='conference' name='A Dark Cave' type='text'/>` +
      features(
        'http://jabber.org/protocol/muc',
        'http://jabber.org/protocol/muc#stable_id',
        'http://jabber.org/protocol/muc#self-ping-optimization',
        'muc_passwordprotected',
        'muc_hidden',
        'muc_membersonly',
        'muc_persistent',
        'muc_moderated',
        'muc_nonanonymous',
        'urn:xmpp:mam:2',
        'urn:xmpp:sid:0',
        'urn:xmpp:occupant-id:0',
        'urn:xmpp:message-moderate:0',
        'urn:xmpp:message-moderate:1',
        'urn:xmpp:hats:0',
        'vcard-temp',
      ) +
      form(
        field('muc#roominfo_description', 'The place for all good witches!') +
          field('muc#roominfo_subject', 'Spells') +
          field('muc#roomconfig_changesubject', 'true') +
          field('muc#roominfo_occupants', '3') +
          field('muc#roominfo_lang', 'en') +
          field('muc#maxhistoryfetch', '50') +
          field('muc#roominfo_avatarhash', 'A31C4BD04DE69663CFD7F424A8453F4674DA37FF'),
      ),
  );
  expect(room).toEqual({
    ...Object.fromEntries(Object.keys(PLAIN).map((key) => [key, true])),
    hasModeration: 'current',
    isSubjectOpen: true,
    name: 'A Dark Cave',
    description: 'The place for all good witches!',
    subject: 'Spells',
    occupants: 3,
    avatarHash: 'a31c4bd04de69663cfd7f424a8453f4674da37ff',
    language: 'en',
    maximumHistory: 50,
  });
});

test.each([
  ['', PLAIN],
  [`<identity category='conference' type='text' name=' '/>`, PLAIN],
  [features('urn:xmpp:message-moderate:0'), { ...PLAIN, hasModeration: 'older' }],
  // A form of something else says nothing about rooms.
  [
    `<x xmlns='jabber:x:data' type='result'>${field('FORM_TYPE', 'urn:x')}${field('muc#roominfo_occupants', '3')}</x>`,
    PLAIN,
  ],
  [
    form(
      field('muc#roominfo_occupants', '-3') +
        field('muc#maxhistoryfetch', '1e9') +
        field('muc#roominfo_avatarhash', '../../x'),
    ),
    PLAIN,
  ],
  [
    form(field('muc#roominfo_occupants', '9'.repeat(400)) + field('muc#roomconfig_changesubject', 'maybe')),
    PLAIN,
  ],
])('of %s is known what it says', (inner, expected) => {
  expect(query(inner)).toEqual(expected);
});

test('asks for the rooms of a service in pages (#disco-rooms)', async () => {
  const wire = scriptedWire(
    `<iq type='result'><query xmlns='http://jabber.org/protocol/disco#items'>
      <item jid='heath@chat.shakespeare.lit' name='A Lonely Heath'/><item jid='coven@chat.shakespeare.lit'/>
      <item jid='chat.shakespeare.lit' node='x'/><item jid='muc.evil.example'/><item jid='a@b.test/nick'/>
      <set xmlns='http://jabber.org/protocol/rsm'><first>heath</first><last>coven</last><count>37</count></set>
    </query></iq>`,
    done,
  );
  const service = bare('chat.shakespeare.lit');
  expect(await info.askRooms(wire, service, { max: 2 })).toEqual({
    rooms: [{ address: 'heath@chat.shakespeare.lit', name: 'A Lonely Heath' }, { address: coven }],
    set: { first: 'heath', last: 'coven', count: 37 },
  });
  expect(await info.askRooms(wire, service, { max: 2, after: 'coven' })).toEqual({ rooms: [], set: {} });
  expect(serialize(wire.asked[1]?.payload ?? parseXml('<none/>'))).toBe(
    '<query xmlns="http://jabber.org/protocol/disco#items"><set xmlns="http://jabber.org/protocol/rsm">' +
      '<max>2</max><after>coven</after></set></query>',
  );
});

// ————— Lists and rights —————————————————————————————————————————————————————————————————————————————————————

test('asks for the members, and leaves out who is nobody (#modifymember)', async () => {
  const wire = scriptedWire(
    `<iq type='result'><query xmlns='http://jabber.org/protocol/muc#admin'>
      <item affiliation='member' jid='hag66@shakespeare.lit' nick='thirdwitch' role='participant'/>
      <item affiliation='member' jid='a@b@c'/><item affiliation='member'/><other jid='x@y.test'/>
    </query></iq>`,
    done,
    done,
  );
  expect(await admin.askAffiliations(wire, coven, 'member')).toEqual([
    { affiliation: 'member', role: 'participant', jid: 'hag66@shakespeare.lit', nick: 'thirdwitch' },
  ]);
  expect(await admin.askAffiliations(wire, coven, 'outcast')).toEqual([]);
  expect(wire.asked.map(({ type, to, payload }) => [type, to, serialize(payload)])).toEqual(
    ['affiliation="member"', 'affiliation="outcast"'].map((attribute) => [
      'get',
      coven,
      `<query xmlns="http://jabber.org/protocol/muc#admin"><item ${attribute}/></query>`,
    ]),
  );
});

test('changes affiliations and roles as the document says (#grantmember, #kick)', async () => {
  const wire = scriptedWire(done, done, done);
  await admin.setAffiliation(wire, coven, hecate, 'member', 'A worthy witch indeed!');
  await admin.setRole(wire, coven, 'pistol', 'none');
  await admin.setAffiliations(wire, coven, []);
  await admin.setAffiliations(wire, coven, [
    { jid: hecate, affiliation: 'none' },
    { jid: bare('hag66@shakespeare.lit'), affiliation: 'outcast', reason: '' },
  ]);
  expect(wire.asked.map(({ type, to, payload }) => `${type} ${to} ${serialize(payload)}`)).toEqual(
    [
      `<item jid="${hecate}" affiliation="member"><reason>A worthy witch indeed!</reason></item>`,
      '<item nick="pistol" role="none"/>',
      `<item jid="${hecate}" affiliation="none"/><item jid="hag66@shakespeare.lit" affiliation="outcast"/>`,
    ].map((items) => `set ${coven} <query xmlns="http://jabber.org/protocol/muc#admin">${items}</query>`),
  );
});

test('many changes go in parts, and end with the first that is refused', async () => {
  const changes = Array.from({ length: 250 }, (_, at) => ({
    jid: bare(`witch${at}@shakespeare.lit`),
    affiliation: 'member' as const,
  }));
  const wire = scriptedWire(done, done, done);
  await admin.setAffiliations(wire, coven, changes);
  expect(wire.asked.map(({ payload }) => payload.children.length)).toEqual([100, 100, 50]);
  const refused = scriptedWire(done, new StanzaError('not-allowed', 'cancel'));
  await expect(admin.setAffiliations(refused, coven, changes)).rejects.toThrow('not-allowed');
  expect(refused.asked).toHaveLength(2);
});

// ————— Owners ———————————————————————————————————————————————————————————————————————————————————————————————

test('configures, opens and ends rooms as the document says (#createroom, #destroyroom)', async () => {
  const configuration = `<iq type='result'><query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='form'>
      <title>Configuration for "coven" Room</title>
      <field type='hidden' var='FORM_TYPE'><value>http://jabber.org/protocol/muc#roomconfig</value></field>
      <field label='Enable Public Logging?' type='boolean' var='muc#roomconfig_enablelogging'><value>0</value></field>
    </x></query></iq>`;
  const wire = scriptedWire(configuration, done, done, done, done, done, done);
  const asked = await owner.askConfiguration(wire, coven);
  expect(asked?.title).toBe('Configuration for "coven" Room');
  expect(asked?.fields.map(({ name, values }) => [name, values])).toEqual([
    ['FORM_TYPE', ['http://jabber.org/protocol/muc#roomconfig']],
    ['muc#roomconfig_enablelogging', ['0']],
  ]);
  expect(await owner.askConfiguration(wire, coven)).toBeUndefined();
  await owner.configure(wire, coven, new Map([['muc#roomconfig_roomname', ['']]]));
  await owner.createInstantly(wire, coven);
  await owner.cancelCreation(wire, coven);
  await owner.destroy(wire, coven, 'Macbeth doth come.', bare('heath@chat.shakespeare.lit'));
  await owner.destroy(wire, coven);
  const form = (inner: string): string =>
    `<query xmlns="http://jabber.org/protocol/muc#owner">${inner}</query>`;
  expect(wire.asked.map(({ type, payload }) => [type, serialize(payload)])).toEqual([
    ['get', '<query xmlns="http://jabber.org/protocol/muc#owner"/>'],
    ['get', '<query xmlns="http://jabber.org/protocol/muc#owner"/>'],
    [
      'set',
      form(
        '<x xmlns="jabber:x:data" type="submit"><field var="FORM_TYPE" type="hidden"><value>http://jabber.org/protocol/muc#roomconfig' +
          '</value></field><field var="muc#roomconfig_roomname"><value/></field></x>',
      ),
    ],
    ['set', form('<x xmlns="jabber:x:data" type="submit"/>')],
    ['set', form('<x xmlns="jabber:x:data" type="cancel"/>')],
    ['set', form('<destroy jid="heath@chat.shakespeare.lit"><reason>Macbeth doth come.</reason></destroy>')],
    ['set', form('<destroy/>')],
  ]);
});
