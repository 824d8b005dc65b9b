/**
 * XEP-0334 Message Processing Hints, version 1.0.0. https://xmpp.org/extensions/xep-0334.html
 * What the sender would like servers to do with a message. Hints bind nobody (#rules).
 */
import { childElements, xml, type Element } from '../xml.ts';

export const NS = 'urn:xmpp:hints';
/** Not advertised: the document registers no feature (#registrar). */
export const features: readonly string[] = [];

export const hints = ['store', 'no-store', 'no-permanent-store', 'no-copy'] as const;
export type Hint = (typeof hints)[number];

/** The hints of a message, each once, in the order of `hints`. */
export function readHints(message: Element): Hint[] {
  const found = childElements(message).filter((each) => each.ns === NS);
  return hints.filter((hint) => found.some((each) => each.name === hint));
}

export function writeHint(hint: Hint): Element {
  return xml(hint, NS);
}
