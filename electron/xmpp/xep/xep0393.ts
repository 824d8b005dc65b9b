/**
 * XEP-0393 Message Styling, version 1.1.1. https://xmpp.org/extensions/xep-0393.html
 * The element that asks for a message to be shown as it is written. Styling itself is read in `shared/styling.ts`, where
 * it is shown.
 */
import { child, xml, type Element } from '../xml.ts';

export const NS = 'urn:xmpp:styling:0';
/** #disco */
export const features: readonly string[] = [NS];

/** True when the sender does not want it styled (#disable). */
export function readUnstyled(message: Element): boolean {
  return child(message, 'unstyled', NS) !== undefined;
}

export function writeUnstyled(): Element {
  return xml('unstyled', NS);
}
