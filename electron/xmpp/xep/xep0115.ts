/**
 * XEP-0115 Entity Capabilities, version 1.6.0. https://xmpp.org/extensions/xep-0115.html
 * The hash that says what a client supports. SHA-1 because the format says so (#security-mti) and servers look for it
 * before they send personal events; nothing here is decided by what others' hashes claim.
 */
import { createHash } from 'node:crypto';
import { child, is, xml, type Element } from '../xml.ts';
import { ownInfo } from './self.ts';
import type { Info } from './xep0030.ts';

export const NS = 'http://jabber.org/protocol/caps';
export const features = [NS];

/** Identifies the program, not the person (#protocol). */
const NODE = 'https://waxwing.im';

export interface Capabilities {
  /** Hash function by its IANA name; absent in the legacy format, whose `version` is no hash. */
  readonly hash?: string;
  readonly node: string;
  readonly version: string;
}

/** Reads a `<c/>`. */
export function readCapabilities(element: Element): Capabilities | undefined {
  const { hash, node, ver } = element.attrs;
  if (!is(element, 'c', NS) || node === undefined || node === '' || ver === undefined || ver === '') {
    return undefined;
  }
  return { ...(hash !== undefined && { hash }), node, version: ver };
}

/** Writes a `<c/>`: our own capabilities unless told otherwise. */
export function writeCapabilities({ hash, node, version }: Capabilities = own): Element {
  return xml('c', NS, { hash, node, ver: version });
}

/** The capabilities a presence carries. */
export function capabilitiesIn(presence: Element): Capabilities | undefined {
  const found = child(presence, 'c', NS);
  return found && readCapabilities(found);
}

/** The verification string (#ver-gen) of an entity without extended information (XEP-0128). */
export function verificationOf({ identities, features: supported }: Info): string {
  const described = identities.map(
    ({ category, type, language = '', name = '' }) => `${category}/${type}/${language}/${name}`,
  );
  const text = [...sortByOctets(described), ...sortByOctets(supported)].map((part) => `${part}<`).join('');
  return createHash('sha1').update(text, 'utf8').digest('base64');
}

/** The collation "i;octet" (#ver-gen), which differs from JavaScript's order beyond the basic plane. */
function sortByOctets(texts: Iterable<string>): string[] {
  return [...texts].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

const own: Capabilities = { hash: 'sha-1', node: NODE, version: verificationOf(ownInfo) };

/** The info node under which our own capabilities may be asked for (#discover). */
export const ownNode = `${own.node}#${own.version}`;
