/**
 * XEP-0420 Stanza Content Encryption, version 0.5.0: the envelope that `urn:xmpp:omemo:2` encrypts.
 * https://xmpp.org/extensions/xep-0420.html
 * The elements only; what is around them is told by the caller, who knows it to be true.
 */
import { bareOf, type BareJid } from '../../../shared/jid.ts';
import { child, childElements, is, serialize, xml, type Element } from '../xml.ts';
import { readDateTime, writeDateTime } from './xep0082.ts';

export const NS = 'urn:xmpp:sce:1';
export const features: readonly string[] = [];

/** What may be said of a stanza inside its own encryption (#affix_elements). */
export type Affix = 'rpad' | 'time' | 'to' | 'from';

/** The stanza around, as the engine knows it after checking who sent it. */
export interface Surroundings {
  readonly from: BareJid;
  /** The person or the room. */
  readonly to: BareJid;
  /** When it was sent, in milliseconds since 1970. */
  readonly at: number;
  /** What the encryption's profile demands. */
  readonly required: readonly Affix[];
}

export interface Envelope {
  /** What takes the place of the encrypted element. */
  readonly content: readonly Element[];
  readonly from?: BareJid;
  readonly to?: BareJid;
  /** When it was encrypted, in milliseconds since 1970. */
  readonly at?: number;
}

/** How far the clock inside may be from the one outside: people's clocks are wrong by time zones. */
const CLOCK_MARGIN = 24 * 3_600_000;
/** #affix_elements: nothing is shorter than this, so that "yes" and "no" look alike … */
const LEAST_LENGTH = 512;
/** … and on top of it there are this many random characters at most. */
const MOST_RANDOM = 200;
const PADDING = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/**
 * What only a server says, or has to read (#server-processed): inside the encryption it would be a sender posing as one.
 * Without a name, everything of the namespace.
 */
const OF_SERVERS: readonly (readonly [ns: string, name?: string])[] = [
  ['urn:xmpp:hints'],
  ['urn:xmpp:sid:0', 'stanza-id'],
  ['http://jabber.org/protocol/address'],
  ['urn:xmpp:eme:0'],
  ['urn:xmpp:delay'],
  ['urn:xmpp:carbons:2'],
  ['urn:xmpp:mam:2'],
  ['http://jabber.org/protocol/muc#user'],
  ['http://jabber.org/protocol/pubsub#event'],
];
/** What is encrypted already is not encrypted again, and an envelope holds no envelope. */
const ENCRYPTED: readonly (readonly [ns: string, name?: string])[] = [
  [NS],
  ['eu.siacs.conversations.axolotl'],
  ['urn:xmpp:omemo:1'],
  ['urn:xmpp:omemo:2', 'encrypted'],
  ['urn:xmpp:openpgp:0'],
];

/**
 * Reads a decrypted `<envelope/>`. `undefined` when it is malformed, lacks what the profile demands, or says something
 * else of the stanza than what is around it; then the whole stanza is to be refused (#receiving). Elements that do not
 * belong inside are left out.
 */
export function readEnvelope(element: Element, around: Surroundings): Envelope | undefined {
  const content = is(element, 'envelope', NS) ? child(element, 'content') : undefined;
  const names = childElements(element, undefined, NS).map(({ name }) => name);
  if (content === undefined || new Set(names).size !== names.length) return undefined;
  if (!around.required.every((name) => names.includes(name))) return undefined;
  const from = readAddress(element, 'from');
  const to = readAddress(element, 'to');
  const at = readStamp(element);
  if (from === 'malformed' || to === 'malformed' || at === 'malformed') return undefined;
  if ((from ?? around.from) !== around.from || (to ?? around.to) !== around.to) return undefined;
  if (at !== undefined && Math.abs(at - around.at) > CLOCK_MARGIN) return undefined;
  return {
    content: childElements(content).filter(isContent),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(at !== undefined && { at }),
  };
}

/**
 * Writes an `<envelope/>`, padded to hide what its length tells.
 * @param random a random integer from 0 to below its argument
 */
export function writeEnvelope(
  { content, from, to, at }: Envelope,
  random: (below: number) => number,
): Element {
  const parts = [
    xml('content', NS, {}, content.filter(isContent)),
    from !== undefined && xml('from', NS, { jid: from }),
    to !== undefined && xml('to', NS, { jid: to }),
    at !== undefined && xml('time', NS, { stamp: writeDateTime(at) }),
  ];
  const padded = (length: number): Element => {
    const padding = Array.from({ length }, () => PADDING.charAt(random(PADDING.length))).join('');
    return xml('envelope', NS, {}, parts, xml('rpad', NS, {}, padding));
  };
  // One character more than nothing, because an empty element is written in another, shorter form.
  const bare = Buffer.byteLength(serialize(padded(1))) - 1;
  return padded(Math.max(1, LEAST_LENGTH - bare) + random(MOST_RANDOM + 1));
}

/** #rules: elements are known by namespace and name, so what has none of its own is nothing. */
function isContent({ ns, name }: Element): boolean {
  return (
    ns !== '' &&
    ![...OF_SERVERS, ...ENCRYPTED].some(
      (entry) => entry[0] === ns && (entry[1] === undefined || entry[1] === name),
    )
  );
}

/** The document has bare addresses in its text and full ones in its examples: the person counts. */
function readAddress(envelope: Element, name: 'from' | 'to'): BareJid | 'malformed' | undefined {
  const affix = child(envelope, name);
  if (affix === undefined) return undefined;
  return bareOf(affix.attrs['jid'] ?? '') ?? 'malformed';
}

function readStamp(envelope: Element): number | 'malformed' | undefined {
  const affix = child(envelope, 'time');
  if (affix === undefined) return undefined;
  return readDateTime(affix.attrs['stamp'] ?? '') ?? 'malformed';
}
