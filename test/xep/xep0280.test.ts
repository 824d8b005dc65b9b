import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as carbons from '../../electron/xmpp/xep/xep0280.ts';
import { serialize, stanza, xml } from '../../electron/xmpp/xml.ts';
import { bare, damaged, jid, overWire, parseXml, scriptedWire, shape, text, time } from '../support/xml.ts';

const inner = fc
  .tuple(jid, text)
  .map(([from, body]) => overWire(stanza('message', { from }, xml('body', 'jabber:client', {}, body))));
const anyCarbon: fc.Arbitrary<carbons.Carbon> = shape<carbons.Carbon>(
  {
    direction: fc.constantFrom('sent', 'received'),
    message: inner,
    delay: fc.record({ from: jid, at: time }),
  },
  ['direction', 'message'],
);

const wrap = (content: string): ReturnType<typeof parseXml> =>
  parseXml(`<message from='romeo@montague.example'>${content}</message>`);
const message = (from: string, content = '<body>PWN</body>'): string =>
  `<message from='${from}' type='chat'>${content}</message>`;
const received = (content: string): string =>
  `<received xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'>${content}</forwarded></received>`;
const inClient = (content: string): string => content.replace('<message ', "<message xmlns='jabber:client' ");

test('read(write(x)) = x', () => {
  fc.assert(
    fc.property(anyCarbon, (carbon) => {
      const outer = overWire(stanza('message', { from: 'alice@a.test' }, carbons.writeCarbon(carbon)));
      expect(carbons.readCarbon(outer)).toEqual(carbon);
    }),
  );
});

test('damaged carbons do not throw', () => {
  fc.assert(
    fc.property(
      damaged(anyCarbon.map((carbon) => stanza('message', {}, carbons.writeCarbon(carbon)))),
      (element) => {
        carbons.readCarbon(element);
      },
    ),
  );
});

test('a received carbon (#inbound)', () => {
  const carbon = carbons.readCarbon(wrap(received(inClient(message('juliet@capulet.example/balcony')))));
  expect(carbon?.direction).toBe('received');
  expect(carbon && serialize(carbon.message)).toBe(
    '<message from="juliet@capulet.example/balcony" type="chat"><body>PWN</body></message>',
  );
});

describe('what is no carbon', () => {
  const juliet = inClient(message('juliet@capulet.example'));
  test.each([
    [
      'H08: something forwarded without a wrapper',
      `<forwarded xmlns='urn:xmpp:forward:0'>${juliet}</forwarded>`,
    ],
    [
      'an archive result',
      `<result xmlns='urn:xmpp:mam:2'><forwarded xmlns='urn:xmpp:forward:0'>${juliet}</forwarded></result>`,
    ],
    ['both directions', received(juliet) + received(juliet).replaceAll('received', 'sent')],
    ['two messages', received(juliet + juliet)],
    ['no message', received('')],
    ['a message of another namespace', received(message('juliet@capulet.example'))],
    ['the older namespace', received(juliet).replace('carbons:2', 'carbons:1')],
    ['a wrapper that is nested deeper', `<x xmlns='urn:x'>${received(juliet)}</x>`],
  ])('%s', (_what, content) => {
    expect(carbons.readCarbon(wrap(content))).toBeUndefined();
  });

  test('a broken wrapper is still recognised as one', () => {
    expect(carbons.isCarbon(wrap(received('')))).toBe(true);
    expect(carbons.isCarbon(wrap('<body>hello</body>'))).toBe(false);
  });
});

test('H07: one level is unwrapped; the next one is still wrapped', () => {
  const nested = inClient(
    message('romeo@montague.example', received(inClient(message('juliet@capulet.example')))),
  );
  const carbon = carbons.readCarbon(wrap(received(nested)));
  expect(carbon?.message.attrs['from']).toBe('romeo@montague.example');
  expect(carbon && carbons.isCarbon(carbon.message)).toBe(true);
});

test.each([
  [undefined, true], // H04
  ['alice@a.test', true],
  ['ALICE@A.test', true], // H03: after preparation
  ['alice@a.test/evil', false],
  ['a.test', false],
  ['mallory@evil.example', false],
  ['alice@a.test.evil.example', false],
  ['\u0430lice@a.test', false], // Cyrillic
  ['alice@a.test@evil.example', false],
  ['', false],
])('H01–H04: a carbon from %s is believed: %s', (from, isOwn) => {
  expect(carbons.isFromOwnAccount(from, bare('alice@a.test'))).toBe(isOwn);
});

test('asks for carbons', async () => {
  const wire = scriptedWire("<iq type='result'/>");
  await carbons.askEnable(wire);
  expect(wire.asked).toEqual([{ type: 'set', payload: parseXml("<enable xmlns='urn:xmpp:carbons:2'/>") }]);
});
