import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Form } from '../../electron/xmpp/xep/xep0004.ts';
import {
  answer,
  answerItems,
  askInfo,
  askItems,
  NO_INFO,
  readInfo,
  readItems,
  writeInfo,
  writeItems,
  type Identity,
  type Item,
} from '../../electron/xmpp/xep/xep0030.ts';
import { jid, nonEmptyText, overWire, parseXml, scriptedWire, shape, text } from '../support/xml.ts';

const NS = 'http://jabber.org/protocol/disco#info';
const identity = shape<Identity>(
  { category: nonEmptyText, type: nonEmptyText, name: text, language: nonEmptyText },
  ['category', 'type'],
);
const form: fc.Arbitrary<Form> = fc.record({
  type: fc.constant('result' as const),
  formType: nonEmptyText.filter((each) => each !== 'FORM_TYPE'),
  fields: fc
    .array(
      fc.tuple(
        nonEmptyText.filter((each) => each !== 'FORM_TYPE'),
        fc.array(text, { maxLength: 3 }),
      ),
      {
        maxLength: 3,
      },
    )
    .map((each) => new Map(each)),
});

test('information: read(write(x)) = x', () => {
  const info = fc.record({
    identities: fc.array(identity, { maxLength: 3 }),
    features: fc.array(nonEmptyText, { maxLength: 5 }).map((each) => new Set(each)),
    forms: fc.array(form, { maxLength: 2 }),
  });
  fc.assert(
    fc.property(info, (value) => {
      expect(readInfo(overWire(writeInfo(value)))).toEqual(value);
    }),
  );
});

test('items: read(write(x)) = x', () => {
  const item = shape<Item>({ jid, node: text, name: text }, ['jid']);
  fc.assert(
    fc.property(fc.array(item, { maxLength: 4 }), (value) => {
      expect(readItems(overWire(writeItems(value)))).toEqual(value);
    }),
  );
});

test('asks and reads; what is incomplete is left out (#info-basic)', async () => {
  const wire = scriptedWire(`<iq type='result'><query xmlns='${NS}'>
    <identity category='pubsub' type='pep'/><identity category='client'/><identity category='' type=''/>
    <feature var='urn:xmpp:sid:0'/><feature/><feature var=''/><feature var='__proto__'/>
    <x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'><value>urn:f</value></field>
      <field var='a'><value>1</value><value>2</value></field></x>
    <x xmlns='jabber:x:data' type='form'><field var='FORM_TYPE' type='hidden'><value>urn:g</value></field></x>
  </query></iq>`);
  expect(await askInfo(wire, 'a.test', 'n')).toEqual({
    identities: [{ category: 'pubsub', type: 'pep' }],
    features: new Set(['urn:xmpp:sid:0', '__proto__']),
    forms: [{ type: 'result', formType: 'urn:f', fields: new Map([['a', ['1', '2']]]) }],
  });
  expect(wire.asked).toEqual([
    { type: 'get', to: 'a.test', payload: parseXml(`<query xmlns='${NS}' node='n'/>`) },
  ]);
});

test('a reply without information is empty information', async () => {
  expect(await askInfo(scriptedWire("<iq type='result'/>"), undefined)).toEqual(NO_INFO);
  expect(await askItems(scriptedWire("<iq type='result'/>"), 'a.test')).toEqual([]);
});

test('asks for items, and leaves out what is none (#items-basic)', async () => {
  const wire = scriptedWire(`<iq type='result'><query xmlns='http://jabber.org/protocol/disco#items'>
    <item jid='upload.a.test' name='Files'/><item/><item jid='@'/><item jid='muc.a.test' node='n'/>
  </query></iq>`);
  expect(await askItems(wire, 'a.test')).toEqual([
    { jid: 'upload.a.test', name: 'Files' },
    { jid: 'muc.a.test', node: 'n' },
  ]);
});

test('however much is said, so much is read', () => {
  const many = (count: number, write: (i: number) => string): string =>
    Array.from({ length: count }, (_, i) => write(i)).join('');
  const info = readInfo(
    parseXml(
      `<query xmlns='${NS}'>${many(3_000, (i) => `<identity category='c' type='t${i}'/>`)}${many(
        5_000,
        (i) => `<feature var='f${i}'/>`,
      )}${many(100, () => "<x xmlns='jabber:x:data' type='result'/>")}<feature var='${'x'.repeat(5_000)}'/></query>`,
    ),
  );
  expect([info?.identities.length, info?.features.size, info?.forms.length]).toEqual([32, 512, 16]);
  const items = readItems(
    parseXml(
      `<query xmlns='http://jabber.org/protocol/disco#items'>${many(5_000, (i) => `<item jid='s${i}.test'/>`)}</query>`,
    ),
  );
  expect(items?.length).toBe(256);
});

test('our answer is what we say under the node, or that there is no such node', () => {
  const info = { ...NO_INFO, features: new Set(['urn:xmpp:ping']) };
  const infoUnder = (node: string | undefined): typeof info | undefined =>
    node === 'other' ? undefined : info;
  const ask = (node?: string): ReturnType<typeof answer.handle> =>
    answer.handle(parseXml(`<query xmlns='${NS}'${node === undefined ? '' : ` node='${node}'`}/>`), {
      infoUnder,
    });
  const plain = ask();
  expect(typeof plain === 'string' ? plain : readInfo(plain)).toEqual(info);
  const under = ask('urn:xmpp:caps#x');
  expect(typeof under === 'string' ? under : under.attrs['node']).toBe('urn:xmpp:caps#x');
  expect(ask('other')).toBe('item-not-found');
});

test('we have no items, and in which rooms we are is our own affair (XEP-0045 #disco-client)', () => {
  const query = "<query xmlns='http://jabber.org/protocol/disco#items'/>";
  expect(answerItems.handle(parseXml(query))).toEqual(parseXml(query));
  expect(answerItems.handle(parseXml(query.replace('/>', " node='x'/>")))).toBe('item-not-found');
  const rooms = parseXml(query.replace('/>', " node='http://jabber.org/protocol/muc#rooms'/>"));
  expect(answerItems.handle(rooms)).toEqual(rooms);
});
