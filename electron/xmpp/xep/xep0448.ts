/**
 * XEP-0448 Encryption for stateless file sharing, version 0.2.0. https://xmpp.org/extensions/xep-0448.html
 * Reads where a file lies encrypted, and with which key. Whether that may be believed (it must have come end-to-end
 * encrypted) is decided by the engine.
 */
import { readBase64, writeBase64 } from '../base64.ts';
import { child, childElements, childText, is, xml, type Element } from '../xml.ts';
import { readSource, writeSource } from '../file-source.ts';
import { readHash, writeHash, type Hash } from './xep0300.ts';

export const NS = 'urn:xmpp:esfs:0';
const NS_SHARING = 'urn:xmpp:sfs:0';
/** There is nothing to advertise (the document names no feature). */
export const features: readonly string[] = [];

/** #ciphers: key and IV in bytes. CBC is left out: nothing in it authenticates what it decrypts. */
const CIPHERS = {
  'urn:xmpp:ciphers:aes-128-gcm-nopadding:0': { key: 16, iv: 12 },
  'urn:xmpp:ciphers:aes-256-gcm-nopadding:0': { key: 32, iv: 12 },
} as const;
export type Cipher = keyof typeof CIPHERS;

const MOST = 8;

export interface EncryptedSource {
  readonly cipher: Cipher;
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
  /** Of what lies there, encrypted. */
  readonly hashes: readonly Hash[];
  /** Where it lies, encrypted: at least one; see file-source.ts. */
  readonly addresses: readonly string[];
}

/** Reads an `<encrypted/>`; `undefined` for a cipher that we do not speak, a key of another size, and no address. */
export function readEncryptedSource(element: Element): EncryptedSource | undefined {
  if (!is(element, 'encrypted', NS)) return undefined;
  const cipher = (Object.keys(CIPHERS) as Cipher[]).find((each) => each === element.attrs['cipher']);
  if (cipher === undefined) return undefined;
  const key = readBase64(childText(element, 'key', NS) ?? '', CIPHERS[cipher].key);
  const iv = readBase64(childText(element, 'iv', NS) ?? '', CIPHERS[cipher].iv);
  if (key?.length !== CIPHERS[cipher].key || iv?.length !== CIPHERS[cipher].iv) return undefined;
  const sources = child(element, 'sources', NS_SHARING);
  const addresses = (sources === undefined ? [] : childElements(sources))
    .slice(0, 32)
    .flatMap((each) => readSource(each) ?? [])
    .slice(0, MOST);
  if (addresses.length === 0) return undefined;
  const hashes = childElements(element)
    .slice(0, 32)
    .flatMap((each) => readHash(each) ?? [])
    .slice(0, MOST);
  return { cipher, key, iv, hashes, addresses };
}

export function writeEncryptedSource({ cipher, key, iv, hashes, addresses }: EncryptedSource): Element {
  return xml(
    'encrypted',
    NS,
    { cipher },
    xml('key', NS, {}, writeBase64(key)),
    xml('iv', NS, {}, writeBase64(iv)),
    hashes.map(writeHash),
    xml('sources', NS_SHARING, {}, addresses.map(writeSource)),
  );
}
