/** The collation "i;octet" (RFC 4790 §9.3), which differs from JavaScript's order beyond the basic plane. */

/** A sorted copy, compared by the bytes of UTF-8. */
export function sortByOctets(texts: Iterable<string>): string[] {
  return [...texts]
    .map((text) => ({ text, bytes: Buffer.from(text) }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
    .map(({ text }) => text);
}
