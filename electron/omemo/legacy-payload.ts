/**
 * The text of a message under a key of its own: AES-128-GCM as XEP-0384 0.3.0 §4.4 has it, with the authentication tag
 * in the ratchet next to the key, as every present client does. Shorter tags and keys without one are refused.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { SessionFault } from './fault.ts';

const KEY = 16;
const TAG = 16;
/** NIST SP 800-38D §5.2.1.1 recommends 96 bits; 0.3.0 had 16 bytes, which are still accepted. */
const IV = 12;
const ACCEPTED_IVS: readonly number[] = [IV, 16];

export interface SealedText {
  readonly iv: Uint8Array;
  readonly payload: Uint8Array;
  /** Key and tag, 32 bytes, to be sealed for each device. */
  readonly secret: Uint8Array;
}

/** Encrypts a text under a new key. */
export function sealText(text: string): SealedText {
  const key = randomBytes(KEY);
  const iv = randomBytes(IV);
  const cipher = createCipheriv('aes-128-gcm', key, iv);
  const payload = Buffer.concat([cipher.update(text.toWellFormed(), 'utf8'), cipher.final()]);
  return {
    iv: Uint8Array.from(iv),
    payload: Uint8Array.from(payload),
    secret: Uint8Array.from(Buffer.concat([key, cipher.getAuthTag()])),
  };
}

/** A key and an IV for a message without content (§4.5): it only carries the ratchet on. */
export function emptySecret(): Pick<SealedText, 'iv' | 'secret'> {
  return { iv: Uint8Array.from(randomBytes(IV)), secret: Uint8Array.from(randomBytes(KEY + TAG)) };
}

/**
 * Decrypts a text.
 * @param secret key and tag; a key alone (16 bytes, the tag at the end of the payload) is refused: nothing in the
 *   ratchet would authenticate the text then (H38)
 * @throws SessionFault `malformed` for wrong sizes or bytes that are no UTF-8, `forged` for a wrong tag
 */
export function openText({ iv, payload, secret }: SealedText): string {
  if (secret.length !== KEY + TAG) throw new SessionFault('malformed', 'the key has the wrong size');
  if (!ACCEPTED_IVS.includes(iv.length)) throw new SessionFault('malformed', 'the IV has the wrong size');
  const decipher = createDecipheriv('aes-128-gcm', secret.subarray(0, KEY), iv, { authTagLength: TAG });
  decipher.setAuthTag(secret.subarray(KEY));
  const opened = [decipher.update(payload)];
  try {
    opened.push(decipher.final());
  } catch (error) {
    throw new SessionFault('forged', 'the text was changed', error);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(opened));
  } catch (error) {
    throw new SessionFault('malformed', 'the text is no UTF-8', error);
  }
}
