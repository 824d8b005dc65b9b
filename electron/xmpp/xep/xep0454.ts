/**
 * XEP-0454 OMEMO Media sharing, version 0.1.0. https://xmpp.org/extensions/xep-0454.html
 * Reads and writes `aesgcm:` addresses. They carry a key, so they mean something only inside an encrypted message, and
 * must never become a link (#security). The thumbnail that may follow is not read.
 */
import { readAddress } from './xep0103.ts';

/** There is no element, and nothing to advertise. */
export const features: readonly string[] = [];

export interface EncryptedAddress {
  /** Where the encrypted file lies, its authentication tag at the end; `https:`, without the key. */
  readonly address: string;
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
}

/** In bytes. Writers of before the document used an IV of 16 bytes; those files are still there. */
const KEY = 32;
const IVS: readonly number[] = [12, 16];
const SCHEME = 'aesgcm://';
/** The thumbnail that may follow in a second line is small (#thumbnails). */
const LONGEST = 32_768;

/**
 * Reads the text of an encrypted message; `undefined` unless it is one `aesgcm:` address, perhaps with one JPEG as
 * `data:` address behind it, and nothing else (#rules: "very strict").
 */
export function readEncryptedAddress(text: string): EncryptedAddress | undefined {
  if (!text.startsWith(SCHEME) || text.length > LONGEST) return undefined;
  const [line = '', thumbnail, ...more] = text.split('\n');
  if (more.length > 0) return undefined;
  if (thumbnail !== undefined && !/^data:image\/jpeg[;,][A-Za-z0-9+/=;,]*$/.test(thumbnail)) return undefined;
  const [place = '', secret = '', ...rest] = line.slice(SCHEME.length).split('#');
  if (rest.length > 0 || !/^(?:[0-9a-f]{2})+$/i.test(secret)) return undefined;
  const bytes = new Uint8Array(Buffer.from(secret, 'hex'));
  if (!IVS.includes(bytes.length - KEY)) return undefined;
  const address = readAddress(`https://${place}`);
  if (address === undefined) return undefined;
  const at = bytes.length - KEY;
  return { address, iv: bytes.slice(0, at), key: bytes.slice(at) };
}

/** @throws TypeError for an address that TLS does not protect: the key would lie in the open (#aesgcm) */
export function writeEncryptedAddress({ address, key, iv }: EncryptedAddress): string {
  if (!address.startsWith('https://')) throw new TypeError('not an address of the protected web');
  const place = address.slice('https://'.length).split('#')[0] ?? '';
  return `${SCHEME}${place}#${Buffer.concat([iv, key]).toString('hex')}`;
}

/** True for a text that carries the key of a file: it is shown to nobody and never opened (H61). */
export function isEncryptedAddress(text: string): boolean {
  return /^\s*aesgcm:/iu.test(text);
}
