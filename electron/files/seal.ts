/**
 * AES-GCM over a stream, with the tag at the end, as files are encrypted for others (XEP-0454 #aesgcm, XEP-0448
 * #ciphers). What comes out of `openParts` is true only once it has ended: until then it must not leave our hands.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';

export const TAG = 16;

/** The file was changed, cut off or encrypted under another key. */
export class BrokenSeal extends Error {
  override readonly name = 'BrokenSeal';
}

export interface Secret {
  /** 16 or 32 bytes. */
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
}

/** The same parts encrypted, 16 bytes longer in all. The same secret is never used for other contents. */
export async function* sealParts(
  { key, iv }: Secret,
  parts: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const cipher = createCipheriv(key.length === 16 ? 'aes-128-gcm' : 'aes-256-gcm', key, iv, {
    authTagLength: TAG,
  });
  for await (const part of parts) yield cipher.update(part);
  yield Buffer.concat([cipher.final(), cipher.getAuthTag()]);
}

/** @throws BrokenSeal at the end, when the tag does not fit */
export async function* openParts(
  { key, iv }: Secret,
  parts: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const cipher = createDecipheriv(key.length === 16 ? 'aes-128-gcm' : 'aes-256-gcm', key, iv, {
    authTagLength: TAG,
  });
  // The last bytes may be the tag.
  let held: Buffer = Buffer.alloc(0);
  for await (const part of parts) {
    held = Buffer.concat([held, part]);
    if (held.length <= TAG) continue;
    yield cipher.update(held.subarray(0, held.length - TAG));
    held = Buffer.from(held.subarray(held.length - TAG));
  }
  if (held.length < TAG) throw new BrokenSeal('shorter than its tag');
  cipher.setAuthTag(held);
  try {
    yield cipher.final();
  } catch (error) {
    throw new BrokenSeal('the tag does not fit', { cause: error });
  }
}
