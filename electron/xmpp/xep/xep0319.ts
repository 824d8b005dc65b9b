/**
 * XEP-0319 Last User Interaction in Presence, version 1.0.2. https://xmpp.org/extensions/xep-0319.html
 * Since when somebody has not touched their device. Whether that is told is the engine's to decide.
 */
import { childElements, is, xml, type Element } from '../xml.ts';
import { readDateTime, writeDateTime } from './xep0082.ts';

export const NS = 'urn:xmpp:idle:1';
/** A part of presence: nothing to advertise. */
export const features: readonly string[] = [];

/** Reads an `<idle/>`: milliseconds since 1970. Anybody can name any time. */
export function readIdle(element: Element): number | undefined {
  return is(element, 'idle', NS) ? readDateTime(element.attrs['since'] ?? '') : undefined;
}

/** @param since milliseconds since 1970; told in whole seconds, which is more than enough (#last-interact) */
export function writeIdle(since: number): Element {
  return xml('idle', NS, { since: writeDateTime(Math.floor(since / 1_000) * 1_000) });
}

/** The one of a presence; of several none is to be believed. */
export function idleIn(presence: Element): number | undefined {
  const [idle, ...others] = childElements(presence, 'idle', NS);
  return idle === undefined || others.length > 0 ? undefined : readIdle(idle);
}
