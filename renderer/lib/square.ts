/**
 * Cutting a square out of a picture: which part of it is seen, and that part as a small PNG. What a file says beside the
 * picture is left behind, because the picture is drawn anew.
 */

/** What is seen: `zoom` from 1 (as much as fits), and where, from −1 (left, top) to 1 (right, bottom). */
export interface View {
  readonly zoom: number;
  readonly x: number;
  readonly y: number;
}

export const WHOLE: View = { zoom: 1, x: 0, y: 0 };
export const LARGEST_ZOOM = 5;
/** Pixels of a side of what is published: sharp at any size shown here, and small enough for every server. */
export const SIDE = 192;
/** Larger pictures are not decoded. */
const MOST_PIXELS = 40_000_000;

interface Size {
  readonly width: number;
  readonly height: number;
}

const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));

export function bounded({ zoom, x, y }: View): View {
  return { zoom: clamp(zoom, 1, LARGEST_ZOOM), x: clamp(x, -1, 1), y: clamp(y, -1, 1) };
}

/** The square of the picture that is seen, in its own pixels. */
export function cutOf({ width, height }: Size, view: View): { left: number; top: number; side: number } {
  const { zoom, x, y } = bounded(view);
  const side = Math.min(width, height) / zoom;
  return { left: ((width - side) * (x + 1)) / 2, top: ((height - side) * (y + 1)) / 2, side };
}

/**
 * The view after the picture was pulled.
 * @param by how far, as a part of the side of the square
 */
export function pulled(size: Size, view: View, by: { readonly x: number; readonly y: number }): View {
  const { side } = cutOf(size, view);
  const move = (at: number, length: number, part: number): number =>
    length - side < 1 ? at : at - (2 * part * side) / (length - side);
  return bounded({ ...view, x: move(view.x, size.width, by.x), y: move(view.y, size.height, by.y) });
}

/** The picture in a file, turned as it wants to be. @throws when it is none, or too large to be drawn */
export async function readPicture(file: Blob): Promise<ImageBitmap> {
  const picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
  if (picture.width * picture.height <= MOST_PIXELS) return picture;
  picture.close();
  throw new Error('too many pixels');
}

/** Draws what is seen over the whole of a canvas. */
export function draw(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  picture: ImageBitmap,
  view: View,
): void {
  const { width, height } = context.canvas;
  const { left, top, side } = cutOf(picture, view);
  context.imageSmoothingQuality = 'high';
  context.clearRect(0, 0, width, height);
  context.drawImage(picture, left, top, side, side, 0, 0, width, height);
}

/** What is seen, as a PNG: the one format that everybody has to understand (XEP-0084 #proto-info). */
export async function squareOf(picture: ImageBitmap, view: View): Promise<Uint8Array<ArrayBuffer>> {
  const canvas = new OffscreenCanvas(SIDE, SIDE);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('no canvas');
  draw(context, picture, view);
  const png = await canvas.convertToBlob({ type: 'image/png' });
  return new Uint8Array(await png.arrayBuffer());
}
