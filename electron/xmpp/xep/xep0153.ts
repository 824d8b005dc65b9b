/**
 * XEP-0153 vCard-Based Avatars, version 1.1.1. https://xmpp.org/extensions/xep-0153.html
 * The hash of somebody's picture in their presence. The picture is in their vCard (xep0054.ts).
 */
import { child, childText, xml, type Element } from '../xml.ts';
import { readHash } from './xep0084.ts';

export const NS = 'vcard-temp:x:update';
/** Presence itself says it. */
export const features: readonly string[] = [];

/**
 * The hash in a presence, empty when it says that there is no picture (#bizrules-presence); `undefined` when it says
 * nothing, or what is no hash. Prosody puts the id of an item there when there is no picture, which is none either.
 */
export function photoIn(presence: Element): string | undefined {
  const update = child(presence, 'x', NS);
  const text = update && childText(update, 'photo');
  return text?.trim() === '' ? '' : readHash(text);
}

/** @param hash empty for "no picture" */
export function writePhoto(hash: string): Element {
  return xml('x', NS, {}, xml('photo', NS, {}, hash));
}
