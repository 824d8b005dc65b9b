import fc from 'fast-check';
import { expect, test } from 'vitest';
import { features } from '../../electron/xmpp/xep/index.ts';
import { answer, askInfo, readInfo, writeInfo, type Identity } from '../../electron/xmpp/xep/xep0030.ts';
import { ownNode } from '../../electron/xmpp/xep/xep0115.ts';
import { serialize } from '../../electron/xmpp/xml.ts';
import { nonEmptyText, overWire, parseXml, scriptedWire, shape, text } from '../support/xml.ts';

const identity = shape<Identity>(
  { category: nonEmptyText, type: nonEmptyText, name: text, language: nonEmptyText },
  ['category', 'type'],
);

test('read(write(x)) = x', () => {
  const info = fc.record({
    identities: fc.array(identity, { maxLength: 3 }),
    features: fc.array(nonEmptyText, { maxLength: 5 }).map((each) => new Set(each)),
  });
  fc.assert(
    fc.property(info, (value) => {
      expect(readInfo(overWire(writeInfo(value)))).toEqual(value);
    }),
  );
});

test('asks and reads; what is incomplete is left out (#info-basic)', async () => {
  const wire = scriptedWire(`<iq type='result'><query xmlns='http://jabber.org/protocol/disco#info'>
    <identity category='pubsub' type='pep'/><identity category='client'/><identity category='' type=''/>
    <feature var='urn:xmpp:sid:0'/><feature/><feature var=''/><feature var='__proto__'/>
  </query></iq>`);
  expect(await askInfo(wire, 'a.test', 'n')).toEqual({
    identities: [{ category: 'pubsub', type: 'pep' }],
    features: new Set(['urn:xmpp:sid:0', '__proto__']),
  });
  expect(wire.asked).toEqual([
    {
      type: 'get',
      to: 'a.test',
      payload: parseXml("<query xmlns='http://jabber.org/protocol/disco#info' node='n'/>"),
    },
  ]);
});

test('a reply without information is empty information', async () => {
  expect(await askInfo(scriptedWire("<iq type='result'/>"), undefined)).toEqual({
    identities: [],
    features: new Set(),
  });
});

test('our answer names us and all that we support, also under the node of our capabilities', () => {
  const query = (node?: string): string =>
    `<query xmlns='http://jabber.org/protocol/disco#info'${node === undefined ? '' : ` node='${node}'`}/>`;
  const plain = answer.handle(parseXml(query()));
  expect(plain && readInfo(plain)).toEqual({
    identities: [{ category: 'client', type: 'pc', name: 'Waxwing' }],
    features: new Set(features),
  });
  const underNode = answer.handle(parseXml(query(ownNode)));
  expect(underNode?.attrs['node']).toBe(ownNode);
  expect(underNode && serialize(underNode)).toContain('urn:xmpp:receipts');
  expect(answer.handle(parseXml(query('http://psi-im.org#x')))).toBeUndefined();
});
