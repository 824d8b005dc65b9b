/** QR codes: a text as a code to draw, and the text in a picture that somebody opened. Nothing leaves the window. */
import encode from 'qr';
import decode from 'qr/decode.js';

/** Squares on each side of the code's border (ISO/IEC 18004 §9.1). */
const QUIET = 4;

/** The code as one SVG path, and the length of its side in squares with the quiet zone. */
export function qrPath(text: string): { readonly path: string; readonly side: number } {
  const rows = encode(text, 'raw', { border: QUIET, ecc: 'medium' });
  const path = rows
    .flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])))
    .join('');
  return { path, side: rows.length };
}

/** Larger pictures are made smaller: a code needs few points, and decoding many takes long. */
const LONGEST_SIDE = 1_600;
const LARGEST_FILE = 20_000_000;
/** A small file can unfold into gigabytes: the widest and highest picture that is opened, in points. */
const LARGEST_SIDE = 12_000;

/** The text of the code in a picture, or `undefined` when there is none to read. */
export async function readQr(picture: Blob): Promise<string | undefined> {
  if (picture.size > LARGEST_FILE || picture.type === 'image/svg+xml') return undefined;
  if (isBomb(await picture.slice(0, 24).arrayBuffer())) return undefined;
  const bitmap = await createImageBitmap(picture).catch(() => undefined); // not a picture, or a broken one
  if (bitmap === undefined) return undefined;
  try {
    const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
    const [width, height] = [Math.round(bitmap.width * scale), Math.round(bitmap.height * scale)];
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    if (context === null || width < 8 || height < 8) return undefined;
    context.fillStyle = 'white'; // what is transparent is paper
    context.fillRect(0, 0, width, height);
    context.drawImage(bitmap, 0, 0, width, height);
    return readPixels(context.getImageData(0, 0, width, height));
  } finally {
    bitmap.close();
  }
}

/** True for a PNG that says it is huge: no other format packs that much nothing (PNG 3rd edition §11.2.1). */
export function isBomb(start: ArrayBuffer): boolean {
  const bytes = new DataView(start);
  if (bytes.byteLength < 24 || bytes.getUint32(0) !== 0x8950_4e47) return false;
  return Math.max(bytes.getUint32(16), bytes.getUint32(20)) > LARGEST_SIDE;
}

/** The text of the code in these pixels. */
export function readPixels(image: {
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}): string | undefined {
  try {
    return decode(image, { timeLimit: 500 });
  } catch {
    return undefined; // that is how the library says that there is no code
  }
}
