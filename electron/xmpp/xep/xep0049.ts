/**
 * XEP-0049 Private XML Storage, version 1.2. https://xmpp.org/extensions/xep-0049.html
 * Keeps an element on the server for our other devices. Whoever sets one replaces what was there under its name.
 */
import type { Wire } from '../wire.ts';
import { child, xml, type Element } from '../xml.ts';

export const NS = 'jabber:iq:private';
/** The server's. */
export const features: readonly string[] = [];

/** What is kept under a name and namespace; `undefined` when nothing came. @throws StanzaError, WireClosed */
export async function askPrivate(
  wire: Pick<Wire, 'request'>,
  name: string,
  ns: string,
): Promise<Element | undefined> {
  const reply = await wire.request({ type: 'get', payload: xml('query', NS, {}, xml(name, ns)) });
  const query = child(reply, 'query', NS);
  return query && child(query, name, ns);
}

/** Keeps an element instead of what was there. @throws StanzaError, WireClosed */
export async function askSetPrivate(wire: Pick<Wire, 'request'>, element: Element): Promise<void> {
  await wire.request({ type: 'set', payload: xml('query', NS, {}, element) });
}
