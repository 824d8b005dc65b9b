/**
 * XEP-0203 Delayed Delivery, version 2.0. https://xmpp.org/extensions/xep-0203.html
 * When a stanza was sent, if that was not just now. Anybody can write it (H75): whom to believe, and that nothing
 * comes from the future, is the engine's to decide.
 */
import { readJid, type Jid } from '../../../shared/jid.ts';
import { childElements, is, xml, type Element } from '../xml.ts';
import { readDateTime, writeDateTime } from './xep0082.ts';

export const NS = 'urn:xmpp:delay';
export const features: readonly string[] = [];

export interface Delay {
  /** Who says so; absent when it names nobody. */
  readonly from?: Jid;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Reads a `<delay/>`; one with a malformed stamp or address says nothing. */
export function readDelay(element: Element): Delay | undefined {
  if (!is(element, 'delay', NS)) return undefined;
  const at = readDateTime(element.attrs['stamp'] ?? '');
  if (at === undefined) return undefined;
  if (element.attrs['from'] === undefined) return { at };
  const from = readJid(element.attrs['from']);
  return from && { from, at };
}

export function writeDelay({ from, at }: Delay): Element {
  return xml('delay', NS, { from, stamp: writeDateTime(at) });
}

/**
 * The delay of a stanza. There has to be only one (#protocol); of several the last counts, because a server appends its
 * own to what the sender wrote.
 */
export function delayIn(parent: Element): Delay | undefined {
  const delays = childElements(parent, 'delay', NS).flatMap((each) => readDelay(each) ?? []);
  return delays.at(-1);
}
