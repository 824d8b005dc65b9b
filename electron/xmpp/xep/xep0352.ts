/**
 * XEP-0352 Client State Indication, version 1.0.0. https://xmpp.org/extensions/xep-0352.html
 * Says whether somebody is looking, so that the server may hold back what can wait. When it is said is the shell's
 * business, whether it may be said the stream's.
 */
import { xml, type Element } from '../xml.ts';

export const NS = 'urn:xmpp:csi:0';
/** A feature of streams; to others a client never says whether it is active (#security). */
export const features: readonly string[] = [];

/** Neither a stanza nor answered nor counted (#indication). */
export function writeClientState(isActive: boolean): Element {
  return xml(isActive ? 'active' : 'inactive', NS);
}
