/**
 * The roster of RFC 6121 §2: the contact list as the server keeps it. https://www.rfc-editor.org/rfc/rfc6121#section-2
 * Reads and asks; that a push comes from our own account is checked by the engine (§2.1.6, CVE-2015-8688).
 */
import { readBareJid, type BareJid } from '../../../shared/jid.ts';
import type { Wire } from '../wire.ts';
import { child, childElements, is, textOf, xml, type Element } from '../xml.ts';

export const NS = 'jabber:iq:roster';
/** Part of the core protocol: nothing to advertise. */
export const features: readonly string[] = [];

const SUBSCRIPTIONS = ['none', 'to', 'from', 'both', 'remove'] as const;

export interface RosterItem {
  readonly address: BareJid;
  /** The name that the account's owner gave; empty when none. */
  readonly name: string;
  readonly subscription: (typeof SUBSCRIPTIONS)[number];
  /** Our request to see their presence waits for an answer (§2.1.2.2). */
  readonly asking: boolean;
  readonly groups: readonly string[];
}

export interface Roster {
  /** Absent when the server keeps no versions (§2.6). */
  readonly version?: string;
  readonly items: readonly RosterItem[];
}

export interface RosterPush {
  readonly version?: string;
  readonly item: RosterItem;
}

type Requester = Pick<Wire, 'request'>;

export function readRosterItem(element: Element): RosterItem | undefined {
  const address = is(element, 'item', NS) ? readBareJid(element.attrs['jid'] ?? '') : undefined;
  if (address === undefined) return undefined;
  const { name = '', subscription, ask } = element.attrs;
  const groups = childElements(element, 'group', NS)
    .map(textOf)
    .filter((group) => group !== '');
  return {
    address,
    name,
    // §2.1.2.5: an item without the attribute, or with an unknown value, is not subscribed to anything.
    subscription: SUBSCRIPTIONS.find((each) => each === subscription) ?? 'none',
    asking: ask === 'subscribe',
    groups: [...new Set(groups)],
  };
}

export function writeRosterItem({ address, name, subscription, asking, groups }: RosterItem): Element {
  return xml(
    'item',
    NS,
    {
      jid: address,
      name: name === '' ? undefined : name,
      subscription,
      ask: asking ? 'subscribe' : undefined,
    },
    groups.map((group) => xml('group', NS, {}, group)),
  );
}

/** Reads the IQ of a roster push: exactly one item (§2.1.6). */
export function readRosterPush(iq: Element): RosterPush | undefined {
  const query = iq.attrs['type'] === 'set' ? child(iq, 'query', NS) : undefined;
  const items = query && childElements(query, 'item', NS);
  const item = items?.length === 1 && items[0] !== undefined ? readRosterItem(items[0]) : undefined;
  const version = query?.attrs['ver'];
  return item && { item, ...(version !== undefined && { version }) };
}

/**
 * Fetches the roster, or learns that it has not changed since `version` (§2.6.3); the pushes then tell the rest.
 * Without a version the empty one is sent, which is how a client begins to use versions (§2.6.2); servers without
 * them ignore it.
 * @throws StanzaError, WireClosed
 */
export async function askRoster(wire: Requester, version?: string): Promise<Roster | 'unchanged'> {
  const reply = await wire.request({ type: 'get', payload: xml('query', NS, { ver: version ?? '' }) });
  const query = child(reply, 'query', NS);
  if (query === undefined) return version === undefined ? { items: [] } : 'unchanged';
  // Of an address that is listed twice the last item counts, as if it had been pushed.
  const items = new Map<BareJid, RosterItem>();
  for (const element of childElements(query, 'item', NS)) {
    const item = readRosterItem(element);
    if (item !== undefined && item.subscription !== 'remove') items.set(item.address, item);
  }
  const { ver } = query.attrs;
  return { items: [...items.values()], ...(ver !== undefined && { version: ver }) };
}

/** Adds or changes an item; the server answers with a push, too (§2.3, §2.4). @throws StanzaError, WireClosed */
export async function setContact(
  wire: Requester,
  { address, name, groups }: Pick<RosterItem, 'address' | 'name' | 'groups'>,
): Promise<void> {
  const item = xml(
    'item',
    NS,
    { jid: address, name: name === '' ? undefined : name },
    groups.map((group) => xml('group', NS, {}, group)),
  );
  await wire.request({ type: 'set', payload: xml('query', NS, {}, item) });
}

/** Removes an item and ends the subscriptions in both directions (§2.5). @throws StanzaError, WireClosed */
export async function removeContact(wire: Requester, address: BareJid): Promise<void> {
  const item = xml('item', NS, { jid: address, subscription: 'remove' });
  await wire.request({ type: 'set', payload: xml('query', NS, {}, item) });
}
