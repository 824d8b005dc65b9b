/** XML for codec tests: literals through the project's own parser, and generated trees that look like XMPP gone wrong. */
import fc from 'fast-check';
import { parseStanza } from '../../electron/xmpp/transport/parser.ts';
import { serialize, xml, type Element } from '../../electron/xmpp/xml.ts';
import { readBareJid, readFullJid, type BareJid, type FullJid, type Jid } from '../../shared/jid.ts';
import type { IqRequest, Wire } from '../../electron/xmpp/wire.ts';

/** The element of an XML text in the client namespace. @throws when it is not well formed */
export function parseXml(text: string): Element {
  const element = parseStanza(text);
  if (element === undefined) throw new Error(`not well formed: ${text}`);
  return element;
}

/** The element as the other side gets it: serialised and parsed. */
export function overWire(element: Element): Element {
  return parseXml(serialize(element));
}

/** A wire that answers requests from a list of replies, and remembers what it was asked. */
export function scriptedWire(...replies: (string | Error)[]): Pick<Wire, 'request'> & { asked: IqRequest[] } {
  const asked: IqRequest[] = [];
  return {
    asked,
    request(iq) {
      asked.push(iq);
      const reply = replies[asked.length - 1];
      if (reply === undefined) return Promise.reject(new Error('one request too many'));
      return reply instanceof Error ? Promise.reject(reply) : Promise.resolve(parseXml(reply));
    },
  };
}

// ————— Values ————————————————————————————————————————————————————————————————————————————————————————————————

/** Text that XML can carry: the rest is replaced when it is serialised, so it cannot come back. */
export const text: fc.Arbitrary<string> = fc
  .oneof(
    fc.string({ unit: 'grapheme', maxLength: 20 }),
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom('__proto__', 'constructor', '<a>&amp;', ']]>', ' \t\n ', '\u202Egpj', "'; DROP TABLE"),
  )
  .map((raw) => raw.toWellFormed().replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '?'));
export const nonEmptyText = text.filter((each) => each !== '');

const BARE = [
  'alice@a.test',
  'bob@b.test',
  'mallory@evil.example',
  'a.test',
  '__proto__@b.test',
  'fu\u00DFball@b.test',
];
export const bareJid: fc.Arbitrary<BareJid> = fc
  .constantFrom(...BARE)
  .map((each) => readBareJid(each))
  .filter((each) => each !== undefined);
export const fullJid: fc.Arbitrary<FullJid> = fc
  .tuple(fc.constantFrom(...BARE), fc.constantFrom('d1', 'r', 'hasOwnProperty', 'a b/c@d'))
  .map((parts) => readFullJid(parts.join('/')))
  .filter((each) => each !== undefined);
export const jid: fc.Arbitrary<Jid> = fc.oneof(bareJid, fullJid);

export const time = fc.integer({ min: 0, max: 253_402_300_799_999 });
export function bytes(minLength: number, maxLength: number = minLength): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength, maxLength });
}

/** A prepared bare address. @throws when it is none */
export function bare(address: string): BareJid {
  const prepared = readBareJid(address);
  if (prepared === undefined) throw new Error(`no bare address: ${address}`);
  return prepared;
}

/** A record whose optional keys are absent rather than undefined, as the codecs leave them out. */
export function shape<T extends object>(
  parts: { [P in keyof T]-?: fc.Arbitrary<Exclude<T[P], undefined>> },
  required: readonly (keyof T)[],
): fc.Arbitrary<T> {
  const record: fc.Arbitrary<object> = fc.record(parts, {
    requiredKeys: [...required],
    noNullPrototype: true,
  });
  return record as fc.Arbitrary<T>;
}

// ————— Trees —————————————————————————————————————————————————————————————————————————————————————————————————

const NAMES = [
  ...[
    'message',
    'presence',
    'iq',
    'body',
    'thread',
    'error',
    'query',
    'item',
    'items',
    'event',
    'pubsub',
    'x',
    'c',
  ],
  ...[
    'sent',
    'received',
    'forwarded',
    'delay',
    'encrypted',
    'header',
    'key',
    'iv',
    'payload',
    'list',
    'device',
    'text',
  ],
  ...[
    'bundle',
    'prekeys',
    'preKeyPublic',
    'signedPreKeyPublic',
    'signedPreKeySignature',
    'identityKey',
    'encryption',
  ],
  ...[
    'request',
    'origin-id',
    'stanza-id',
    'store',
    'no-store',
    'composing',
    'active',
    'set',
    'first',
    'count',
    'field',
  ],
  ...[
    'value',
    'feature',
    'identity',
    'group',
    'show',
    'status',
    'priority',
    'retract',
    'purge',
    'delete',
    'publish',
  ],
];
const NAMESPACES = [
  ...[
    'jabber:client',
    'jabber:iq:roster',
    'jabber:x:data',
    'urn:xmpp:hints',
    'urn:xmpp:receipts',
    'urn:xmpp:sid:0',
  ],
  ...[
    'http://jabber.org/protocol/disco#info',
    'http://jabber.org/protocol/rsm',
    'http://jabber.org/protocol/caps',
  ],
  ...['http://jabber.org/protocol/pubsub', 'http://jabber.org/protocol/pubsub#event', 'urn:xmpp:carbons:2'],
  ...[
    'http://jabber.org/protocol/chatstates',
    'urn:xmpp:forward:0',
    'urn:xmpp:delay',
    'urn:xmpp:eme:0',
    'urn:odd',
  ],
  ...[
    'eu.siacs.conversations.axolotl',
    'urn:ietf:params:xml:ns:xmpp-stanzas',
    'http://jabber.org/protocol/muc#user',
  ],
];
const ATTRIBUTES = [
  ...[
    'from',
    'to',
    'id',
    'type',
    'by',
    'node',
    'var',
    'jid',
    'name',
    'ver',
    'hash',
    'stamp',
    'namespace',
    'category',
  ],
  ...[
    'sid',
    'rid',
    'prekey',
    'preKeyId',
    'signedPreKeyId',
    'subscription',
    'ask',
    'publisher',
    'index',
    'xml:lang',
  ],
  ...['__proto__', 'constructor', 'hasOwnProperty'],
];
const VALUES = [
  ...[
    '',
    '0',
    '-1',
    '1',
    '2147483648',
    'NaN',
    '1e400',
    'true',
    'alice@a.test',
    'mal@m.test/x',
    'a@b@c',
    '__proto__',
  ],
  ...[
    '1970-01-01T00:00:00Z',
    '9999-99-99T99:99:99Z',
    'chat',
    'error',
    'both',
    'AAAA',
    'A===',
    '\u202E',
    'submit',
  ],
];

const value = fc.oneof(fc.constantFrom(...VALUES), text);
const attributes = fc.uniqueArray(fc.tuple(fc.constantFrom(...ATTRIBUTES), value), {
  maxLength: 4,
  selector: ([name]) => name,
});

/** Any tree of words that some codec knows, in any order and nesting. */
export const anyElement: fc.Arbitrary<Element> = fc.letrec<{ element: Element }>((tie) => ({
  element: fc
    .tuple(
      fc.constantFrom(...NAMES),
      fc.constantFrom(...NAMESPACES),
      attributes,
      fc.array(fc.oneof({ depthSize: 'small' }, value, tie('element')), { maxLength: 5 }),
    )
    .map(([name, ns, attrs, children]) => ({
      // Without prototype, as the parser leaves them: `__proto__` is a key like any other (H71).
      ...xml(name, ns),
      attrs: Object.assign(Object.create(null) as Record<string, string>, Object.fromEntries(attrs)),
      children: children.filter((each) => each !== ''),
    })),
})).element;

type Damage = readonly [where: number, how: 'drop' | 'double' | 'text' | 'attribute' | 'odd', what: string];

/** The element with a few things in it gone wrong: parts missing, doubled or replaced. */
export function damaged(source: fc.Arbitrary<Element>): fc.Arbitrary<Element> {
  const damage: fc.Arbitrary<Damage> = fc.tuple(
    fc.nat(1_000),
    fc.constantFrom('drop', 'double', 'text', 'attribute', 'odd'),
    value,
  );
  return fc
    .tuple(source, fc.array(damage, { minLength: 1, maxLength: 4 }))
    .map(([element, damages]) => damages.reduce(applyDamage, element));
}

function applyDamage(element: Element, [where, how, what]: Damage): Element {
  const { children } = element;
  const at = where % (children.length + 1);
  const target = children[at];
  if (target === undefined) {
    const names = Object.keys(element.attrs);
    const name = names[where % (names.length || 1)] ?? 'id';
    const attrs = Object.assign(Object.create(null) as Record<string, string>, element.attrs);
    if (how === 'drop') Reflect.deleteProperty(attrs, name);
    else attrs[name] = what;
    return { ...element, attrs };
  }
  const inner = typeof target === 'string' ? what : applyDamage(target, [Math.floor(where / 3), how, what]);
  const replaced = {
    drop: [],
    double: [target, target],
    text: [what],
    attribute: [inner],
    odd: [inner, what],
  }[how];
  return { ...element, children: [...children.slice(0, at), ...replaced, ...children.slice(at + 1)] };
}
