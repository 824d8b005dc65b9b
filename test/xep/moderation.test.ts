/** Who speaks in a room, who takes back what they said, and whether we are still there to hear it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StanzaError, WireClosed } from '../../electron/xmpp/wire.ts';
import * as selfPing from '../../electron/xmpp/xep/xep0410.ts';
import * as occupant from '../../electron/xmpp/xep/xep0421.ts';
import * as retraction from '../../electron/xmpp/xep/xep0424.ts';
import * as moderation from '../../electron/xmpp/xep/xep0425.ts';
import { serialize, stanza, xml } from '../../electron/xmpp/xml.ts';
import { bare, damaged, jid, nonEmptyText, overWire, parseXml, scriptedWire, shape } from '../support/xml.ts';

const coven = bare('coven@chat.shakespeare.lit');
const reason = nonEmptyText.map((each) => each.trim()).filter((each) => each !== '');
const id = fc.stringMatching(/^[!-~]{1,60}$/);
const done = "<iq type='result'/>";

// ————— Ids of occupants —————————————————————————————————————————————————————————————————————————————————————

const occupantId = (value: string): string => `<occupant-id xmlns='urn:xmpp:occupant-id:0' id='${value}'/>`;
test.each([
  [occupantId('dd72603deec90a38ba552f7c68cbcc61bca202cd'), 'dd72603deec90a38ba552f7c68cbcc61bca202cd'],
  [occupantId('x'.repeat(128)), 'x'.repeat(128)],
  [occupantId('x'.repeat(129)), undefined],
  [occupantId(''), undefined],
  // #rules: not more than one; which of two is the forged one, nobody knows.
  [occupantId('a') + occupantId('b'), undefined],
  ["<occupant-id xmlns='urn:x' id='a'/>", undefined],
  ['', undefined],
])('the occupant of %s', (inner, expected) => {
  expect(occupant.readOccupantId(parseXml(`<presence>${inner}</presence>`))).toBe(expected);
});

// ————— Moderation ———————————————————————————————————————————————————————————————————————————————————————————

const RETRACT_NOW = retraction.NS;
const RETRACT_OLDER = 'urn:xmpp:message-retract:0';
const FASTEN = 'urn:xmpp:fasten:0';

/** As rooms write it. */
function writeModeration(
  { target, ...rest }: moderation.Moderation,
  protocol: moderation.Protocol = 'current',
): ReturnType<typeof xml> {
  const { by, occupantId, reason } = rest;
  const id = occupantId !== undefined && occupant.writeOccupantId(occupantId);
  if (protocol === 'current') {
    return xml(
      'retract',
      RETRACT_NOW,
      { id: target },
      xml('moderated', moderation.NS, { by }, id),
      reason !== undefined && xml('reason', RETRACT_NOW, {}, reason),
    );
  }
  return xml(
    'apply-to',
    FASTEN,
    { id: target },
    xml(
      'moderated',
      moderation.NS_OLDER,
      { by },
      xml('retract', RETRACT_OLDER),
      id,
      reason !== undefined && xml('reason', moderation.NS_OLDER, {}, reason),
    ),
  );
}

const moderated = shape<moderation.Moderation>({ target: id, by: jid, occupantId: id, reason }, ['target']);

test('moderation: read(write(x)) = x in both protocols, and no retraction of the author', () => {
  fc.assert(
    fc.property(moderated, fc.constantFrom('current' as const, 'older' as const), (value, protocol) => {
      const message = overWire(stanza('message', {}, writeModeration(value, protocol)));
      expect(moderation.readModeration(message)).toEqual(value);
      expect(retraction.readRetraction(message)).toBeUndefined();
    }),
  );
});

test('damaged moderation does not throw', () => {
  const both = fc
    .tuple(moderated, fc.constantFrom('current' as const, 'older' as const))
    .map(([value, protocol]) => stanza('message', {}, writeModeration(value, protocol)));
  fc.assert(
    fc.property(damaged(both), (element) => {
      moderation.readModeration(element);
    }),
  );
});

const RETRACT = "xmlns='urn:xmpp:message-retract:1'";
const MODERATED = "xmlns='urn:xmpp:message-moderate:1'";
test.each([
  [
    `<retract id='stanza-id-1' ${RETRACT}><moderated by='room@muc.example.com/macbeth' ${MODERATED}>${occupantId('dd72')}</moderated>
      <reason>This message contains inappropriate content for this forum</reason></retract>`,
    {
      target: 'stanza-id-1',
      by: 'room@muc.example.com/macbeth',
      occupantId: 'dd72',
      reason: 'This message contains inappropriate content for this forum',
    },
  ],
  [`<retract id='s' ${RETRACT}><moderated ${MODERATED}/></retract>`, { target: 's' }],
  [`<retract id='s' ${RETRACT}><moderated by='a@b@c' ${MODERATED}/></retract>`, { target: 's' }],
  // Both protocols in one message, as services in transition write it
  [
    `<apply-to xmlns='urn:xmpp:fasten:0' id='old'><moderated xmlns='urn:xmpp:message-moderate:0'>
       <retract xmlns='urn:xmpp:message-retract:0'/></moderated></apply-to>
     <retract id='new' ${RETRACT}><moderated ${MODERATED}/></retract>`,
    { target: 'new' },
  ],
  [`<retract id='s' ${RETRACT}/>`, undefined],
  [`<retract ${RETRACT}><moderated ${MODERATED}/></retract>`, undefined],
  [`<retract id='' ${RETRACT}><moderated ${MODERATED}/></retract>`, undefined],
  [`<retract id='s' ${RETRACT}><moderated xmlns='urn:x'/></retract>`, undefined],
  [
    `<apply-to xmlns='urn:xmpp:fasten:0' id='s'><moderated xmlns='urn:xmpp:message-moderate:0'/></apply-to>`,
    undefined,
  ],
])('the moderation in %s', (inner, expected) => {
  expect(moderation.readModeration(parseXml(`<message type='groupchat'>${inner}</message>`))).toEqual(
    expected,
  );
});

test('asks a room to moderate in the protocol that it speaks', async () => {
  const wire = scriptedWire(done, done);
  await moderation.askModerate(wire, coven, 'stanza-id-1', { reason: 'spam' });
  await moderation.askModerate(wire, coven, 'stanza-id-1', { protocol: 'older', reason: 'spam' });
  expect(wire.asked.map(({ type, to, payload }) => `${type} ${to} ${serialize(payload)}`)).toEqual([
    `set ${coven} <moderate xmlns="urn:xmpp:message-moderate:1" id="stanza-id-1">` +
      '<retract xmlns="urn:xmpp:message-retract:1"/><reason>spam</reason></moderate>',
    `set ${coven} <apply-to xmlns="urn:xmpp:fasten:0" id="stanza-id-1"><moderate xmlns="urn:xmpp:message-moderate:0">` +
      '<retract xmlns="urn:xmpp:message-retract:0"/><reason>spam</reason></moderate></apply-to>',
  ]);
});

// ————— Are we still inside? —————————————————————————————————————————————————————————————————————————————————

test.each([
  ['an answer', done, 'joined'],
  ['another client that does not answer pings', new StanzaError('service-unavailable', 'cancel'), 'joined'],
  ['the same', new StanzaError('feature-not-implemented', 'cancel'), 'joined'],
  ['a nickname just changed', new StanzaError('item-not-found', 'cancel'), 'joined'],
  ['the refusal of the document', new StanzaError('not-acceptable', 'cancel'), 'not-joined'],
  ['that of other services', new StanzaError('not-allowed', 'cancel'), 'not-joined'],
  ['one nobody thought of', new StanzaError('bad-request', 'modify'), 'not-joined'],
  ['a server out of reach', new StanzaError('remote-server-not-found', 'cancel'), 'unknown'],
  ['a slow one', new StanzaError('remote-server-timeout', 'wait'), 'unknown'],
  ['silence', new WireClosed('time'), 'unknown'],
])('after %s', async (_what, reply, expected) => {
  const wire = scriptedWire(reply);
  expect(await selfPing.askSelfPing(wire, coven, 'JuliC', 5_000)).toBe(expected);
  expect(wire.asked).toEqual([
    { type: 'get', to: `${coven}/JuliC`, payload: xml('ping', 'urn:xmpp:ping'), timeout: 5_000 },
  ]);
});

test('a ping to nobody is not sent, and a fault of ours is not hidden', async () => {
  const wire = scriptedWire(new TypeError('ours'));
  expect(await selfPing.askSelfPing(wire, coven, ' ')).toBe('unknown');
  expect(wire.asked).toEqual([]);
  await expect(selfPing.askSelfPing(wire, coven, 'JuliC')).rejects.toThrow('ours');
});
