/**
 * XEP-0434 Trust Messages (TM), version 0.6.0. https://xmpp.org/extensions/xep-0434.html
 * The elements only: which of them count is decided in omemo/claims.ts. Trust message URIs are in shared/key-claims.ts.
 */
import { readBareJid, type BareJid } from '../../../shared/jid.ts';
import { readBase64, writeBase64 } from '../base64.ts';
import { childElements, is, textOf, xml, type Element } from '../xml.ts';

export const NS = 'urn:xmpp:tm:1';
/** A trust message asks nothing of the other side. */
export const features: readonly string[] = [];

/** What is said about keys of one owner. */
export interface KeyOwner {
  readonly address: BareJid;
  /** 32 bytes each: the key that OMEMO shows as a fingerprint. */
  readonly trusted: readonly Uint8Array[];
  readonly distrusted: readonly Uint8Array[];
}

export interface TrustMessage {
  /** The namespace of the protocol that makes something of it. */
  readonly usage: string;
  /** The namespace of the encryption whose keys they are. */
  readonly encryption: string;
  readonly owners: readonly KeyOwner[];
}

const KEY = 32;
/** A new device of ours is told of everybody whom we have verified; more than that is no address book. */
const MOST_KEYS = 4_000;

/**
 * Reads a `<trust-message/>` (#trust-message-structure). Keys that are malformed, or of which it says both, are left
 * out; one with nothing left is `undefined`, as is one with more keys than anybody has.
 */
export function readTrustMessage(element: Element): TrustMessage | undefined {
  const { usage, encryption } = element.attrs;
  if (!is(element, 'trust-message', NS) || !usage || !encryption) return undefined;
  const children = childElements(element, 'key-owner', NS);
  const count = children.reduce((sum, { children: keys }) => sum + keys.length, 0);
  if (count > MOST_KEYS) return undefined;
  const owners = children.flatMap((child) => readOwner(child) ?? []);
  const isOnce = new Set(owners.map(({ address }) => address)).size === owners.length;
  return owners.length > 0 && isOnce ? { usage, encryption, owners } : undefined;
}

export function writeTrustMessage({ usage, encryption, owners }: TrustMessage): Element {
  const children = owners.map(({ address, trusted, distrusted }) =>
    xml(
      'key-owner',
      NS,
      { jid: address },
      trusted.map((key) => xml('trust', NS, {}, writeBase64(key))),
      distrusted.map((key) => xml('distrust', NS, {}, writeBase64(key))),
    ),
  );
  return xml('trust-message', NS, { usage, encryption }, children);
}

function readOwner(element: Element): KeyOwner | undefined {
  const address = readBareJid(element.attrs['jid'] ?? '');
  const trusted = readKeys(element, 'trust');
  const distrusted = readKeys(element, 'distrust');
  const isBoth = (text: string): boolean => trusted.has(text) && distrusted.has(text);
  const left = (keys: ReadonlyMap<string, Uint8Array>): Uint8Array[] =>
    [...keys].flatMap(([text, key]) => (isBoth(text) ? [] : [key]));
  const owner = address && { address, trusted: left(trusted), distrusted: left(distrusted) };
  return owner !== undefined && owner.trusted.length + owner.distrusted.length > 0 ? owner : undefined;
}

function readKeys(element: Element, name: string): Map<string, Uint8Array> {
  return new Map(
    childElements(element, name, NS).flatMap((child): [string, Uint8Array][] => {
      const key = readBase64(textOf(child), KEY);
      return key?.length === KEY ? [[writeBase64(key), key]] : [];
    }),
  );
}
