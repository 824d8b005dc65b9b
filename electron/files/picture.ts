/**
 * How large a picture is, read from its first bytes without decoding it: for the place that is kept for it, and so that
 * one that is too large is never decoded (30,000 × 30,000 pixels fit into a small file; hostile row H64).
 */

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Larger pictures are not shown. */
const MOST_PIXELS = 40_000_000;

export function isBearable({ width, height }: Size): boolean {
  return width > 0 && height > 0 && width * height <= MOST_PIXELS;
}

/** In pixels as they are shown, turned as the picture wants to be; `undefined` when that is not in these bytes. */
export function sizeOf(type: string, head: Uint8Array): Size | undefined {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  try {
    switch (type) {
      case 'image/png':
        return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
      case 'image/gif':
        return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) };
      case 'image/webp':
        return ofWebp(bytes);
      case 'image/jpeg':
        return ofJpeg(bytes);
      default:
        return undefined;
    }
  } catch (error) {
    if (error instanceof RangeError) return undefined; // cut short
    throw error;
  }
}

/** RFC 9649 §2.5–2.7. */
function ofWebp(bytes: Buffer): Size | undefined {
  switch (bytes.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
    case 'VP8L': {
      const bits = bytes.readUInt32LE(21);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8X':
      return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
    default:
      return undefined;
  }
}

/** ITU-T T.81 §B.2.2: the frame header, behind other segments; EXIF says whether to turn it. */
function ofJpeg(bytes: Buffer): Size | undefined {
  let isTurned = false;
  for (let at = 2; ;) {
    if (bytes.readUInt8(at) !== 0xff) return undefined;
    const marker = bytes.readUInt8(at + 1);
    if (marker === 0xff) {
      at += 1; // a fill byte
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) {
      const [height, width] = [bytes.readUInt16BE(at + 5), bytes.readUInt16BE(at + 7)];
      return isTurned ? { width: height, height: width } : { width, height };
    }
    if (marker === 0xd9 || marker === 0xda) return undefined;
    const length = bytes.readUInt16BE(at + 2);
    if (length < 2) return undefined;
    if (marker === 0xe1) isTurned ||= orientationOf(bytes.subarray(at + 4, at + 2 + length)) >= 5;
    at += 2 + length;
  }
}

/** EXIF's orientation, 1 to 8, of which 5 and more lie on their side; 1 when it says none. */
function orientationOf(exif: Buffer): number {
  if (exif.toString('latin1', 0, 6) !== 'Exif\0\0') return 1;
  const tiff = exif.subarray(6);
  const isLittle = tiff.toString('latin1', 0, 2) === 'II';
  const read16 = (at: number): number => (isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const start = isLittle ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
  const count = Math.min(read16(start), 64);
  for (let index = 0; index < count; index += 1) {
    const entry = start + 2 + index * 12;
    if (read16(entry) === 0x0112) return read16(entry + 8);
  }
  return 1;
}
