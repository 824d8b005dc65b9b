import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readPresence, writePresence, type Presence } from '../../electron/xmpp/xep/presence.ts';
import { writeCapabilities, type Capabilities } from '../../electron/xmpp/xep/xep0115.ts';
import { writeHashSet } from '../../electron/xmpp/xep/xep0390.ts';
import { serialize } from '../../electron/xmpp/xml.ts';
import { bytes, damaged, jid, nonEmptyText, overWire, parseXml, shape, time } from '../support/xml.ts';

const capabilities = shape<Capabilities>({ hash: nonEmptyText, node: nonEmptyText, version: nonEmptyText }, [
  'node',
  'version',
]);
const hashSet = fc.uniqueArray(
  fc.record({
    algorithm: nonEmptyText,
    value: bytes(1, 64).map((each) => Buffer.from(each).toString('base64')),
  }),
  { minLength: 1, maxLength: 3, selector: ({ algorithm }) => algorithm },
);
const photo = fc.constantFrom('', 'da39a3ee5e6b4b0d3255bfef95601890afd80709');
const idleSince = time.map((at) => Math.floor(at / 1_000) * 1_000);
const common = {
  idleSince,
  from: jid,
  to: jid,
  id: nonEmptyText,
  status: nonEmptyText,
  capabilities,
  hashSet,
  photo,
};
const priority = fc.integer({ min: -128, max: 127 });
const anyPresence: fc.Arbitrary<Presence> = fc.oneof(
  shape<Omit<Presence, 'delay'>>(
    {
      ...common,
      type: fc.constant('available'),
      availability: fc.constantFrom('online', 'chat', 'away', 'xa', 'dnd'),
      priority,
    },
    ['type', 'availability', 'priority'],
  ),
  shape<Omit<Presence, 'delay'>>(
    {
      ...common,
      type: fc.constantFrom(
        'unavailable',
        'subscribe',
        'subscribed',
        'unsubscribe',
        'unsubscribed',
        'probe',
        'error',
      ),
      availability: fc.constant('offline'),
      priority,
    },
    ['type', 'availability', 'priority'],
  ),
);

function written(presence: Presence): ReturnType<typeof writePresence> {
  const { capabilities: described, hashSet: hashes, ...rest } = presence;
  const elements = [described && writeCapabilities(described), hashes && writeHashSet(hashes)];
  return writePresence({ ...rest, capabilities: elements.filter((element) => element !== undefined) });
}

test('read(write(x)) = x', () => {
  fc.assert(
    fc.property(anyPresence, (presence) => {
      expect(readPresence(overWire(written(presence)))).toEqual(presence);
    }),
  );
});

test('a presence of the documents (RFC 6121 §4.7, XEP-0203 #examples, XEP-0115 #howitworks)', () => {
  const presence = parseXml(`
    <presence from='Juliet@capulet.com/balcony' to='romeo@montague.net'>
      <status>anon!</status>
      <show> xa </show>
      <priority>1</priority>
      <delay xmlns='urn:xmpp:delay' from='juliet@capulet.com/balcony' stamp='2002-09-10T23:41:07Z'/>
      <c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='http://code.google.com/p/exodus'
         ver='QgayPKawpkPSDYmwT/WM94uAlu0='/>
    </presence>`);
  expect(readPresence(presence)).toEqual({
    from: 'juliet@capulet.com/balcony',
    to: 'romeo@montague.net',
    type: 'available',
    availability: 'xa',
    status: 'anon!',
    priority: 1,
    delay: { from: 'juliet@capulet.com/balcony', at: Date.UTC(2002, 8, 10, 23, 41, 7) },
    capabilities: {
      hash: 'sha-1',
      node: 'http://code.google.com/p/exodus',
      version: 'QgayPKawpkPSDYmwT/WM94uAlu0=',
    },
  });
});

test.each([
  ['an unknown show and priority', '<show>asleep</show><priority>999</priority>'],
  ['no numbers', '<priority>one</priority>'],
  ['fractions', '<priority>1.5</priority>'],
  ['elements of other namespaces', "<show xmlns='urn:x'>dnd</show><status xmlns='urn:x'>PWN</status>"],
])('%s are as good as none', (_what, content) => {
  expect(readPresence(parseXml(`<presence from='bob@b.test/r'>${content}</presence>`))).toEqual({
    from: 'bob@b.test/r',
    type: 'available',
    availability: 'online',
    priority: 0,
  });
});

test.each([
  ['an unknown type', "<presence from='bob@b.test/r' type='invisible'/>"],
  ['a malformed sender, which must not pass for our own account', "<presence from='a@b@c'/>"],
  ['an empty sender', "<presence from=''/>"],
  ['a malformed recipient', "<presence to='@'/>"],
  ['another element', "<message from='bob@b.test/r'/>"],
  ['another namespace', "<presence xmlns='jabber:server' from='bob@b.test/r'/>"],
])('refused: %s', (_what, stanza) => {
  expect(readPresence(parseXml(stanza))).toBeUndefined();
});

test('a status is cut, also in the middle of a character', () => {
  const long = `${'x'.repeat(1_023)}\u{1F600}`;
  expect(readPresence(parseXml(`<presence><status>${long}</status></presence>`))?.status).toBe(
    `${'x'.repeat(1_023)}\uFFFD`,
  );
});

test('what we send', () => {
  expect(serialize(writePresence({ type: 'subscribe', to: 'bob@b.test' }))).toBe(
    '<presence to="bob@b.test" type="subscribe"/>',
  );
  expect(serialize(writePresence({ availability: 'away', status: 'lunch', priority: 5 }))).toBe(
    '<presence><show>away</show><status>lunch</status><priority>5</priority></presence>',
  );
});

test('damaged presences do not throw', () => {
  fc.assert(
    fc.property(damaged(anyPresence.map(written)), (element) => {
      readPresence(element);
    }),
  );
});
