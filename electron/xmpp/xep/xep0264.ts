/**
 * XEP-0264 Jingle Content Thumbnails, version 0.4.2. https://xmpp.org/extensions/xep-0264.html
 * Reads the small pictures that stand for a file (XEP-0446 #file). Only those that come along are read: nothing that lies
 * elsewhere is ever fetched for a look at it, and nothing here is believed to be a picture.
 */
import { childElements, xml, type Element } from '../xml.ts';

export const NS = 'urn:xmpp:thumbs:1';
/** It appears inside other protocols. */
export const features: readonly string[] = [];

/** Bytes of base64, and thumbnails of one file; the rest is not read. */
const LONGEST = 16_384;
const MOST = 4;
/** RFC 2397, of which only pictures in base64 are of use; some programs quote the base64 once more. */
const DATA = /^data:(image\/[a-z0-9.+-]{1,32});base64,([A-Za-z0-9+/=%]+)$/;

export interface Thumbnail {
  /** As its address says; `media-type` may say anything (#thumbnail_element). */
  readonly type: string;
  readonly data: Uint8Array;
}

/** The thumbnails among the children of a `<file/>`, in order. */
export function readThumbnails(file: Element): Thumbnail[] {
  return childElements(file, 'thumbnail', NS)
    .slice(0, MOST)
    .flatMap(({ attrs }) => readData(attrs['uri'] ?? '') ?? []);
}

function readData(uri: string): Thumbnail | undefined {
  if (uri.length > LONGEST) return undefined;
  const [, type = '', text = ''] = DATA.exec(uri) ?? [];
  const base64 = text.replaceAll(/%(2b|2f|3d)/giu, (quoted) => decodeURIComponent(quoted));
  if (type === '' || base64.includes('%')) return undefined;
  const data = Uint8Array.from(Buffer.from(base64, 'base64'));
  return data.length === 0 ? undefined : { type, data };
}

export function writeThumbnail({ type, data }: Thumbnail): Element {
  const uri = `data:${type};base64,${Buffer.from(data).toString('base64')}`;
  return xml('thumbnail', NS, { uri, 'media-type': type });
}
