/** Cards in both of their forms: what is shown, and that nothing of what somebody else wrote is lost. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Card } from '../../shared/rows/card.ts';
import * as older from '../../electron/xmpp/xep/xep0054.ts';
import { readNick, writeNick } from '../../electron/xmpp/xep/xep0172.ts';
import * as newer from '../../electron/xmpp/xep/xep0292.ts';
import { serialize, xml } from '../../electron/xmpp/xml.ts';
import { nonEmptyText, overWire, parseXml, shape } from '../support/xml.ts';

// Spaces around a value are not kept.
const line = nonEmptyText
  .map((text) => text.trim())
  .filter((text) => text !== '' && !text.startsWith('tel:'));
const lines = fc.uniqueArray(line, { maxLength: 3 });
const card = shape<Card>(
  {
    fullName: line,
    nickname: line,
    birthday: line,
    organisation: line,
    title: line,
    note: line,
    emails: lines,
    phones: lines,
    pages: lines,
  },
  ['emails', 'phones', 'pages'],
);

/** What stayed keeps its place, so that the order of a list is not that in which it was given. */
const sorted = (value: Card): Card => ({
  ...value,
  emails: value.emails.toSorted(),
  phones: value.phones.toSorted(),
  pages: value.pages.toSorted(),
});

describe.each([
  ['vcard-temp', older],
  ['vCard4', newer],
])('%s', (_name, codec) => {
  test('read(write(x)) = x', () => {
    fc.assert(
      fc.property(card, (value) => {
        expect(codec.readCard(overWire(codec.writeCard(value)))).toEqual(value);
      }),
    );
  });

  test('any card can become any other', () => {
    fc.assert(
      fc.property(card, card, (before, after) => {
        const read = codec.readCard(overWire(codec.writeCard(after, codec.writeCard(before))));
        expect(read && sorted(read)).toEqual(sorted(after));
      }),
    );
  });
});

/** Of the example in #self-pep-retrieval. */
const peter = parseXml(`<vcard xmlns="urn:ietf:params:xml:ns:vcard-4.0">
  <fn><text>Peter Saint-Andre</text></fn>
  <n><surname>Saint-Andre</surname><given>Peter</given><additional></additional></n>
  <nickname><text>stpeter</text></nickname>
  <nickname><text>psa</text></nickname>
  <photo><uri>https://stpeter.im/images/stpeter_oscon.jpg</uri></photo>
  <bday><date>1966-08-06</date></bday>
  <tel><parameters><type><text>work</text><text>voice</text></type></parameters><uri>tel:+1-303-308-3282</uri></tel>
  <tel><parameters><type><text>cell</text></type></parameters><uri>tel:+1-720-256-6756</uri></tel>
  <geo><uri>geo:39.59,-105.01</uri></geo>
  <org><parameters><type><text>work</text></type></parameters><text>XMPP Standards Foundation</text></org>
  <url><uri>https://stpeter.im/</uri></url>
  <email><parameters><type><text>work</text></type></parameters><text>psaintan@cisco.com</text></email>
  <group name="x"><email><text>hidden@x.test</text></email></group>
</vcard>`);

test('the example of XEP-0292 is read', () => {
  expect(newer.readCard(peter)).toEqual({
    fullName: 'Peter Saint-Andre',
    nickname: 'stpeter',
    birthday: '1966-08-06',
    organisation: 'XMPP Standards Foundation',
    emails: ['psaintan@cisco.com'],
    phones: ['+1-303-308-3282', '+1-720-256-6756'],
    pages: ['https://stpeter.im/'],
  });
});

test('what this program does not show stays, also on what it changes', () => {
  const before = newer.readCard(peter);
  const text = serialize(
    newer.writeCard(
      { ...before!, phones: ['+1-303-308-3282', '+49 30 1234'], emails: [], nickname: 'pete' },
      peter,
    ),
  );
  for (const kept of [
    '<n><surname>Saint-Andre</surname>',
    '<nickname><text>psa</text></nickname>',
    '<geo><uri>geo:39.59,-105.01</uri></geo>',
    'stpeter_oscon.jpg',
    '<tel><parameters><type><text>work</text><text>voice</text></type></parameters><uri>tel:+1-303-308-3282</uri></tel>',
    // The number changed, and is still that of a mobile.
    '<tel><parameters><type><text>cell</text></type></parameters><uri>tel:+49 30 1234</uri></tel>',
    'hidden@x.test',
  ])
    expect(text).toContain(kept);
  expect(text).not.toContain('psaintan@cisco.com');
  expect(text).not.toContain('stpeter</text></nickname>');
});

test('of an older card as well, with its picture', () => {
  const before =
    parseXml(`<vCard xmlns='vcard-temp'><FN>Peter</FN><N><GIVEN>Peter</GIVEN></N><NOTE>about</NOTE>
    <EMAIL><HOME/><USERID>a@a.test</USERID></EMAIL><ORG><ORGNAME>XSF</ORGNAME><ORGUNIT>Board</ORGUNIT></ORG>
    <X-MOOD>fine</X-MOOD><PHOTO><TYPE>image/png</TYPE><BINVAL>AQID</BINVAL></PHOTO></vCard>`);
  const read = older.readCard(before)!;
  expect(read).toMatchObject({ fullName: 'Peter', note: 'about', emails: ['a@a.test'], organisation: 'XSF' });
  const text = serialize(
    older.writeCard({ ...read, organisation: 'IETF', note: 'new', emails: ['b@b.test'] }, before),
  );
  for (const kept of [
    '<ORGUNIT>Board</ORGUNIT><ORGNAME>IETF</ORGNAME>',
    '<NOTE>new</NOTE>',
    '<EMAIL><HOME/><USERID>b@b.test</USERID></EMAIL>',
    '<X-MOOD>fine</X-MOOD>',
    '<BINVAL>AQID</BINVAL>',
    '<N><GIVEN>Peter</GIVEN></N>',
  ])
    expect(text).toContain(kept);
});

test('a picture is put on a card, and taken off it', () => {
  const bare = parseXml(
    "<vCard xmlns='vcard-temp'><FN>P</FN><PHOTO><EXTVAL>http://evil.example/</EXTVAL></PHOTO></vCard>",
  );
  expect(older.readPhoto(bare, 99)).toBeUndefined();
  const bytes = Uint8Array.of(1, 2, 3);
  const dressed = overWire(older.writePhoto(bare, { type: 'image/png', bytes }));
  expect(older.readPhoto(dressed, 99)).toEqual(bytes);
  expect(older.readPhoto(dressed, 2)).toBeUndefined();
  expect(serialize(older.writePhoto(dressed, undefined))).toBe(
    '<vCard xmlns="vcard-temp"><FN>P</FN></vCard>',
  );
});

test('endless fields are cut, and not lost', () => {
  const many = Array.from(
    { length: 40 },
    (_, index) => `<EMAIL><USERID>${index}@a.test</USERID></EMAIL>`,
  ).join('');
  const long = `<NOTE>${'x'.repeat(9_000)}</NOTE>`;
  const element = parseXml(`<vCard xmlns='vcard-temp'>${many}${long}</vCard>`);
  const read = older.readCard(element)!;
  expect(read.emails).toHaveLength(16);
  expect(read.note).toBeUndefined();
  const text = serialize(older.writeCard({ ...read, emails: [] }, element));
  expect(text.match(/@a\.test/g)).toHaveLength(24);
  expect(text).toContain('x'.repeat(9_000));
});

test('a nickname (XEP-0172 #format)', () => {
  const nick = parseXml("<nick xmlns='http://jabber.org/protocol/nick'> Ishmael </nick>");
  expect(readNick(nick)).toBe('Ishmael');
  expect(readNick(overWire(writeNick('<b>&')))).toBe('<b>&');
  expect(readNick(xml('nick', 'urn:x'))).toBeUndefined();
  expect(readNick(writeNick('x'.repeat(5_000)))).toBe('');
});
