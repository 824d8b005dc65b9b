/** Base64 as RFC 4648 §4 and §3.5 want it: one text for one byte string. Owns nothing else, and never throws. */

const CANONICAL_SHAPE = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * The bytes behind base64 text, or `undefined` when it is anything but canonical or stands for more than `limit` bytes.
 * White space of XML is skipped, because documents indent (XML Schema part 2 §3.2.16).
 */
export function readBase64(text: string, limit: number): Uint8Array | undefined {
  const packed = text.replace(/[ \t\r\n]+/g, '');
  if (packed.length > Math.ceil(limit / 3) * 4 || !CANONICAL_SHAPE.test(packed)) return undefined;
  const bytes = Buffer.from(packed, 'base64');
  // Bits that no byte owns have to be zero, or two texts would stand for the same bytes.
  return bytes.length <= limit && bytes.toString('base64') === packed ? new Uint8Array(bytes) : undefined;
}

export function writeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
