/**
 * XEP-0231 Bits of Binary, version 1.1. https://xmpp.org/extensions/xep-0231.html
 * Reads data that came along with a stanza, and says whether it is what a `cid:` address names. It asks for none and
 * keeps none.
 */
import { createHash } from 'node:crypto';
import { childElements, is, textOf, xml, type Element } from '../xml.ts';

export const NS = 'urn:xmpp:bob';
/** We serve none, so there is nothing to advertise. */
export const features: readonly string[] = [];

export interface Bits {
  /** Content-ID, of the form `algorithm+hash@bob.xmpp.org`. */
  readonly cid: string;
  readonly type: string;
  readonly data: Uint8Array;
}

const LONGEST_CID = 256;
/** In characters of base64: more does not fit into a stanza before authentication. */
const LONGEST_DATA = 262_144;
const BASE64 = /^[A-Za-z0-9+/\s]*={0,2}\s*$/u;
const HASHES = new Map([
  ['sha1', 'sha1'],
  ['sha-1', 'sha1'],
  ['sha-256', 'sha256'],
  ['sha256', 'sha256'],
]);

/** Reads a `<data/>`; `undefined` when it has no name or no data. */
export function readBits(element: Element): Bits | undefined {
  if (!is(element, 'data', NS)) return undefined;
  const { cid = '', type = '' } = element.attrs;
  const text = textOf(element);
  if (cid === '' || cid.length > LONGEST_CID || text.length > LONGEST_DATA || !BASE64.test(text))
    return undefined;
  const data = Uint8Array.from(Buffer.from(text, 'base64'));
  return data.length === 0 ? undefined : { cid, type: type.toLowerCase(), data };
}

export function writeBits({ cid, type, data }: Bits): Element {
  return xml('data', NS, { cid, type }, Buffer.from(data).toString('base64'));
}

/**
 * The bits among these elements' children that a `cid:` address names. The hash in the name decides (#cid): what it
 * does not fit is something else, and a name without a hash that we know is not believed.
 */
export function bitsFor(uri: string, parents: readonly Element[]): Bits | undefined {
  const cid = /^cid:(.+)$/iu.exec(uri)?.[1];
  if (cid === undefined) return undefined;
  const found = parents
    .flatMap((parent) => childElements(parent, 'data', NS))
    .flatMap((element) => readBits(element) ?? [])
    .find((bits) => bits.cid === cid);
  return found !== undefined && isWhatItsNameSays(found) ? found : undefined;
}

function isWhatItsNameSays({ cid, data }: Bits): boolean {
  const [, name = '', expected = ''] = /^([\w-]{1,16})\+([0-9a-f]{16,128})@/iu.exec(cid) ?? [];
  const algorithm = HASHES.get(name.toLowerCase());
  if (algorithm === undefined) return false;
  return createHash(algorithm).update(data).digest('hex') === expected.toLowerCase();
}
