/** Decodes UTF-8 that comes in pieces, byte-exact at every cut. Nothing invalid ever becomes U+FFFD. */
import { isUtf8 } from 'node:buffer';

export interface Decoded {
  readonly text: string;
  /** True when every byte became one character. */
  readonly isAscii: boolean;
  /** True when the bytes behind the text are not UTF-8. Nothing can be decoded any more then. */
  readonly isBroken: boolean;
}

const NOTHING = Buffer.alloc(0);

export class Utf8Decoder {
  // `ignoreBOM`: bytes are not swallowed silently.
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  /** The beginning of a character whose end has not come yet. */
  #begun: Buffer = NOTHING;

  decode(bytes: Uint8Array): Decoded {
    const before = this.#begun;
    const all = before.length === 0 ? bytes : Buffer.concat([before, bytes]);
    try {
      const text = this.#decoder.decode(bytes, { stream: true });
      const begun = all.length - endOfWhole(all);
      this.#begun = begun === 0 ? NOTHING : Buffer.from(all.subarray(all.length - begun));
      return { text, isAscii: all.length === text.length && begun === 0, isBroken: false };
    } catch (cause) {
      if (!(cause instanceof TypeError)) throw cause;
      return { text: validPart(all), isAscii: false, isBroken: true };
    }
  }
}

/** Where the last character ends that has not just begun. */
function endOfWhole(bytes: Uint8Array): number {
  const { length } = bytes;
  for (let at = length - 1; at >= 0 && at >= length - 3; at -= 1) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x80) return length;
    if (byte >= 0xc0) return length - at < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? at : length;
  }
  return length;
}

/** The text before the first fault: it counts, wherever the bytes happened to be cut. */
function validPart(bytes: Uint8Array): string {
  const whole = (length: number): Uint8Array => bytes.subarray(0, endOfWhole(bytes.subarray(0, length)));
  let valid = 0;
  for (let invalid = bytes.length; invalid - valid > 1;) {
    const middle = (valid + invalid) >> 1;
    if (isUtf8(whole(middle))) valid = middle;
    else invalid = middle;
  }
  return Buffer.from(whole(valid)).toString();
}
