/**
 * XEP-0333 Displayed Markers, version 1.0.0. https://xmpp.org/extensions/xep-0333.html
 * Asking the other side to say how far they have read, and saying it. A marker means "all up to this one"; whether one
 * is given is the engine's decision (#security: it leaks presence, #privacy: people may not want to tell).
 */
import { child, xml, type Element } from '../xml.ts';
import { readId } from './xep0359.ts';

export const NS = 'urn:xmpp:chat-markers:0';
export const features = [NS];

/** True when the sender of a message would like to know that it was read (#request). */
export function readMarkable(message: Element): boolean {
  return child(message, 'markable', NS) !== undefined;
}

export function writeMarkable(): Element {
  return xml('markable', NS);
}

/** The id of the last message that was read; `undefined` without one (#sending: the id is required). */
export function readDisplayed(message: Element): string | undefined {
  return readId(child(message, 'displayed', NS)?.attrs['id']);
}

export function writeDisplayed(id: string): Element {
  return xml('displayed', NS, { id });
}
