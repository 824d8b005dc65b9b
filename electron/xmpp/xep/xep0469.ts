/**
 * XEP-0469 Bookmark Pinning, version 0.1.0. https://xmpp.org/extensions/xep-0469.html
 * Which rooms stay at the top, as an extension of their bookmarks (XEP-0402).
 */
import { is, xml, type Element } from '../xml.ts';

export const NS = 'urn:xmpp:bookmarks-pinning:0';
/** It concerns our own devices only. */
export const features: readonly string[] = [];

/** @param extensions of a bookmark */
export function readPinned(extensions: readonly Element[]): boolean {
  return extensions.some((each) => is(each, 'pinned', NS));
}

/** The same extensions, pinned or not. */
export function writePinned(extensions: readonly Element[], isPinned: boolean): Element[] {
  const others = extensions.filter((each) => !is(each, 'pinned', NS));
  return isPinned ? [...others, xml('pinned', NS)] : others;
}
