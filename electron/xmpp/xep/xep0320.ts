/**
 * XEP-0320 Use of DTLS-SRTP in Jingle Sessions, version 1.0.0. https://xmpp.org/extensions/xep-0320.html
 * Names the certificate of the other end of a media stream. That it may not change, and which side begins, is judged in
 * jingle-protection.ts.
 */
import type { Fingerprint, FingerprintHash, Setup } from '../jingle.ts';
import { is, textOf, xml, type Element } from '../xml.ts';

export const NS = 'urn:xmpp:jingle:apps:dtls:0';
/** #support */
export const features = [NS];

/** Octets of each. Others are as good as none: SHA-1 and MD5 can be made to collide (RFC 8122 §5.1). */
const OCTETS: Readonly<Record<FingerprintHash, number>> = { 'sha-256': 32, 'sha-384': 48, 'sha-512': 64 };

/** Reads a `<fingerprint/>`; `undefined` for a function that proves nothing and for a digest of another length. */
export function readFingerprint(element: Element): Fingerprint | undefined {
  if (!is(element, 'fingerprint', NS)) return undefined;
  // Movim leaves out who begins where the browser says it once for all: then it was an offer, which leaves it open.
  return fingerprintOf(element.attrs['hash'], textOf(element).trim(), element.attrs['setup'] ?? 'actpass');
}

/** From the words of an attribute, in XML or SDP. */
export function fingerprintOf(
  hash: string | undefined,
  digest: string | undefined,
  setup: string | undefined,
): Fingerprint | undefined {
  const name = hash?.toLowerCase();
  const known = (Object.keys(OCTETS) as FingerprintHash[]).find((each) => each === name);
  const value = digest?.toUpperCase();
  if (known === undefined || value === undefined || !isSetup(setup)) return undefined;
  if (value.length !== OCTETS[known] * 3 - 1 || !/^[0-9A-F]{2}(?::[0-9A-F]{2})*$/.test(value))
    return undefined;
  return { hash: known, value, setup };
}

function isSetup(text: string | undefined): text is Setup {
  return text === 'active' || text === 'passive' || text === 'actpass';
}

export function writeFingerprint({ hash, value, setup }: Fingerprint): Element {
  return xml('fingerprint', NS, { hash, setup }, value);
}
