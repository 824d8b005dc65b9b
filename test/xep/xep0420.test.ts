import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  readEnvelope,
  writeEnvelope,
  type Envelope,
  type Surroundings,
} from '../../electron/xmpp/xep/xep0420.ts';
import { serialize, xml } from '../../electron/xmpp/xml.ts';
import { anyElement, bare, bareJid, damaged, overWire, parseXml, shape } from '../support/xml.ts';

const NS = 'urn:xmpp:sce:1';
const ROMEO = bare('romeo@montague.lit');
const JULIET = bare('juliet@capulet.lit');
const AT = Date.UTC(2004, 0, 25, 5, 5, 0);
const DAY = 24 * 3_600_000;
const around: Surroundings = { from: ROMEO, to: JULIET, at: AT, required: ['rpad'] };

const body = (text: string): string => `<body xmlns='jabber:client'>${text}</body>`;
const envelope = (parts: string, content = body('Hello World!')): ReturnType<typeof parseXml> =>
  parseXml(`<envelope xmlns='${NS}'><content>${content}</content>${parts}</envelope>`);
const noRandom = (): number => 0;

test('an envelope of the documents (XEP-0384 #sce, XEP-0420 #affix_elements)', () => {
  const read = readEnvelope(
    envelope(
      `<rpad>C1DHN9HK-9A25tSmwK4hU!Jji9%GKYK^syIlHJT9TnI4</rpad><from jid='romeo@montague.lit'/>` +
        `<to jid='juliet@capulet.lit'/><time stamp='2004-01-25T06:05:00+01:00'/>`,
    ),
    around,
  );
  expect(read).toEqual({ content: [parseXml(body('Hello World!'))], from: ROMEO, to: JULIET, at: AT });
});

test('an address with a resource stands for the person, as in the examples', () => {
  const affixes = `<rpad/><from jid='romeo@montague.lit/pda'/><to jid='juliet@capulet.lit/balcony'/>`;
  expect(readEnvelope(envelope(affixes), around)).toMatchObject({ from: ROMEO, to: JULIET });
});

test('read(write(x)) = x', () => {
  const content = fc.array(
    fc.constantFrom(body('a'), body('<x/>'.replaceAll('<', '&lt;')), "<store xmlns='urn:odd'/>"),
    {
      maxLength: 3,
    },
  );
  const any = shape<Envelope>(
    {
      content: content.map((each) => each.map(parseXml)),
      from: bareJid,
      to: bareJid,
      at: fc.nat({ max: 2 ** 40 }),
    },
    ['content'],
  );
  fc.assert(
    fc.property(any, fc.nat(), (value, seed) => {
      const { from = ROMEO, to = JULIET, at = AT } = value;
      const written = overWire(writeEnvelope(value, (below) => seed % below));
      expect(readEnvelope(written, { from, to, at, required: ['rpad'] })).toEqual(value);
    }),
  );
});

describe('the padding', () => {
  const length = (text: string, random: (below: number) => number): number =>
    Buffer.byteLength(
      serialize(writeEnvelope({ content: [xml('body', 'jabber:client', {}, text)] }, random)),
    );

  test('makes short messages equally long, and then longer by chance', () => {
    expect(['', 'no', 'yes', 'perhaps tomorrow, ünless'].map((text) => length(text, noRandom))).toEqual([
      512, 512, 512, 512,
    ]);
    expect(length('yes', (below) => below - 1)).toBe(712);
    expect(length('x'.repeat(600), noRandom)).toBeLessThan(750);
  });

  test('of others may be empty or very long', () => {
    for (const padding of ['<rpad/>', `<rpad>${'x'.repeat(100_000)}</rpad>`]) {
      expect(readEnvelope(envelope(padding), around)?.content).toHaveLength(1);
    }
  });
});

test.each([
  ['another element', `<content xmlns='${NS}'/>`],
  ['another namespace', `<envelope xmlns='urn:xmpp:sce:0'><content/><rpad/></envelope>`],
  ['no content', `<envelope xmlns='${NS}'><rpad/></envelope>`],
  ['content twice', `<envelope xmlns='${NS}'><content/><content/><rpad/></envelope>`],
  ['content of another namespace', `<envelope xmlns='${NS}'><content xmlns='urn:x'/><rpad/></envelope>`],
  ...[
    ['no padding', ''],
    ['an address twice', `<rpad/><from jid='${ROMEO}'/><from jid='${ROMEO}'/>`],
    ['a time twice', `<rpad/><time stamp='2004-01-25T05:05:00Z'/><time stamp='2004-01-25T05:05:00Z'/>`],
    ['another sender', `<rpad/><from jid='mallory@evil.example'/>`],
    ['no sender in the element', '<rpad/><from/>'],
    ['a sender that is no address', `<rpad/><from jid='@'/>`],
    ['another recipient', `<rpad/><to jid='room@conference.capulet.lit'/>`],
    ['a recipient that is no address', `<rpad/><to jid=''/>`],
    ['a time that is none', `<rpad/><time stamp='yesterday'/>`],
    ['no time in the element', '<rpad/><time/>'],
    ['a time two days before', `<rpad/><time stamp='2004-01-23T05:05:00Z'/>`],
    ['a time two days after', `<rpad/><time stamp='2004-01-27T05:05:00Z'/>`],
  ].map(([what, affixes]) => [
    what,
    `<envelope xmlns='${NS}'><content>${body('hi')}</content>${affixes ?? ''}</envelope>`,
  ]),
])('refused: %s', (_what, text) => {
  expect(readEnvelope(parseXml(text ?? ''), around)).toBeUndefined();
});

test('in a room it has to say to whom it is', () => {
  const required = ['rpad', 'to'] as const;
  expect(readEnvelope(envelope('<rpad/>'), { ...around, required })).toBeUndefined();
  expect(readEnvelope(envelope(`<rpad/><to jid='${JULIET}'/>`), { ...around, required })).toBeDefined();
});

test('a clock that is wrong by a time zone is no attack', () => {
  const stamp = new Date(AT - DAY + 1_000).toISOString();
  expect(readEnvelope(envelope(`<rpad/><time stamp='${stamp}'/>`), around)?.at).toBe(AT - DAY + 1_000);
});

test('affixes that nobody knows are ignored, and text between is nothing', () => {
  expect(readEnvelope(envelope(` <rpad/> <mood xmlns='${NS}'/> <x xmlns='urn:x'/> hello `), around)).toEqual({
    content: [parseXml(body('Hello World!'))],
  });
});

test.each([
  `<store xmlns='urn:xmpp:hints'/>`,
  `<stanza-id xmlns='urn:xmpp:sid:0' by='juliet@capulet.lit' id='1'/>`,
  `<addresses xmlns='http://jabber.org/protocol/address'/>`,
  `<encryption xmlns='urn:xmpp:eme:0' namespace='urn:xmpp:omemo:2'/>`,
  `<delay xmlns='urn:xmpp:delay' stamp='2004-01-25T05:05:00Z'/>`,
  `<sent xmlns='urn:xmpp:carbons:2'/>`,
  `<result xmlns='urn:xmpp:mam:2'/>`,
  `<x xmlns='http://jabber.org/protocol/muc#user'/>`,
  `<envelope xmlns='${NS}'><content>${body('inner')}</content></envelope>`,
  `<encrypted xmlns='urn:xmpp:omemo:2'/>`,
  `<encrypted xmlns='eu.siacs.conversations.axolotl'/>`,
])('left out on both ways: %s', (forbidden) => {
  const read = readEnvelope(envelope('<rpad/>', `${forbidden}${body('hi')}`), around);
  expect(read?.content).toEqual([parseXml(body('hi'))]);
  const written = writeEnvelope({ content: [parseXml(forbidden), parseXml(body('hi'))] }, noRandom);
  expect(readEnvelope(written, around)?.content).toEqual([parseXml(body('hi'))]);
});

test('an origin id and an opt-out stay', () => {
  const allowed = `<origin-id xmlns='urn:xmpp:sid:0' id='1'/><opt-out xmlns='urn:xmpp:omemo:2'/>`;
  expect(readEnvelope(envelope('<rpad/>', allowed), around)?.content).toHaveLength(2);
});

test('damaged envelopes do not throw', () => {
  const source = anyElement.map((element) =>
    writeEnvelope({ content: [element], from: ROMEO, at: AT }, noRandom),
  );
  fc.assert(
    fc.property(damaged(source), (element) => {
      const read = readEnvelope(element, around);
      if (read?.from !== undefined) expect(read.from).toBe(ROMEO);
    }),
  );
});
