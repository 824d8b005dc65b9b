/**
 * Takes out of a photo what it says beside the picture: where and when it was made, and by which camera. The picture is
 * drawn anew and nothing else is taken along.
 */
import { encodeThumbhash, LARGEST } from './thumbhash.ts';

/** Formats that can be written again as they were. A moving picture would stand still, so that is left alone. */
const TYPES = ['image/jpeg', 'image/png', 'image/webp'];
const QUALITY = 0.92;
/** Larger pictures are sent as they are. */
const MOST_PIXELS = 40_000_000;

/** True for what `cleaned` may change. */
export function isPhoto(file: File): boolean {
  return TYPES.includes(file.type);
}

/** The picture alone, turned as it wants to be; the file itself when it is none that can be drawn, or it moves. */
export async function cleaned(file: File): Promise<Blob> {
  if (!isPhoto(file) || (await moves(file))) return file;
  let picture: ImageBitmap;
  try {
    picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
  } catch {
    return file; // it is not what it is called: then it is just a file
  }
  try {
    const { width, height } = picture;
    const canvas = new OffscreenCanvas(width, height);
    const context = width * height > MOST_PIXELS ? null : canvas.getContext('2d');
    if (context === null) return file;
    context.drawImage(picture, 0, 0);
    return await canvas.convertToBlob({ type: file.type, quality: QUALITY });
  } finally {
    picture.close();
  }
}

/** The ThumbHash of a picture, in base64; `undefined` for what is none. */
export async function thumbnailOf(file: Blob): Promise<string | undefined> {
  if (!/^image\/(?:jpeg|png|webp|gif)$/.test(file.type)) return undefined;
  let picture: ImageBitmap;
  try {
    picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
  } catch {
    return undefined; // it is not what it is called
  }
  try {
    const scale = Math.min(1, LARGEST / Math.max(picture.width, picture.height));
    const width = Math.max(1, Math.round(picture.width * scale));
    const height = Math.max(1, Math.round(picture.height * scale));
    const context = new OffscreenCanvas(width, height).getContext('2d');
    if (context === null) return undefined;
    context.fillStyle = '#ffffff';
    context.fillRect(0, 0, width, height);
    context.drawImage(picture, 0, 0, width, height);
    return btoa(String.fromCharCode(...encodeThumbhash(context.getImageData(0, 0, width, height))));
  } finally {
    picture.close();
  }
}

/** PNG with an animation control chunk, or WebP with the animation flag (RFC 9649 §2.7). */
async function moves(file: File): Promise<boolean> {
  const head = new Uint8Array(await file.slice(0, 1_024).arrayBuffer());
  const text = new TextDecoder('latin1').decode(head);
  if (file.type === 'image/png') return text.includes('acTL');
  return file.type === 'image/webp' && text.slice(12, 16) === 'VP8X' && ((head[20] ?? 0) & 2) !== 0;
}
