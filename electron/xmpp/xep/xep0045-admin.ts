/**
 * XEP-0045 Multi-User Chat, version 1.35.5. https://xmpp.org/extensions/xep-0045.html#admin
 * What moderators and admins do: lists of the affiliated, and changes of affiliations and roles. Whether we may is the
 * service's to say (`forbidden`, `not-allowed`).
 */
import type { BareJid, Jid } from '../../../shared/jid.ts';
import type { Wire } from '../wire.ts';
import { child, childElements, xml, type Element } from '../xml.ts';
import { NS_ADMIN, readRoomItem, type Affiliation, type Role, type RoomItem } from './xep0045.ts';

/** It goes with the rest of the extension. */
export const features: readonly string[] = [];

type Requester = Pick<Wire, 'request'>;

/** More than anybody looks through; the rest of a list is not read. */
const MOST_ITEMS = 10_000;
/** How many changes go into one request, so that it fits into one stanza of any server. */
const AT_ONCE = 100;

/** A change for one address. */
export interface AffiliationChange {
  readonly jid: Jid;
  readonly affiliation: Affiliation;
  readonly reason?: string;
}

/** Reads the `<query/>` of a list; `undefined` for another element. Who has no address in it is left out. */
export function readList(reply: Element): RoomItem[] | undefined {
  const query = child(reply, 'query', NS_ADMIN);
  return (
    query &&
    childElements(query, 'item', NS_ADMIN)
      .slice(0, MOST_ITEMS)
      .map(readRoomItem)
      .filter(({ jid, nick }) => jid !== undefined || nick !== undefined)
  );
}

/**
 * Everybody with an affiliation (#modifymember, #modifyban, #modifyadmin, #modifyowner). Members may ask for members in
 * members-only rooms, else it takes an admin.
 * @throws StanzaError, WireClosed
 */
export async function askAffiliations(
  wire: Requester,
  room: BareJid,
  affiliation: Affiliation,
): Promise<readonly RoomItem[]> {
  return await askList(wire, room, { affiliation });
}

/** Gives somebody another affiliation (#grantmember, #ban …); `none` takes what they have. @throws StanzaError, WireClosed */
export async function setAffiliation(
  wire: Requester,
  room: BareJid,
  jid: Jid,
  affiliation: Affiliation,
  reason?: string,
): Promise<void> {
  await setAffiliations(wire, room, [{ jid, affiliation, ...(reason !== undefined && { reason }) }]);
}

/**
 * Changes many at once, in the order given; does nothing without a change. Of more than a hundred, the first ones are
 * done already when a later part is refused.
 * @throws StanzaError, WireClosed
 */
export async function setAffiliations(
  wire: Requester,
  room: BareJid,
  changes: readonly AffiliationChange[],
): Promise<void> {
  for (let at = 0; at < changes.length; at += AT_ONCE) {
    const items = changes
      .slice(at, at + AT_ONCE)
      .map(({ jid, affiliation, reason }) => itemOf({ jid, affiliation }, reason));
    // One after another: a change may undo an earlier one.
    await wire.request({ type: 'set', to: room, payload: xml('query', NS_ADMIN, {}, items) });
  }
}

/** Gives an occupant another role (#grantvoice, #revokevoice, #grantmod …); `none` is out of the door (#kick). @throws StanzaError, WireClosed */
export async function setRole(
  wire: Requester,
  room: BareJid,
  nick: string,
  role: Role,
  reason?: string,
): Promise<void> {
  const payload = xml('query', NS_ADMIN, {}, itemOf({ nick, role }, reason));
  await wire.request({ type: 'set', to: room, payload });
}

async function askList(
  wire: Requester,
  room: BareJid,
  wanted: { readonly affiliation: Affiliation } | { readonly role: Role },
): Promise<readonly RoomItem[]> {
  const payload = xml('query', NS_ADMIN, {}, xml('item', NS_ADMIN, { ...wanted }));
  return readList(await wire.request({ type: 'get', to: room, payload })) ?? [];
}

function itemOf(
  attrs:
    | { readonly jid: Jid; readonly affiliation: Affiliation }
    | { readonly nick: string; readonly role: Role },
  reason?: string,
): Element {
  const inner = reason !== undefined && reason !== '' && xml('reason', NS_ADMIN, {}, reason);
  return xml('item', NS_ADMIN, { ...attrs }, inner);
}
