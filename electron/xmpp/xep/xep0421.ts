/**
 * XEP-0421 Occupant identifiers for semi-anonymous MUCs, version 1.0.1. https://xmpp.org/extensions/xep-0421.html
 * Who somebody in a room is, whatever they call themselves. It counts only on stanzas of a room that announces the
 * feature (#rules): everywhere else anybody can write it, and that is the caller's to check.
 */
import { childElements, xml, type Element } from '../xml.ts';

export const NS = 'urn:xmpp:occupant-id:0';
/** Rooms announce it (#disco). */
export const features: readonly string[] = [];

/** #id-generation: "a maximum length of 128 characters". */
const LONGEST = 128;

/** The id on a stanza or in an element; `undefined` without one, and with several (#rules: not more than one). */
export function readOccupantId(parent: Element): string | undefined {
  const [element, ...more] = childElements(parent, 'occupant-id', NS);
  const id = element?.attrs['id'];
  return more.length > 0 || id === undefined || id === '' || id.length > LONGEST ? undefined : id;
}

export function writeOccupantId(id: string): Element {
  return xml('occupant-id', NS, { id });
}
