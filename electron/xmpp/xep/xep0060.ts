/**
 * XEP-0060 Publish-Subscribe, version 1.30.0. https://xmpp.org/extensions/xep-0060.html
 * Publishing, fetching and withdrawing items, and reading what others published. Subscriptions come with presence
 * (XEP-0163), so none are managed here; who may speak for a node is checked by the engine.
 */
import { readJid, type Jid } from '../../../shared/jid.ts';
import { StanzaError, type Wire } from '../wire.ts';
import { child, childElements, is, xml, type Element } from '../xml.ts';
import { writeForm } from './xep0004.ts';

export const NS = 'http://jabber.org/protocol/pubsub';
export const NS_EVENT = 'http://jabber.org/protocol/pubsub#event';
export const NS_OWNER = 'http://jabber.org/protocol/pubsub#owner';
/** The server offers these for our account; we advertise no pubsub service of our own. */
export const features: readonly string[] = [];

export const FEATURE_PUBLISH_OPTIONS = 'http://jabber.org/protocol/pubsub#publish-options';
const FORM_OPTIONS = 'http://jabber.org/protocol/pubsub#publish-options';
const FORM_CONFIGURATION = 'http://jabber.org/protocol/pubsub#node_config';

type Requester = Pick<Wire, 'request'>;

/** An item as it was published. The payload is whatever the publisher wrote. */
export interface Item {
  readonly id?: string;
  readonly publisher?: Jid;
  readonly payload?: Element;
}

/** What happened at a node (#events). */
export interface PubsubEvent {
  readonly node: string;
  readonly items: readonly Item[];
  /** Ids of items that were withdrawn. */
  readonly retracted: readonly string[];
  /** All items went (`purged`), or the node itself did (`deleted`). */
  readonly end?: 'purged' | 'deleted';
}

/** The answers a node may be configured with; `pubsub#` is put in front of each. */
export type NodeOptions = Readonly<Record<string, string | number | boolean>>;

/** Reads an `<event/>`; `undefined` when it names no node. */
export function readEvent(element: Element): PubsubEvent | undefined {
  if (!is(element, 'event', NS_EVENT)) return undefined;
  for (const happening of childElements(element)) {
    const { node } = happening.attrs;
    if (happening.ns !== NS_EVENT || node === undefined || node === '') continue;
    if (happening.name === 'items') {
      const retracted = childElements(happening, 'retract', NS_EVENT).flatMap(
        ({ attrs }) => attrs['id'] ?? [],
      );
      return { node, items: childElements(happening, 'item', NS_EVENT).map(readItem), retracted };
    }
    if (happening.name === 'purge') return { node, items: [], retracted: [], end: 'purged' };
    if (happening.name === 'delete') return { node, items: [], retracted: [], end: 'deleted' };
  }
  return undefined;
}

export function writeEvent({ node, items, retracted, end }: PubsubEvent): Element {
  if (end !== undefined) {
    return xml('event', NS_EVENT, {}, xml(end === 'purged' ? 'purge' : 'delete', NS_EVENT, { node }));
  }
  return xml(
    'event',
    NS_EVENT,
    {},
    xml(
      'items',
      NS_EVENT,
      { node },
      items.map((item) => writeItem(item, NS_EVENT)),
      retracted.map((id) => xml('retract', NS_EVENT, { id })),
    ),
  );
}

function readItem(element: Element): Item {
  const { id } = element.attrs;
  const publisher = readJid(element.attrs['publisher'] ?? '');
  const payload = childElements(element)[0];
  return {
    ...(id !== undefined && { id }),
    ...(publisher !== undefined && { publisher }),
    ...(payload !== undefined && { payload }),
  };
}

function writeItem({ id, publisher, payload }: Item, ns: string): Element {
  return xml('item', ns, { id, publisher }, payload);
}

/**
 * Fetches items, the newest first when `max` is given (#subscriber-retrieve-requestrecent).
 * @param to whose node; absent: our own account's
 * @throws StanzaError (`item-not-found` when there is no such node), WireClosed
 */
export async function askItems(
  wire: Requester,
  { to, node, max, ids = [] }: { to?: string; node: string; max?: number; ids?: readonly string[] },
): Promise<Item[]> {
  const wanted = ids.map((id) => xml('item', NS, { id }));
  const payload = xml('pubsub', NS, {}, xml('items', NS, { node, max_items: max }, wanted));
  const reply = await wire.request({ type: 'get', ...(to !== undefined && { to }), payload });
  const pubsub = child(reply, 'pubsub', NS);
  const items = pubsub && child(pubsub, 'items', NS);
  // Another node's items are not what was asked for.
  return items?.attrs['node'] === node ? childElements(items, 'item', NS).map(readItem) : [];
}

/**
 * Publishes one item on a node of our own account.
 * @param options what the node has to be like (#publisher-publish-options): the server creates it so, or refuses with `conflict` when it
 *   is otherwise. Without publish-options on the server a node would be created with defaults that may be readable by
 *   anyone, so the caller checks `FEATURE_PUBLISH_OPTIONS` before publishing what is private (CVE-2018-6591).
 * @returns the item's id @throws StanzaError, WireClosed
 */
export async function askPublish(wire: Requester, publication: Publication): Promise<string | undefined> {
  const { options = {} } = publication;
  try {
    return await publishOnce(wire, publication);
  } catch (error) {
    const known = onlyOld(options);
    const isLess = Object.keys(known).length < Object.keys(options).length;
    if (
      publication.demandsAll === true ||
      !isLess ||
      !(error instanceof StanzaError) ||
      error.condition !== 'resource-constraint'
    )
      throw error;
    return await publishOnce(wire, { ...publication, options: known });
  }
}

/**
 * The same for a node that may exist and be configured otherwise: then it is configured anew first
 * (#publisher-publish-options). @throws StanzaError, WireClosed
 */
export async function askPublishAs(
  wire: Requester,
  publication: Publication & { readonly options: NodeOptions },
): Promise<string | undefined> {
  try {
    return await askPublish(wire, publication);
  } catch (error) {
    if (!(error instanceof StanzaError) || error.condition !== 'conflict') throw error;
    await askConfigureNode(wire, publication.node, publication.options);
    return await askPublish(wire, publication);
  }
}

/**
 * The same for a node of many items, each of which shall stay. Where only the old options can be published, a new node
 * would keep a single item (`max_items` is 1 for ejabberd before 23.04), so the node is configured by itself.
 * @throws StanzaError, WireClosed
 */
export async function askPublishKept(
  wire: Requester,
  publication: Publication & { readonly options: NodeOptions },
): Promise<string | undefined> {
  try {
    return await askPublishAs(wire, { ...publication, demandsAll: true });
  } catch (error) {
    if (!(error instanceof StanzaError) || error.condition !== 'resource-constraint') throw error;
  }
  const { node, options } = publication;
  const known = { ...publication, options: onlyOld(options) };
  try {
    await askConfigureNode(wire, node, options);
  } catch (error) {
    if (!(error instanceof StanzaError) || error.condition !== 'item-not-found') throw error;
    const id = await publishOnce(wire, known);
    await askConfigureNode(wire, node, options);
    return id;
  }
  return await publishOnce(wire, known);
}

const onlyOld = (options: NodeOptions): NodeOptions =>
  Object.fromEntries(Object.entries(options).filter(([name]) => OLD_OPTIONS.has(name)));

/** ejabberd before 23.04 knows no others, and answers them with `resource-constraint`, "Unknown field" (its issue 3044). */
const OLD_OPTIONS: ReadonlySet<string> = new Set(['access_model', 'persist_items']);

interface Publication {
  readonly node: string;
  readonly id?: string;
  readonly payload: Element;
  readonly options?: NodeOptions;
  /** Rather refuse than leave out an option that an old server does not know. */
  readonly demandsAll?: boolean;
}

async function publishOnce(wire: Requester, publication: Publication): Promise<string | undefined> {
  const { node, id, payload, options } = publication;
  const request = xml(
    'pubsub',
    NS,
    {},
    xml('publish', NS, { node }, xml('item', NS, { id }, payload)),
    options !== undefined && xml('publish-options', NS, {}, optionsForm(FORM_OPTIONS, options)),
  );
  const reply = await wire.request({ type: 'set', payload: request });
  const pubsub = child(reply, 'pubsub', NS);
  const published = pubsub && child(pubsub, 'publish', NS);
  // #publisher-publish-success: the id is echoed, above all when the server chose it.
  return id ?? (published && child(published, 'item', NS)?.attrs['id']);
}

/** Withdraws an item and tells subscribers (#publisher-delete). @throws StanzaError, WireClosed */
export async function askRetract(wire: Requester, { node, id }: { node: string; id: string }): Promise<void> {
  const payload = xml('pubsub', NS, {}, xml('retract', NS, { node, notify: true }, xml('item', NS, { id })));
  await wire.request({ type: 'set', payload });
}

/** Deletes a node of our own with everything on it (#owner-delete). @throws StanzaError, WireClosed */
export async function askDeleteNode(wire: Requester, node: string): Promise<void> {
  const payload = xml('pubsub', NS_OWNER, {}, xml('delete', NS_OWNER, { node }));
  await wire.request({ type: 'set', payload });
}

/** Changes how a node of our own is configured (#owner-configure-submit). @throws StanzaError, WireClosed */
export async function askConfigureNode(wire: Requester, node: string, options: NodeOptions): Promise<void> {
  const form = optionsForm(FORM_CONFIGURATION, options);
  const payload = xml('pubsub', NS_OWNER, {}, xml('configure', NS_OWNER, { node }, form));
  await wire.request({ type: 'set', payload });
}

function optionsForm(formType: string, options: NodeOptions): Element {
  const fields = Object.entries(options).map(([name, value]): [string, string[]] => [
    `pubsub#${name}`,
    [String(value)],
  ]);
  return writeForm({ type: 'submit', formType, fields: new Map(fields) });
}
