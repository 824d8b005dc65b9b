import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha3_256 } from '../../electron/xmpp/sha3.ts';
import { readHash, writeHash, type Hash } from '../../electron/xmpp/xep/xep0300.ts';
import { writeInfo } from '../../electron/xmpp/xep/xep0030.ts';
import { infoUnder, ownInfo, selfWith } from '../../electron/xmpp/xep/self.ts';
import * as caps from '../../electron/xmpp/xep/xep0390.ts';
import { overWire, parseXml } from '../support/xml.ts';

const query = (content: string, attributes = ''): ReturnType<typeof parseXml> =>
  parseXml(`<query xmlns='http://jabber.org/protocol/disco#info'${attributes}>${content}</query>`);
const named = (names: string): string =>
  names
    .trim()
    .split(/\s+/)
    .map((name) => `<feature var='${name}'/>`)
    .join('');

const bombus = `<identity category="client" name="BombusMod" type="mobile"/>${named(`
  http://jabber.org/protocol/si http://jabber.org/protocol/bytestreams http://jabber.org/protocol/chatstates
  http://jabber.org/protocol/disco#info http://jabber.org/protocol/disco#items urn:xmpp:ping jabber:iq:time
  jabber:iq:privacy jabber:iq:version http://jabber.org/protocol/rosterx urn:xmpp:time jabber:x:oob
  http://jabber.org/protocol/ibb http://jabber.org/protocol/si/profile/file-transfer urn:xmpp:receipts
  jabber:iq:roster jabber:iq:last`)}`;
const BOMBUS: Hash[] = [
  { algorithm: 'sha-256', value: 'kzBZbkqJ3ADrj7v08reD1qcWUwNGHaidNUgD7nHpiw8=' },
  { algorithm: 'sha3-256', value: '79mdYAfU9rEdTOcWDO7UEAt6E56SUzk/g6TnqUeuD9Q=' },
];

const software = `<x xmlns="jabber:x:data" type="result">
  <field type="hidden" var="FORM_TYPE"><value>urn:xmpp:dataforms:softwareinfo</value></field>
  <field var="software"><value>Tkabber</value></field>
  <field var="software_version"><value>0.11.1-svn-20111216-mod (Tcl/Tk 8.6b2)</value></field>
  <field var="os"><value>Windows</value></field><field var="os_version"><value>XP</value></field></x>`;
const tkabber = `<identity category="client" name="Tkabber" type="pc" xml:lang="en"/>
  <identity category="client" name="Ткаббер" type="pc" xml:lang="ru"/>${named(`
  games:board http://jabber.org/protocol/activity http://jabber.org/protocol/activity+notify
  http://jabber.org/protocol/bytestreams http://jabber.org/protocol/chatstates http://jabber.org/protocol/commands
  http://jabber.org/protocol/disco#info http://jabber.org/protocol/disco#items http://jabber.org/protocol/evil
  http://jabber.org/protocol/feature-neg http://jabber.org/protocol/geoloc http://jabber.org/protocol/geoloc+notify
  http://jabber.org/protocol/ibb http://jabber.org/protocol/iqibb http://jabber.org/protocol/mood
  http://jabber.org/protocol/mood+notify http://jabber.org/protocol/rosterx http://jabber.org/protocol/si
  http://jabber.org/protocol/si/profile/file-transfer http://jabber.org/protocol/tune
  http://www.facebook.com/xmpp/messages http://www.xmpp.org/extensions/xep-0084.html#ns-metadata+notify
  jabber:iq:avatar jabber:iq:browse jabber:iq:dtcp jabber:iq:filexfer jabber:iq:ibb jabber:iq:inband
  jabber:iq:jidlink jabber:iq:last jabber:iq:oob jabber:iq:privacy jabber:iq:roster jabber:iq:time jabber:iq:version
  jabber:x:data jabber:x:event jabber:x:oob urn:xmpp:avatar:metadata+notify urn:xmpp:ping urn:xmpp:receipts
  urn:xmpp:time`)}${software}`;
const TKABBER: Hash[] = [
  { algorithm: 'sha-256', value: 'u79ZroNJbdSWhdSp311mddz44oHHPsEBntQ5b1jqBSY=' },
  { algorithm: 'sha3-256', value: 'XpUJzLAc93258sMECZ3FJpebkzuyNXDzRNwQog8eycg=' },
];

test('SHA3-256 is that of the standard', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
      expect(Buffer.from(sha3_256(bytes))).toEqual(createHash('sha3-256').update(bytes).digest());
    }),
  );
  // Around the length of a block, where padding decides.
  for (const length of [0, 1, 134, 135, 136, 137, 271, 272, 273]) {
    const bytes = randomBytes(length);
    expect(Buffer.from(sha3_256(bytes))).toEqual(createHash('sha3-256').update(bytes).digest());
  }
});

describe('the examples of the specification (#algorithm-example)', () => {
  test.each([
    ['simple', bombus, BOMBUS],
    ['complex', tkabber, TKABBER],
  ])('%s', (_, content, hashes) => {
    expect(caps.hashSetOf(query(content))).toEqual(hashes);
    for (const hash of hashes) expect(caps.verify(query(content), hash)).toBe(true);
  });
});

test('a language in force around the answer counts (#algorithm-input)', () => {
  const bare = "<identity category='client' type='pc'/>";
  const [explicit] = caps.hashSetOf(query("<identity category='client' type='pc' xml:lang='de'/>")) ?? [];
  if (explicit === undefined) throw new Error('no hash');
  expect(caps.verify(query(bare), explicit)).toBe(false);
  expect(caps.verify(query(bare), explicit, 'de')).toBe(true);
  expect(caps.verify(query(bare, " xml:lang='de'"), explicit)).toBe(true);
  expect(caps.verify(query(bare, " xml:lang='fr'"), explicit, 'de')).toBe(false);
});

test.each([
  ['another element', `${bombus}<evil xmlns='urn:evil'/>`],
  ['an element of the same namespace', `${bombus}<item/>`],
  ['a form without type', `${bombus}<x xmlns='jabber:x:data' type='result'><field var='a'/></x>`],
  ['a form of another kind', bombus + software.replace('type="result"', 'type="form"')],
  ['a type in sight', bombus + software.replace('type="hidden"', '')],
  ['a type of two values', bombus + software.replace('</value></field>', '</value><value>b</value></field>')],
  ['a table', bombus + software.replace('</x>', '<reported/></x>')],
  ['a row', bombus + software.replace('</x>', '<item/></x>')],
])('cannot be hashed: %s', (_, content) => {
  expect(caps.hashSetOf(query(content))).toBeUndefined();
  for (const hash of BOMBUS) expect(caps.verify(query(content), hash)).toBe(false);
});

test('parts cannot be moved from one place to another', () => {
  const one = caps.hashSetOf(query("<identity category='a' type='b'/><feature var='c'/><feature var='d'/>"));
  for (const other of [
    "<identity category='a' type='b'/><feature var='cd'/>",
    "<identity category='ab' type=''/><feature var='c'/><feature var='d'/>",
    "<identity category='a' type='b' name='c'/><feature var='d'/>",
    "<identity category='a' type='b'/><feature var='c'/><feature var='d'/><feature var='d'/>",
  ]) {
    expect(caps.hashSetOf(query(other))).not.toEqual(one);
  }
});

test('hashes: read(write(x)) = x, each function once, and never one that is none', () => {
  expect(caps.readHashSet(overWire(caps.writeHashSet(TKABBER)))).toEqual(TKABBER);
  const hash = (algorithm: string, value: string): string =>
    `<hash xmlns='urn:xmpp:hashes:2' algo='${algorithm}'>${value}</hash>`;
  const set = (content: string): ReturnType<typeof parseXml> =>
    parseXml(`<c xmlns='urn:xmpp:caps'>${content}</c>`);
  expect(caps.readHashSet(set(hash('a.b', 'AAAA') + hash('a.b', 'BBBB')))).toEqual([
    { algorithm: 'a.b', value: 'AAAA' },
  ]);
  for (const content of [
    '',
    hash('sha-256', ''),
    hash('', 'AAAA'),
    hash('sha-256', 'A'),
    '<hash algo="x">AAAA</hash>',
  ])
    expect(caps.readHashSet(set(content))).toBeUndefined();
  expect(readHash(writeHash({ algorithm: 'x', value: 'A'.repeat(400) }))).toBeUndefined();
  expect(
    caps.readHashSet(set(Array.from({ length: 50 }, (_, i) => hash(`h${i}`, 'AAAA')).join('')))?.length,
  ).toBe(8);
});

test('we verify what we can compute, and ask by its name', () => {
  expect(caps.usableOf([{ algorithm: 'md5', value: 'AAAA' }, ...[...TKABBER].reverse()])).toEqual(TKABBER[0]);
  expect(caps.usableOf([{ algorithm: 'md5', value: 'AAAA' }])).toBeUndefined();
  expect(caps.verify(query(bombus), { algorithm: 'md5', value: 'AAAA' })).toBe(false);
  expect(caps.nodeOf({ algorithm: 'odd.name', value: 'AAAA' })).toBe('urn:xmpp:caps#odd.name.AAAA');
});

describe('our own', () => {
  const faces = [selfWith({ time: true }), selfWith({ time: false })];

  test('hashes cover our own answer, by both extensions', () => {
    for (const { info, capabilities } of faces) {
      const set = capabilities.flatMap((element) => caps.readHashSet(element) ?? []);
      expect(set).toEqual(caps.hashSetOf(writeInfo(info)));
      expect(set.map(({ algorithm }) => algorithm)).toEqual(['sha-256', 'sha3-256']);
      expect(capabilities[0]).toMatchObject({ name: 'c', ns: 'http://jabber.org/protocol/caps' });
    }
  });

  test('time is advertised as long as it is told', () => {
    expect(faces.map(({ info }) => info.features.has('urn:xmpp:time'))).toEqual([true, false]);
    expect(faces[0]?.info).toEqual(ownInfo);
  });

  test('every node that we ever named answers what its hash stood for', () => {
    for (const time of [true, false]) {
      expect(infoUnder(undefined, { time })).toBe(selfWith({ time }).info);
      for (const { info, nodes } of faces) {
        expect(nodes).toHaveLength(3);
        for (const node of nodes) expect(infoUnder(node, { time })).toBe(info);
      }
      expect(infoUnder('http://psi-im.org#x', { time })).toBeUndefined();
    }
  });
});
