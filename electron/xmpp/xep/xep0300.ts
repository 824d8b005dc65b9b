/**
 * XEP-0300 Use of Cryptographic Hash Functions in XMPP, version 1.0.0. https://xmpp.org/extensions/xep-0300.html
 * Carries the name of a hash function with a digest, and computes the functions that we speak. It compares nothing.
 */
import { createHash } from 'node:crypto';
import { readBase64, writeBase64 } from '../base64.ts';
import { sha3_256 } from '../sha3.ts';
import { is, textOf, xml, type Element } from '../xml.ts';

export const NS = 'urn:xmpp:hashes:2';

/** The functions that we compute, of those that must be supported (#algo). */
export const hashFunctions = ['sha-256', 'sha3-256'] as const;
export type HashFunction = (typeof hashFunctions)[number];

/** #disco */
export const features = [NS, ...hashFunctions.map((name) => `urn:xmpp:hash-function-text-names:${name}`)];

/** The longest digest of the registry has 64 bytes. */
const LONGEST = 64;

export interface Hash {
  /** As registered with IANA; perhaps none that we compute. */
  readonly algorithm: string;
  /** The digest as canonical base64. */
  readonly value: string;
}

/** Reads a `<hash/>`. */
export function readHash(element: Element): Hash | undefined {
  const algorithm = element.attrs['algo'];
  if (!is(element, 'hash', NS) || algorithm === undefined || algorithm === '') return undefined;
  const digest = readBase64(textOf(element), LONGEST);
  if (digest === undefined || digest.length === 0) return undefined;
  return { algorithm, value: writeBase64(digest) };
}

export function writeHash({ algorithm, value }: Hash): Element {
  return xml('hash', NS, { algo: algorithm }, value);
}

/** The digest of some bytes. */
export function hashOf(algorithm: HashFunction, bytes: Uint8Array): Hash {
  const digest = algorithm === 'sha-256' ? createHash('sha256').update(bytes).digest() : sha3_256(bytes);
  return { algorithm, value: writeBase64(digest) };
}
