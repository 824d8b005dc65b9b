/**
 * XEP-0084 User Avatar, version 1.1.4. https://xmpp.org/extensions/xep-0084.html
 * What somebody says of their picture, the picture itself, and publishing our own. Pictures that lie on the web (`url`)
 * are no pictures here: nobody may make us fetch from an address of their choice. Whose word counts, and whether the data
 * is what was announced, is judged by the engine.
 */
import type { Wire } from '../wire.ts';
import { readBase64, writeBase64 } from '../base64.ts';
import { childElements, is, textOf, xml, type Element } from '../xml.ts';
import { askItems, askPublishAs, askRetract } from './xep0060.ts';
import { notifyFeature } from './xep0163.ts';

export const NS = 'urn:xmpp:avatar:metadata';
export const NS_DATA = 'urn:xmpp:avatar:data';
/** #process-subnotify */
export const features = [notifyFeature(NS)];

export interface AvatarInfo {
  /** SHA-1 of the picture, in lower-case hex. */
  readonly hash: string;
  /** In bytes, as announced. */
  readonly size: number;
  /** As announced; a hint. */
  readonly type: string;
  /** In pixels, as announced. */
  readonly width?: number;
  readonly height?: number;
}

const HASH = /^[0-9a-f]{40}$/;
/** Formats of one picture that are looked at. */
const MOST = 16;

/** A SHA-1 as these documents write it, in lower case; both cases are met (XEP-0153 #publish). */
export function readHash(text: string | undefined): string | undefined {
  const hash = text?.trim().toLowerCase();
  return hash !== undefined && HASH.test(hash) ? hash : undefined;
}

/**
 * The formats of a picture that lie on the data node; none when there is no picture (#pub-disable), or none that could be
 * had. `undefined` for another element.
 */
export function readMetadata(element: Element): AvatarInfo[] | undefined {
  if (!is(element, 'metadata', NS)) return undefined;
  return childElements(element, 'info', NS)
    .slice(0, MOST)
    .flatMap(({ attrs }) => {
      const [hash, size] = [readHash(attrs['id']), readNumber(attrs['bytes'])];
      if (hash === undefined || size === undefined || attrs['url'] !== undefined) return [];
      const [width, height] = [readNumber(attrs['width']), readNumber(attrs['height'])];
      const type = (attrs['type'] ?? '').toLowerCase();
      return {
        hash,
        size,
        type,
        ...(width !== undefined && { width }),
        ...(height !== undefined && { height }),
      };
    });
}

export function writeMetadata(formats: readonly AvatarInfo[]): Element {
  const infos = formats.map(({ hash, size, type, width, height }) =>
    xml('info', NS, { bytes: size, id: hash, type, width, height }),
  );
  return xml('metadata', NS, {}, infos);
}

/** @param limit of the picture, in bytes */
export function readData(element: Element, limit: number): Uint8Array | undefined {
  return is(element, 'data', NS_DATA) ? readBase64(textOf(element), limit) : undefined;
}

export function writeData(picture: Uint8Array): Element {
  return xml('data', NS_DATA, {}, writeBase64(picture));
}

function readNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) && Number(text) > 0 ? Number(text) : undefined;
}

/**
 * Fetches a picture by its hash (#process-subretrieve).
 * @param to whose; absent: our own
 * @returns nothing when there is none, or it is larger than `limit` bytes @throws StanzaError, WireClosed
 */
export async function askData(
  wire: Pick<Wire, 'request'>,
  { to, hash, limit }: { to?: string; hash: string; limit: number },
): Promise<Uint8Array | undefined> {
  const items = await askItems(wire, { ...(to !== undefined && { to }), node: NS_DATA, ids: [hash] });
  const payload = items.find(({ id }) => id === hash)?.payload;
  return payload && readData(payload, limit);
}

/** Contacts may see it, and nobody else (XEP-0398 #privacy). */
const OPTIONS = { access_model: 'presence', persist_items: true } as const;

/** Publishes a picture: first the data, then what is said of it (#process). @throws StanzaError, WireClosed */
export async function askPublishAvatar(
  wire: Pick<Wire, 'request'>,
  picture: Uint8Array,
  info: AvatarInfo,
): Promise<void> {
  await askPublishAs(wire, { node: NS_DATA, id: info.hash, payload: writeData(picture), options: OPTIONS });
  await askPublishAs(wire, { node: NS, id: info.hash, payload: writeMetadata([info]), options: OPTIONS });
}

/** Says that there is no picture (#pub-disable). @throws StanzaError, WireClosed */
export async function askDisableAvatar(wire: Pick<Wire, 'request'>): Promise<void> {
  await askPublishAs(wire, { node: NS, payload: writeMetadata([]), options: OPTIONS });
}

/** Takes a picture off the server. @throws StanzaError, WireClosed */
export async function askRemoveData(wire: Pick<Wire, 'request'>, hash: string): Promise<void> {
  await askRetract(wire, { node: NS_DATA, id: hash });
}
