/**
 * XEP-0191 Blocking Command, version 1.3. https://xmpp.org/extensions/xep-0191.html
 * Whom our server keeps away from us. Reads and asks; that a push comes from our own account is checked by the engine,
 * and what matches a blocked address is decided in shared/blocking.ts.
 */
import { readJid, type Jid } from '../../../shared/jid.ts';
import type { Wire } from '../wire.ts';
import { child, childElements, is, xml, type Element } from '../xml.ts';
import { write as writeReport, type Report } from './xep0377.ts';

export const NS = 'urn:xmpp:blocking';
/** Servers advertise it (#disco); a client has nothing to. */
export const features: readonly string[] = [];

/** What became of the list elsewhere (#block, #unblock, #unblockall). */
export type Push =
  | { readonly kind: 'block' | 'unblock'; readonly addresses: readonly Jid[] }
  | { readonly kind: 'unblock-all' };

/** Reads `<blocklist/>`; what is no address in it blocks nobody. */
export function read(element: Element): Jid[] | undefined {
  return is(element, 'blocklist', NS) ? readItems(element) : undefined;
}

export function write(addresses: readonly Jid[]): Element {
  return xml(
    'blocklist',
    NS,
    {},
    addresses.map((jid) => itemOf({ jid })),
  );
}

/** Reads the payload of a push. Items without one good address say nothing, and never that all are unblocked. */
export function readPush(element: Element): Push | undefined {
  if (element.ns !== NS || (element.name !== 'block' && element.name !== 'unblock')) return undefined;
  const addresses = readItems(element);
  if (addresses.length > 0) return { kind: element.name, addresses };
  const isEmpty = childElements(element).length === 0;
  return element.name === 'unblock' && isEmpty ? { kind: 'unblock-all' } : undefined;
}

/** Fetches the list, and asks for pushes with that (#blocklist). @throws StanzaError, WireClosed */
export async function askBlockList(wire: Pick<Wire, 'request'>): Promise<Jid[]> {
  const reply = await wire.request({ type: 'get', payload: xml('blocklist', NS) });
  const list = child(reply, 'blocklist', NS);
  return (list && read(list)) ?? [];
}

/** @param report goes along for each of them (XEP-0377 #impl) @throws StanzaError, WireClosed */
export async function askBlock(
  wire: Pick<Wire, 'request'>,
  addresses: readonly Jid[],
  report?: Report,
): Promise<void> {
  if (addresses.length === 0) return; // the server would have to refuse it (#block)
  const items = addresses.map((jid) => itemOf({ jid }, report));
  await wire.request({ type: 'set', payload: xml('block', NS, {}, items) });
}

/** Does nothing without an address: an empty request would unblock everybody (#unblockall). @throws StanzaError, WireClosed */
export async function askUnblock(wire: Pick<Wire, 'request'>, addresses: readonly Jid[]): Promise<void> {
  if (addresses.length === 0) return;
  const items = addresses.map((jid) => itemOf({ jid }));
  await wire.request({ type: 'set', payload: xml('unblock', NS, {}, items) });
}

function itemOf(attrs: { readonly jid: Jid }, report?: Report): Element {
  return xml('item', NS, attrs, report === undefined ? [] : [writeReport(report)]);
}

function readItems(element: Element): Jid[] {
  const addresses = childElements(element, 'item', NS).flatMap(
    ({ attrs }) => readJid(attrs['jid'] ?? '') ?? [],
  );
  return [...new Set(addresses)];
}
