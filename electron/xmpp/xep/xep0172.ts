/**
 * XEP-0172 User Nickname, version 1.1. https://xmpp.org/extensions/xep-0172.html
 * What people would like to be called. How far to believe it is judged by the engine.
 */
import type { Wire } from '../wire.ts';
import { is, textOf, xml, type Element } from '../xml.ts';
import { askPublishAs } from './xep0060.ts';
import { notifyFeature } from './xep0163.ts';

export const NS = 'http://jabber.org/protocol/nick';
/** #manage */
export const features = [notifyFeature(NS)];

/** In characters; longer ones are no names. */
const LONGEST = 1_024;

/** As it was written, empty for none; `undefined` for another element. */
export function readNick(element: Element): string | undefined {
  if (!is(element, 'nick', NS)) return undefined;
  const nick = textOf(element).trim();
  return nick.length > LONGEST ? '' : nick;
}

export function writeNick(nick: string): Element {
  return xml('nick', NS, {}, nick);
}

/** Tells the contacts what we would like to be called; empty for nothing any more. @throws StanzaError, WireClosed */
export async function askPublishNick(wire: Pick<Wire, 'request'>, nick: string): Promise<void> {
  const options = { access_model: 'presence', persist_items: true } as const;
  await askPublishAs(wire, { node: NS, id: 'current', payload: writeNick(nick), options });
}
