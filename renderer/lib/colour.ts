/**
 * A steady colour for every address, by the hue angle of XEP-0392 §5.1 (version 1.0.0): other clients give the same
 * person the same angle. Lightness and chroma are ours, so that the colours suit the palette.
 */

/** @returns the hue in whole degrees, 0–359, of an address or name. */
export function hueOf(text: string): number {
  const known = hues.get(text);
  if (known !== undefined) return known;
  const [low = 0, high = 0] = sha1(new TextEncoder().encode(text));
  const hue = Math.floor(((low + high * 256) / 65_536) * 360);
  if (hues.size > 4_096) hues.clear();
  hues.set(text, hue);
  return hue;
}

/** Remembered because a list asks for the same hundred names at every frame. */
const hues = new Map<string, number>();

/** SHA-1 (RFC 3174), synchronous because a colour is wanted while painting. Not for security. */
export function sha1(message: Uint8Array): Uint8Array {
  const length = message.length;
  const padded = new Uint8Array((((length + 8) >> 6) << 6) + 64);
  padded.set(message);
  padded[length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(length / 0x2000_0000));
  view.setUint32(padded.length - 4, length << 3);

  const state = Uint32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
  const words = new Uint32Array(80);
  const rotate = (value: number, by: number): number => (value << by) | (value >>> (32 - by));
  const word = (index: number): number => words[index] ?? 0;

  for (let block = 0; block < padded.length; block += 64) {
    for (let i = 0; i < 16; i++) words[i] = view.getUint32(block + i * 4);
    for (let i = 16; i < 80; i++)
      words[i] = rotate(word(i - 3) ^ word(i - 8) ^ word(i - 14) ^ word(i - 16), 1);
    let [a = 0, b = 0, c = 0, d = 0, e = 0] = state;
    for (let i = 0; i < 80; i++) {
      const [mix, constant] =
        i < 20
          ? [(b & c) | (~b & d), 0x5a827999]
          : i < 40
            ? [b ^ c ^ d, 0x6ed9eba1]
            : i < 60
              ? [(b & c) | (b & d) | (c & d), 0x8f1bbcdc]
              : [b ^ c ^ d, 0xca62c1d6];
      const next = (rotate(a, 5) + mix + e + constant + word(i)) | 0;
      [a, b, c, d, e] = [next, a, rotate(b, 30), c, d];
    }
    [a, b, c, d, e].forEach((value, i) => (state[i] = ((state[i] ?? 0) + value) | 0));
  }
  const digest = new Uint8Array(20);
  const out = new DataView(digest.buffer);
  state.forEach((value, i) => out.setUint32(i * 4, value));
  return digest;
}
