/**
 * XEP-0280 Message Carbons, version 1.0.1. https://xmpp.org/extensions/xep-0280.html
 * Copies of what our other devices send and receive. Unwraps one level and no more (H07); that the wrapper comes from
 * our own account has to be asked with `isFromOwnAccount` before its content is believed (CVE-2017-5589).
 */
import { readBareJid, type BareJid } from '../../../shared/jid.ts';
import type { Wire } from '../wire.ts';
import { child, childElements, xml, type Element } from '../xml.ts';
import type { Delay } from './xep0203.ts';
import { readForwarded, writeForwarded } from './xep0297.ts';

export const NS = 'urn:xmpp:carbons:2';
/** Offered by servers (#disco); a client only asks for it. */
export const features: readonly string[] = [];

export interface Carbon {
  readonly direction: 'sent' | 'received';
  /** The copied `<message/>`, as it was on the wire. */
  readonly message: Element;
  readonly delay?: Delay;
}

/** True when a message is a carbon, or pretends to be one, whatever is in it. */
export function isCarbon(message: Element): boolean {
  return childElements(message).some(({ name, ns }) => ns === NS && (name === 'sent' || name === 'received'));
}

/** The message that a carbon wraps; `undefined` when it wraps none, or both directions contradict each other. */
export function readCarbon(message: Element): Carbon | undefined {
  const sent = child(message, 'sent', NS);
  const received = child(message, 'received', NS);
  const wrapper = sent ?? received;
  if (wrapper === undefined || (sent !== undefined && received !== undefined)) return undefined;
  const forwarded = readForwarded(wrapper);
  return forwarded && { direction: sent === undefined ? 'received' : 'sent', ...forwarded };
}

/** The wrapper that a server writes (#inbound, #outbound), without the addresses of the outer message. */
export function writeCarbon({ direction, ...forwarded }: Carbon): Element {
  return xml(direction, NS, {}, writeForwarded(forwarded));
}

/**
 * True when a stanza speaks for our own account: from its bare address exactly, or without a sender, which stands for
 * the same (RFC 6120 §8.1.2.1). Another resource of ours, or our server's domain, does not (H03).
 */
export function isFromOwnAccount(from: string | undefined, own: BareJid): boolean {
  return from === undefined || readBareJid(from) === own;
}

/** Asks our server for carbons (#enabling). @throws StanzaError, WireClosed */
export async function askEnable(wire: Pick<Wire, 'request'>): Promise<void> {
  await wire.request({ type: 'set', payload: xml('enable', NS) });
}
