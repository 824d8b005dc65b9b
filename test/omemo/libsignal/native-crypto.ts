/**
 * What libsignal-protocol-typescript takes for its curve and for WebCrypto, done by node:crypto: ten times as fast as
 * what it brings along, and in the same turn of the event loop. Knows the library's habits, not the library.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  randomFillSync,
  type KeyObject,
} from 'node:crypto';
import { agree, isSignedBy, keyPairOf } from '../../../electron/omemo/curve.ts';

/** Bytes as the library passes them around: nearly always an `ArrayBuffer`. */
export type Bytes = ArrayBuffer | Uint8Array;

/** A view, without copying. */
export const asBytes = (bytes: Bytes): Uint8Array =>
  bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
/** A copy as the `ArrayBuffer` that the library insists on. */
export const asBuffer = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer;
export const base64 = (bytes: Bytes): string => Buffer.from(asBytes(bytes)).toString('base64');

/** The curve as `setCurve` takes it. */
export const nativeCurve = {
  keyPair: (secret: Bytes) => {
    const { publicKey, privateKey } = keyPairOf(asBytes(secret));
    return Promise.resolve({ pubKey: asBuffer(publicKey.subarray(1)), privKey: asBuffer(privateKey) });
  },
  // Asynchronous so that a key of low order rejects instead of throwing where nobody expects it.
  // eslint-disable-next-line @typescript-eslint/require-await
  sharedSecret: async (publicKey: Bytes, privateKey: Bytes) =>
    asBuffer(agree(asBytes(publicKey), asBytes(privateKey))),
  sign: () => Promise.reject(new Error('signatures are made by curve.ts, from the seed')),
  /** Resolves with true when the signature is INVALID: that is how the library asks. */
  verify: (publicKey: Bytes, message: Bytes, signature: Bytes) =>
    Promise.resolve(!isSignedBy(asBytes(publicKey), asBytes(message), asBytes(signature))),
};

/** The part of WebCrypto that the library uses, without a trip to the thread pool for 32 bytes. */
export const nativeWebCrypto = {
  getRandomValues: <T extends NodeJS.ArrayBufferView>(array: T): T => randomFillSync(array),
  subtle: {
    importKey: (_format: string, key: Bytes) => secretKey(key),
    sign: (_algorithm: unknown, key: KeyObject, data: Bytes) => asBuffer(hmac(key, asBytes(data))),
    encrypt: ({ iv }: { iv: Uint8Array }, key: KeyObject, data: Bytes) => {
      const cipher = createCipheriv('aes-256-cbc', key, iv);
      return asBuffer(Buffer.concat([cipher.update(asBytes(data)), cipher.final()]));
    },
    decrypt: ({ iv }: { iv: Uint8Array }, key: KeyObject, data: Bytes) => {
      const decipher = createDecipheriv('aes-256-cbc', key, iv);
      return asBuffer(Buffer.concat([decipher.update(asBytes(data)), decipher.final()]));
    },
  },
};

/** A key object, because some versions of Node take four times as long with plain bytes. */
export function secretKey(bytes: Bytes): KeyObject {
  return createSecretKey(asBytes(bytes));
}

/** HMAC-SHA-256. */
export function hmac(key: KeyObject, data: Uint8Array): Buffer {
  return createHmac('sha256', key).update(data).digest();
}
