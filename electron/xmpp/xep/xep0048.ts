/**
 * XEP-0048 Bookmarks, version 1.2. https://xmpp.org/extensions/xep-0048.html
 * Our rooms as older programs keep them, all in one element, in private XML (XEP-0049) or on a personal node: read to
 * take them over, written for those that read nothing else. Bookmarks of web pages, and what others added, stay there.
 */
import { localOf, readBareJid, type BareJid } from '../../../shared/jid.ts';
import { StanzaError, type Wire } from '../wire.ts';
import { childElements, childText, is, xml, type Element } from '../xml.ts';
import { readNick, readPassword } from './xep0045.ts';
import { askPrivate, askSetPrivate } from './xep0049.ts';
import { askItems, askPublishAs, FEATURE_PUBLISH_OPTIONS } from './xep0060.ts';

export const NS = 'storage:bookmarks';
/** XEP-0402 is what we want to hear of. */
export const features: readonly string[] = [];

const MOST = 2_000;
/** In characters. */
const LONGEST_NAME = 512;

/** Where the element is kept. */
export type Place = 'private' | 'pep';

/** What these bookmarks can say of a room. */
export interface OldBookmark {
  readonly address: BareJid;
  readonly name?: string;
  readonly autojoin: boolean;
  readonly nick?: string;
  readonly password?: string;
}

/** Reads a `<storage/>`. Of two for one room, the first counts; what has no room's address is left out. */
export function readStorage(element: Element): OldBookmark[] | undefined {
  if (!is(element, 'storage', NS)) return undefined;
  const found = new Map<BareJid, OldBookmark>();
  for (const conference of childElements(element, 'conference', NS).slice(0, MOST)) {
    const bookmark = readConference(conference);
    if (bookmark !== undefined && !found.has(bookmark.address)) found.set(bookmark.address, bookmark);
  }
  return [...found.values()];
}

function readConference(element: Element): OldBookmark | undefined {
  const address = readBareJid(element.attrs['jid'] ?? '');
  if (address === undefined || localOf(address) === undefined) return undefined;
  const { autojoin } = element.attrs;
  const name = element.attrs['name']?.trim().slice(0, LONGEST_NAME).toWellFormed();
  const nick = readNick(childText(element, 'nick'));
  const password = readPassword(element);
  return {
    address,
    ...(name !== undefined && name !== '' && { name }),
    autojoin: autojoin === 'true' || autojoin === '1',
    ...(nick !== undefined && { nick }),
    ...(password !== undefined && { password }),
  };
}

/**
 * The `<storage/>` with these rooms instead of those that it had.
 * @param before what is there; all of it that is no room stays, and so does what others added to a room that stays
 */
export function writeStorage(
  bookmarks: readonly OldBookmark[],
  before: Element = xml('storage', NS),
): Element {
  const known = new Map<BareJid, Element>();
  const rest: Element[] = [];
  for (const each of childElements(before)) {
    const address = is(each, 'conference', NS) ? readConference(each)?.address : undefined;
    if (address === undefined) rest.push(each);
    else if (!known.has(address)) known.set(address, each);
  }
  const written = bookmarks.map((bookmark) => writeConference(bookmark, known.get(bookmark.address)));
  return xml('storage', NS, before.attrs, written, rest);
}

function writeConference(
  { address, name, autojoin, nick, password }: OldBookmark,
  before?: Element,
): Element {
  const isOurs = (each: Element): boolean => each.ns === NS && ['nick', 'password'].includes(each.name);
  return xml(
    'conference',
    NS,
    { ...before?.attrs, jid: address, name, autojoin },
    nick !== undefined && xml('nick', NS, {}, nick),
    password !== undefined && xml('password', NS, {}, password),
    before && childElements(before).filter((each) => !isOurs(each)),
  );
}

/** What is kept there; an empty element when nothing is. @throws StanzaError, WireClosed */
export async function askStorage(wire: Pick<Wire, 'request'>, place: Place): Promise<Element> {
  const empty = xml('storage', NS);
  try {
    if (place === 'private') return (await askPrivate(wire, 'storage', NS)) ?? empty;
    const items = await askItems(wire, { node: NS });
    return (
      items.flatMap(({ payload }) => (payload && is(payload, 'storage', NS) ? [payload] : []))[0] ?? empty
    );
  } catch (error) {
    if (error instanceof StanzaError && error.condition === 'item-not-found') return empty;
    throw error;
  }
}

/**
 * Replaces what is kept there, so `writeStorage` is to be given what was fetched just before.
 * @param offered what our account announces: without publish-options nothing goes onto a node (H19)
 * @throws StanzaError (`feature-not-implemented` then), WireClosed
 */
export async function askSetStorage(
  wire: Pick<Wire, 'request'>,
  place: Place,
  storage: Element,
  offered: ReadonlySet<string>,
): Promise<void> {
  if (place === 'private') {
    await askSetPrivate(wire, storage);
    return;
  }
  if (!offered.has(FEATURE_PUBLISH_OPTIONS)) {
    throw new StanzaError('feature-not-implemented', 'cancel', 'no publish-options');
  }
  // #storage-pubsub-upload
  const options = { persist_items: true, access_model: 'whitelist' };
  await askPublishAs(wire, { node: NS, id: 'current', payload: storage, options });
}
