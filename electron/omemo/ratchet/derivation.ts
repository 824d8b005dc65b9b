/** Keys from keys: the steps of the root chain, of a message chain, and to what one message is sealed with. */
import { hash, hkdfSync } from 'node:crypto';
import type { Parameters } from './parameters.ts';

const KEY = 32;
const ZEROS = new Uint8Array(KEY);
/** X3DH §2.2: stands for what no Curve25519 key can be, before the agreements. */
const PREFIX = new Uint8Array(KEY).fill(0xff);
const ONE = Uint8Array.of(1);
const TWO = Uint8Array.of(2);

/** What one message is encrypted and authenticated with. */
export interface MessageKeys {
  readonly cipherKey: Uint8Array;
  readonly macKey: Uint8Array;
  readonly iv: Uint8Array;
}

/**
 * HMAC-SHA-256 (RFC 2104 §2), under a key of 32 bytes. Three of them make a message; two hashes at once are a third of the
 * work that node:crypto has with the object that it makes for one.
 */
export function hmac(key: Uint8Array, data: Uint8Array): Uint8Array {
  const inner = hash('sha256', Buffer.concat([padded(key, 0x36), data]), 'buffer');
  return hash('sha256', Buffer.concat([padded(key, 0x5c), inner]), 'buffer');
}

function padded(key: Uint8Array, pad: number): Uint8Array {
  const block = new Uint8Array(64).fill(pad);
  for (const [index, byte] of key.entries()) block[index] = byte ^ pad;
  return block;
}

/** The first root key, of the agreements of X3DH (§3.3). */
export function firstRootKey({ info }: Parameters, agreements: readonly Uint8Array[]): Uint8Array {
  return hkdf(Buffer.concat([PREFIX, ...agreements]), ZEROS, info.exchange, KEY);
}

/** KDF_RK of the Double Ratchet (§5.2): the next root key, and the first key of a new chain. */
export function turnRoot(
  { info }: Parameters,
  rootKey: Uint8Array,
  agreements: readonly Uint8Array[],
): { readonly rootKey: Uint8Array; readonly chainKey: Uint8Array } {
  const derived = hkdf(Buffer.concat(agreements), rootKey, info.root, 2 * KEY);
  return { rootKey: derived.subarray(0, KEY), chainKey: derived.subarray(KEY) };
}

/** KDF_CK (§5.2): the key of one message. */
export function messageKeyOf(chainKey: Uint8Array): Uint8Array {
  return hmac(chainKey, ONE);
}

/** KDF_CK (§5.2): the chain key after that message. */
export function nextChainKey(chainKey: Uint8Array): Uint8Array {
  return hmac(chainKey, TWO);
}

/** ENCRYPT (§5.2), its first steps. */
export function expandMessageKey({ info }: Parameters, messageKey: Uint8Array): MessageKeys {
  const derived = hkdf(messageKey, ZEROS, info.message, 80);
  return {
    cipherKey: derived.subarray(0, KEY),
    macKey: derived.subarray(KEY, 2 * KEY),
    iv: derived.subarray(2 * KEY),
  };
}

/** HKDF-SHA-256 (RFC 5869). */
function hkdf(secret: Uint8Array, salt: Uint8Array, info: string, length: number): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, salt, info, length));
}
