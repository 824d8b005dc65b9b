import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Initiation } from '../../electron/xmpp/xep/xep0353.ts';
import type { Reactions } from '../../electron/xmpp/xep/xep0444.ts';
import {
  readMessage,
  withContent,
  writeMessage,
  type Message,
  type MessageError,
} from '../../electron/xmpp/message.ts';
import { chatStates } from '../../electron/xmpp/xep/xep0085.ts';
import type { Encrypted } from '../../electron/xmpp/xep/xep0384.ts';
import type { Encrypted as Encrypted2 } from '../../electron/xmpp/xep/xep0384-2.ts';
import type { Retraction } from '../../electron/xmpp/xep/xep0424.ts';
import { serialize, xml } from '../../electron/xmpp/xml.ts';
import {
  bare,
  bareJid,
  bytes,
  damaged,
  jid,
  nonEmptyText,
  overWire,
  parseXml,
  shape,
  text,
  time,
} from '../support/xml.ts';

const deviceId = fc.integer({ min: 1, max: 2 ** 31 - 1 });
const legacy: fc.Arbitrary<Encrypted> = fc.record({
  device: deviceId,
  keys: fc.array(fc.record({ device: deviceId, isPreKey: fc.boolean(), data: bytes(1, 40) }), {
    maxLength: 3,
  }),
  iv: bytes(12),
  payload: bytes(0, 40),
});
const omemo2: fc.Arbitrary<Encrypted2> = fc.record({
  device: deviceId,
  keys: fc
    .array(fc.record({ device: deviceId, isKeyExchange: fc.boolean(), data: bytes(1, 40) }), { maxLength: 3 })
    .map((keys) => keys.map((key) => ({ ...key, address: bare('romeo@montague.example') }))),
  payload: bytes(0, 40),
});
const encrypted = fc.oneof(fc.record({ legacy }), fc.record({ omemo2 }), fc.record({ legacy, omemo2 }));
const always = {
  stanzaIds: fc.array(fc.record({ by: jid, id: nonEmptyText }), { maxLength: 3 }),
  hasUnsupportedEncryption: fc.constant(false),
  hasMalformedEncryption: fc.constant(false),
};
const alwaysKeys = ['type', 'stanzaIds', 'hasUnsupportedEncryption', 'hasMalformedEncryption'] as const;
const ids = { from: jid, to: jid, id: nonEmptyText, originId: nonEmptyText };

const anyContent: fc.Arbitrary<Message> = shape<
  Omit<Message, 'error' | 'invitation' | 'moderation' | 'mentions'>
>(
  {
    ...always,
    ...ids,
    type: fc.constantFrom('chat', 'normal', 'groupchat', 'headline'),
    body: text,
    thread: text,
    subject: text,
    delay: fc.record({ from: jid, at: time }),
    receiptRequested: fc.boolean(),
    receiptFor: nonEmptyText,
    isMarkable: fc.boolean(),
    displayed: nonEmptyText,
    chatState: fc.constantFrom(...chatStates),
    encrypted,
    encryptionHint: fc.constant({ namespace: 'eu.siacs.conversations.axolotl', name: 'OMEMO' }),
    hasRoomMark: fc.boolean(),
    storeHint: fc.constantFrom('store', 'no-store', 'no-permanent-store'),
    isUnstyled: fc.constant(true as const),
    spoiler: text.map((each) => each.trim()),
    outOfBand: fc.constant({ url: 'https://d.test/1/a.jpg', description: 'a photo' }),
    files: fc.array(
      fc.record({
        metadata: fc.record({ name: nonEmptyText, size: fc.nat(), hashes: fc.constant([]) }),
        addresses: fc.constant(['https://d.test/1/a.jpg']),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    replaces: nonEmptyText,
    retraction: shape<Retraction>({ target: nonEmptyText, hasStandIn: fc.constant(true) }, ['target']),
    reply: fc.record({ id: nonEmptyText, author: bareJid }),
    quotes: fc.constant([{ start: 0, end: 5 }]),
    reactions: shape<Reactions>(
      {
        target: nonEmptyText,
        emojis: fc.uniqueArray(fc.constantFrom('👍', '❤️', '🏳️‍🌈')),
        hasStandIn: fc.constant(true),
      },
      ['target', 'emojis'],
    ),
    initiation: shape<Omit<Initiation, 'media'>>(
      {
        kind: fc.constant('finish' as const),
        sid: nonEmptyText,
        reason: fc.constantFrom('success', 'expired'),
        isTieBreak: fc.constant(true as const),
        migratedTo: nonEmptyText,
        device: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
      },
      ['kind', 'sid'],
    ),
    event: fc.record({
      node: nonEmptyText,
      items: fc.array(
        fc.record({ id: text, payload: text.map((each) => overWire(xml('x', 'urn:x', {}, each))) }),
      ),
      retracted: fc.array(text),
    }),
  },
  [...alwaysKeys, 'receiptRequested', 'isMarkable', 'hasRoomMark'],
)
  // What is quoted counts only beside a reply.
  .map(({ quotes, ...rest }) => (rest.reply && quotes ? { ...rest, quotes } : rest))
  // A subject counts only in a room, and without words beside it.
  .map(({ subject, ...rest }) => {
    if (rest.type !== 'groupchat' || rest.body !== undefined || rest.thread !== undefined) return rest;
    return subject === undefined ? rest : { ...rest, subject };
  });
const condition = fc.constantFrom('forbidden', 'item-not-found');
const anyError: fc.Arbitrary<Message> = shape<ErrorMessage>(
  {
    ...always,
    ...ids,
    type: fc.constant('error'),
    receiptRequested: fc.constant(false),
    isMarkable: fc.constant(false),
    hasRoomMark: fc.constant(false),
    error: shape<MessageError>({ condition, type: text, text }, ['condition', 'type']),
  },
  [...alwaysKeys, 'receiptRequested', 'isMarkable', 'hasRoomMark', 'error'],
);
type ErrorMessage = Pick<
  Message,
  | keyof typeof always
  | keyof typeof ids
  | 'type'
  | 'receiptRequested'
  | 'isMarkable'
  | 'hasRoomMark'
  | 'error'
>;

test('read(write(x)) = x', () => {
  fc.assert(
    fc.property(fc.oneof(anyContent, anyError), (message) => {
      expect(readMessage(overWire(writeMessage(message)))).toEqual(message);
    }),
    { numRuns: 500 },
  );
});

test('damaged messages do not throw, and none becomes our own account’s by losing its sender’s meaning', () => {
  fc.assert(
    fc.property(damaged(fc.oneof(anyContent, anyError).map(writeMessage)), (element) => {
      const message = readMessage(element);
      if (message !== undefined) expect(message.from !== undefined).toBe('from' in element.attrs);
    }),
    { numRuns: 1_000 },
  );
});

const NONE = {
  stanzaIds: [],
  receiptRequested: false,
  isMarkable: false,
  hasUnsupportedEncryption: false,
  hasMalformedEncryption: false,
  hasRoomMark: false,
};

test('a message as people send it', () => {
  const element = parseXml(`
    <message from='Romeo@montague.lit/orchard' to='juliet@capulet.lit' type='chat' id='richard2-4.1.247' xml:lang='en'>
      <body>Wherefore art thou, Romeo?</body>
      <body xml:lang='cs'>Pro&#x010D;e&#x017D; jsi ty, Romeo?</body>
      <thread>e0ffe42b28561960c6b12b944a092794b9683a38</thread>
      <request xmlns='urn:xmpp:receipts'/>
      <active xmlns='http://jabber.org/protocol/chatstates'/>
      <origin-id xmlns='urn:xmpp:sid:0' id='de305d54'/>
      <stanza-id xmlns='urn:xmpp:sid:0' by='juliet@capulet.lit' id='5f3dbc5e'/>
      <html xmlns='http://jabber.org/protocol/xhtml-im'><body xmlns='http://www.w3.org/1999/xhtml'>PWN</body></html>
    </message>`);
  expect(readMessage(element)).toEqual({
    ...NONE,
    from: 'romeo@montague.lit/orchard',
    to: 'juliet@capulet.lit',
    type: 'chat',
    id: 'richard2-4.1.247',
    body: 'Wherefore art thou, Romeo?',
    thread: 'e0ffe42b28561960c6b12b944a092794b9683a38',
    receiptRequested: true,
    chatState: 'active',
    originId: 'de305d54',
    stanzaIds: [{ by: 'juliet@capulet.lit', id: '5f3dbc5e' }],
  });
});

test('of translations only, the first is read', () => {
  const element = parseXml(
    "<message><body xml:lang='de'>eins</body><body xml:lang='en'>one</body></message>",
  );
  expect(readMessage(element)?.body).toBe('eins');
});

test('an error is only that: the rest of it is an echo (RFC 6120 §8.3.1)', () => {
  const element = parseXml(`
    <message from='bob@b.test' type='error' id='m1'>
      <body>what I wrote</body>
      <request xmlns='urn:xmpp:receipts'/>
      <received xmlns='urn:xmpp:receipts' id='m0'/>
      <composing xmlns='http://jabber.org/protocol/chatstates'/>
      <origin-id xmlns='urn:xmpp:sid:0' id='m1'/>
      <error type='cancel' by='b.test'>
        <gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>xmpp:bob@c.test</gone>
        <text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas' xml:lang='en'>Moved away</text>
        <blocked xmlns='urn:xmpp:blocking:errors'/>
      </error>
    </message>`);
  expect(readMessage(element)).toEqual({
    ...NONE,
    from: 'bob@b.test',
    type: 'error',
    id: 'm1',
    originId: 'm1',
    error: { condition: 'gone', type: 'cancel', text: 'Moved away' },
  });
  expect(readMessage(parseXml("<message type='error'/>"))?.error).toEqual({
    condition: 'undefined-condition',
    type: 'cancel',
  });
});

test('what we send is written in the order that people read it', () => {
  const sent = writeMessage({
    to: 'bob@b.test',
    type: 'chat',
    id: 'm1',
    originId: 'm1',
    body: 'hello',
    receiptRequested: true,
    chatState: 'active',
    encryptionHint: { namespace: 'eu.siacs.conversations.axolotl', name: 'OMEMO' },
    storeHint: 'store',
  });
  expect(serialize(sent)).toBe(
    '<message to="bob@b.test" id="m1" type="chat"><body>hello</body>' +
      '<encryption xmlns="urn:xmpp:eme:0" namespace="eu.siacs.conversations.axolotl"/>' +
      '<origin-id xmlns="urn:xmpp:sid:0" id="m1"/><request xmlns="urn:xmpp:receipts"/>' +
      '<active xmlns="http://jabber.org/protocol/chatstates"/><store xmlns="urn:xmpp:hints"/></message>',
  );
});

describe('withContent', () => {
  const NS_STATES = 'http://jabber.org/protocol/chatstates';
  const read = readMessage(
    parseXml(
      `<message xmlns='jabber:client' from='a@b.example/c' to='d@e.example' type='chat' id='1'>
           <body>filler</body><thread>outside</thread><store xmlns='urn:xmpp:hints'/>
           <composing xmlns='${NS_STATES}'/><request xmlns='urn:xmpp:receipts'/>
           <origin-id xmlns='urn:xmpp:sid:0' id='1'/></message>`,
    ),
  );
  if (read === undefined) throw new Error('that is a message');
  const outside = read;

  it('takes what is said from inside alone, and what servers read from outside', () => {
    const inside = [xml('thread', 'jabber:client', {}, 'inside'), xml('active', NS_STATES)];
    expect(withContent(outside, inside)).toMatchObject({
      from: 'a@b.example/c',
      type: 'chat',
      id: '1',
      originId: '1',
      storeHint: 'store',
      receiptRequested: true,
      thread: 'inside',
      chatState: 'active',
    });
    expect(withContent(outside, inside)).not.toHaveProperty('body');
    expect(withContent(outside, [])).not.toHaveProperty('thread');
    expect(withContent(outside, []).chatState).toBe('composing');
  });
});

test('what was said in an envelope answers, changes and takes back nothing from outside of it (H36)', () => {
  const outside = parseXml(`
    <message from='bob@b.test/r' to='a@a.test' type='chat' id='m2'>
      <reply xmlns='urn:xmpp:reply:0' id='m1'/>
      <fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='0' end='3'/></fallback>
      <replace xmlns='urn:xmpp:message-correct:0' id='m1'/>
      <retract xmlns='urn:xmpp:message-retract:1' id='m1'/>
    </message>`);
  const message = readMessage(outside);
  if (message === undefined) throw new Error('it is a message');
  expect(message).toMatchObject({ replaces: 'm1', retraction: { target: 'm1' }, reply: { id: 'm1' } });
  const content = withContent(message, []);
  for (const part of ['reply', 'quotes', 'replaces', 'retraction']) expect(content).not.toHaveProperty(part);
  const inside = withContent(message, [xml('replace', 'urn:xmpp:message-correct:0', { id: 'm0' })]);
  expect(inside.replaces).toBe('m0');
});
