/**
 * XEP-0402 PEP Native Bookmarks, version 1.2.0. https://xmpp.org/extensions/xep-0402.html
 * Our rooms, kept on a private node of our account, one item for each. What others put there stays when it is edited
 * (#adding-a-bookmark). That events come from our own account is the caller's to check (H18).
 */
import { localOf, readBareJid, type BareJid } from '../../../shared/jid.ts';
import { StanzaError, type Wire } from '../wire.ts';
import { child, childElements, childText, is, xml, type Element } from '../xml.ts';
import { readNick, readPassword } from './xep0045.ts';
import {
  askItems,
  askPublishKept,
  askRetract,
  FEATURE_PUBLISH_OPTIONS,
  type Item,
  type PubsubEvent,
} from './xep0060.ts';
import { notifyFeature } from './xep0163.ts';
import { readPinned, writePinned } from './xep0469.ts';
import { readNotification, writeNotification, type NotificationSetting } from './xep0492.ts';

export const NS = 'urn:xmpp:bookmarks:1';
/** #enable-updates */
export const features = [notifyFeature(NS)];

/** More rooms than anybody is in. */
const MOST = 2_000;
/** In characters. */
const LONGEST_NAME = 512;

export interface Bookmark {
  readonly address: BareJid;
  readonly name?: string;
  /** To be entered whenever we come online; false for a room that we left and still know. */
  readonly autojoin: boolean;
  readonly nick?: string;
  /** Readable by the server: no secret from anybody there. */
  readonly password?: string;
  /** XEP-0469 */
  readonly isPinned: boolean;
  /** XEP-0492; absent when nothing is set. */
  readonly notify?: NotificationSetting;
  /** All that its `<extensions/>` holds, above two included: to be handed back as it came. */
  readonly extensions: readonly Element[];
  /** What else others put into the bookmark itself. */
  readonly others: readonly Element[];
}

/** Reads an item; `undefined` unless its id is the address of a room, and it holds a conference. */
export function readBookmark({ id, payload }: Item): Bookmark | undefined {
  const address = readBareJid(id ?? '');
  if (address === undefined || localOf(address) === undefined) return undefined;
  if (payload === undefined || !is(payload, 'conference', NS)) return undefined;
  const known = ['nick', 'password', 'extensions'];
  const { autojoin } = payload.attrs;
  const name = payload.attrs['name']?.trim().slice(0, LONGEST_NAME).toWellFormed();
  const nick = readNick(childText(payload, 'nick'));
  const password = readPassword(payload);
  const extensions = childElements(child(payload, 'extensions') ?? xml('extensions', NS));
  const notify = readNotification(extensions);
  return {
    address,
    ...(name !== undefined && name !== '' && { name }),
    autojoin: autojoin === 'true' || autojoin === '1',
    ...(nick !== undefined && { nick }),
    ...(password !== undefined && { password }),
    isPinned: readPinned(extensions),
    ...(notify !== undefined && { notify }),
    extensions,
    others: childElements(payload).filter((each) => each.ns !== NS || !known.includes(each.name)),
  };
}

/** The `<conference/>`; `isPinned` and `notify` win over what the extensions said. */
export function writeBookmark(bookmark: Bookmark): Element {
  const { name, autojoin, nick, password, others } = bookmark;
  const extensions = writePreferences(bookmark);
  return xml(
    'conference',
    NS,
    { name, autojoin },
    nick !== undefined && xml('nick', NS, {}, nick),
    password !== undefined && xml('password', NS, {}, password),
    extensions.length > 0 && xml('extensions', NS, {}, extensions),
    others,
  );
}

function writePreferences({ extensions, isPinned, notify }: Bookmark): readonly Element[] {
  const pinned = readPinned(extensions) === isPinned ? extensions : writePinned(extensions, isPinned);
  return readNotification(pinned) === notify ? pinned : writeNotification(pinned, notify);
}

/** What changed at the node. */
export interface BookmarkEvent {
  readonly changed: readonly Bookmark[];
  readonly removed: readonly BareJid[];
  /** All are gone. */
  readonly isCleared: boolean;
}

/** `undefined` for an event of another node (#notifications). */
export function readBookmarkEvent(event: PubsubEvent): BookmarkEvent | undefined {
  if (event.node !== NS) return undefined;
  return {
    changed: event.items.slice(0, MOST).flatMap((item) => readBookmark(item) ?? []),
    removed: event.retracted.slice(0, MOST).flatMap((id) => readBareJid(id) ?? []),
    isCleared: event.end !== undefined,
  };
}

/** All of them (#retrieving-bookmarks); none when there is no such node. @throws StanzaError, WireClosed */
export async function askBookmarks(wire: Pick<Wire, 'request'>): Promise<Bookmark[]> {
  try {
    const items = await askItems(wire, { node: NS });
    return items.slice(0, MOST).flatMap((item) => readBookmark(item) ?? []);
  } catch (error) {
    if (error instanceof StanzaError && error.condition === 'item-not-found') return [];
    throw error;
  }
}

/** #adding-a-bookmark: nobody but us may read them, and none is lost for want of room. */
const OPTIONS = {
  persist_items: true,
  max_items: 'max',
  send_last_published_item: 'never',
  access_model: 'whitelist',
} as const;

/**
 * Adds or replaces the bookmark of a room.
 * @param offered what our account announces: without publish-options our rooms could become readable by anybody
 *   (CVE-2018-6591), so nothing is published (H19)
 * @throws StanzaError (`feature-not-implemented` then), WireClosed
 */
export async function askPublishBookmark(
  wire: Pick<Wire, 'request'>,
  bookmark: Bookmark,
  offered: ReadonlySet<string>,
): Promise<void> {
  if (!offered.has(FEATURE_PUBLISH_OPTIONS)) {
    throw new StanzaError('feature-not-implemented', 'cancel', 'no publish-options');
  }
  await askPublishKept(wire, {
    node: NS,
    id: bookmark.address,
    payload: writeBookmark(bookmark),
    options: OPTIONS,
  });
}

/** Removes the bookmark of a room (#removing-a-bookmark); one that is not there is removed already. @throws StanzaError, WireClosed */
export async function askRetractBookmark(wire: Pick<Wire, 'request'>, address: BareJid): Promise<void> {
  try {
    await askRetract(wire, { node: NS, id: address });
  } catch (error) {
    if (!(error instanceof StanzaError) || error.condition !== 'item-not-found') throw error;
  }
}
