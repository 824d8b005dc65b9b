/**
 * XEP-0184 Message Delivery Receipts, version 1.4.0. https://xmpp.org/extensions/xep-0184.html
 * Asking for a receipt and giving one. Whether one is given is the engine's decision (#security: presence leaks).
 */
import { child, xml, type Element } from '../xml.ts';
import { readId } from './xep0359.ts';

export const NS = 'urn:xmpp:receipts';
export const features = [NS];

/** True when the sender of a message asks for a receipt. */
export function readRequest(message: Element): boolean {
  return child(message, 'request', NS) !== undefined;
}

export function writeRequest(): Element {
  return xml('request', NS);
}

/** The id of the message that this one confirms; `undefined` without one (#format: the id is required). */
export function readReceipt(message: Element): string | undefined {
  return readId(child(message, 'received', NS)?.attrs['id']);
}

export function writeReceipt(id: string): Element {
  return xml('received', NS, { id });
}
