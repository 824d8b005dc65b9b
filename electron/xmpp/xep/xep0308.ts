/**
 * XEP-0308 Last Message Correction, version 1.2.1. https://xmpp.org/extensions/xep-0308.html
 * Which message another one replaces. Whether its author may replace it is found out by whoever has that message.
 */
import { child, xml, type Element } from '../xml.ts';
import { readId } from './xep0359.ts';

export const NS = 'urn:xmpp:message-correct:0';
/** #disco */
export const features = [NS];

/** The id of the message that is corrected: the original's, also when it is not the first time (#rules). */
export function readReplace(message: Element): string | undefined {
  return readId(child(message, 'replace', NS)?.attrs['id']);
}

export function writeReplace(id: string): Element {
  return xml('replace', NS, { id });
}
