/**
 * XEP-0380 Explicit Message Encryption, version 0.4.0. https://xmpp.org/extensions/xep-0380.html
 * With what a message is encrypted, as its sender claims. It may lie (H37), so it only ever explains why a message
 * cannot be read; that one was encrypted is shown by decrypting it.
 */
import { child, xml, type Element } from '../xml.ts';

export const NS = 'urn:xmpp:eme:0';
export const features = [NS];

export interface EncryptionHint {
  readonly namespace: string;
  readonly name?: string;
}

/** #protocols: for these neither do we send a name, nor do we believe one. */
const KNOWN: ReadonlyMap<string, string> = new Map([
  ['urn:xmpp:otr:0', 'OTR'],
  ['jabber:x:encrypted', 'Legacy OpenPGP'],
  ['urn:xmpp:openpgp:0', 'OpenPGP for XMPP'],
  ['eu.siacs.conversations.axolotl', 'OMEMO'],
  ['urn:xmpp:omemo:1', 'OMEMO 1'],
  ['urn:xmpp:omemo:2', 'OMEMO 2'],
]);

/** A name is shown to a person, so it stays short. */
const NAME_LIMIT = 64;

export function readEncryptionHint(message: Element): EncryptionHint | undefined {
  const { namespace, name } = child(message, 'encryption', NS)?.attrs ?? {};
  if (namespace === undefined || namespace === '') return undefined;
  const shown = KNOWN.get(namespace) ?? name?.slice(0, NAME_LIMIT);
  return { namespace, ...(shown !== undefined && shown !== '' && { name: shown }) };
}

export function writeEncryptionHint({ namespace, name }: EncryptionHint): Element {
  return xml('encryption', NS, { namespace, name: KNOWN.has(namespace) ? undefined : name });
}

/** Elements that carry another encryption's content; some senders give no hint beside them. */
const CONTENT: readonly (readonly [name: string, ns: string])[] = [
  ['encrypted', 'urn:xmpp:omemo:1'],
  ['openpgp', 'urn:xmpp:openpgp:0'],
  ['x', 'jabber:x:encrypted'],
];

/** True when a message says, or shows, that its content is in an encryption other than `ours` (namespaces). */
export function hasOtherEncryption(message: Element, ours: readonly string[]): boolean {
  const hint = readEncryptionHint(message);
  if (hint !== undefined && !ours.includes(hint.namespace)) return true;
  return CONTENT.some(([name, ns]) => child(message, name, ns) !== undefined);
}
