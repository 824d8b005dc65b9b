/**
 * XEP-0437 Room Activity Indicators, version 0.2.0. https://xmpp.org/extensions/xep-0437.html
 * Which rooms have something new, from their service, without entering them. It says that something happened, never how
 * much (#rules).
 */
import { domainOf, localOf, readBareJid, type BareJid } from '../../../shared/jid.ts';
import { child, childElements, is, NS_CLIENT, stanza, textOf, xml, type Element } from '../xml.ts';

export const NS = 'urn:xmpp:rai:0';
/** Services of rooms know it. */
export const features: readonly string[] = [];

const MOST = 1_000;

/** Would like to hear from a service from now on, until it hears that we are gone. */
export function writeSubscription(service: BareJid): Element {
  return stanza('presence', { to: service }, xml('rai', NS));
}

export function writeUnsubscription(service: BareJid): Element {
  return stanza('presence', { to: service, type: 'unavailable' });
}

/** The rooms with something new, each once; a service speaks for its own rooms only. `undefined` for another message. */
export function readActivity(message: Element): BareJid[] | undefined {
  const element = child(message, 'rai', NS);
  const service = readBareJid(message.attrs['from'] ?? '');
  const { type } = message.attrs;
  if (!is(message, 'message', NS_CLIENT) || type === 'error' || element === undefined) return undefined;
  if (service === undefined || localOf(service) !== undefined) return undefined;
  const rooms = childElements(element, 'activity', NS)
    .slice(0, MOST)
    .flatMap((each) => readBareJid(textOf(each).trim()) ?? [])
    .filter((room) => domainOf(room) === service && localOf(room) !== undefined);
  return [...new Set(rooms)];
}

export function writeActivity(rooms: readonly BareJid[]): Element {
  return xml(
    'rai',
    NS,
    {},
    rooms.map((room) => xml('activity', NS, {}, room)),
  );
}
