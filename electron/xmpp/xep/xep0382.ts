/**
 * XEP-0382 Spoiler messages, version 0.2.0. https://xmpp.org/extensions/xep-0382.html
 * Says that a message is to be covered until the person asks for it, and perhaps what it is about.
 */
import { childElements, textOf, xml, type Element } from '../xml.ts';

export const NS = 'urn:xmpp:spoiler:0';
/** #disco */
export const features: readonly string[] = [NS];

/** In UTF-16 units: it is a word of warning, not a message. */
const LONGEST = 200;

/**
 * What it is about, empty when it does not say; `undefined` for a message that is none. Of several languages the one that
 * is not marked as a translation, else the first.
 */
export function readSpoiler(message: Element): string | undefined {
  const hints = childElements(message, 'spoiler', NS);
  const chosen = hints.find(({ attrs }) => attrs['xml:lang'] === undefined) ?? hints[0];
  return chosen && textOf(chosen).trim().slice(0, LONGEST).toWellFormed();
}

export function writeSpoiler(hint: string): Element {
  return xml('spoiler', NS, {}, hint);
}
