/**
 * What may be shown of a picture before it is fetched: a ThumbHash, or a picture so small that decoding it is nothing. What
 * somebody says of one does not count, only its bytes (XEP-0264 #security).
 */
import { sniff } from '../files/kind.ts';
import { sizeOf } from '../files/picture.ts';
import { stillOf } from '../files/still.ts';
import type { Thumbnail } from '../xmpp/xep/xep0264.ts';

export const THUMBHASH = 'image/thumbhash';
/** Of a ThumbHash, in bytes: https://evanw.github.io/thumbhash/ */
const HASH = { least: 5, most: 25 };
const TYPES: ReadonlySet<string | undefined> = new Set(['image/jpeg', 'image/png', 'image/webp']);
/** In points. */
const LARGEST_SIDE = 320;

/** The first that can be shown, as the address that the window gets; nothing in it leads out of it. */
export function shownThumbnail(thumbnails: readonly Thumbnail[] = []): string | undefined {
  for (const { type, data } of thumbnails) {
    const shown = type === THUMBHASH ? hashOf(data) : pictureOf(data);
    if (shown !== undefined) return shown;
  }
  return undefined;
}

/** The same as it goes to others. */
export function thumbnailOf(address: string): Thumbnail {
  const [head = '', base64 = ''] = address.split(';base64,');
  return { type: head.slice('data:'.length), data: Uint8Array.from(Buffer.from(base64, 'base64')) };
}

function hashOf(data: Uint8Array): string | undefined {
  return data.length < HASH.least || data.length > HASH.most ? undefined : addressOf(THUMBHASH, data);
}

function pictureOf(data: Uint8Array): string | undefined {
  const type = sniff(data);
  const size = type !== undefined && TYPES.has(type) ? sizeOf(type, data) : undefined;
  if (type === undefined || size === undefined) return undefined;
  const { width, height } = size;
  if (width < 1 || height < 1 || Math.max(width, height) > LARGEST_SIDE) return undefined;
  const still = stillOf(type, data);
  return still && addressOf(type, still);
}

const addressOf = (type: string, data: Uint8Array): string =>
  `data:${type};base64,${Buffer.from(data).toString('base64')}`;
