/**
 * XEP-0294 Jingle RTP Header Extensions Negotiation, version 1.1.2. https://xmpp.org/extensions/xep-0294.html
 * What more stands in the headers of RTP packets, and under which number (RFC 8285).
 */
import type { HeaderExtension } from '../jingle.ts';
import { distinct, LIMITS, readNumber, readSome, readText } from '../jingle-grammar.ts';
import { child, childElements, xml, type Element } from '../xml.ts';
import { readSenders } from './xep0166.ts';

export const NS = 'urn:xmpp:jingle:apps:rtp:rtp-hdrext:0';
/** #support */
export const features = [NS];

/** Reads those among the children of a `<description/>`. */
export function readExtensions(description: Element): readonly HeaderExtension[] {
  return distinct(
    readSome(childElements(description, 'rtp-hdrext', NS), LIMITS.extensions, readExtension),
    ({ id }) => id,
  );
}

export function allowsMixed(description: Element): boolean {
  return child(description, 'extmap-allow-mixed', NS) !== undefined;
}

function readExtension({ attrs }: Element): HeaderExtension | undefined {
  const id = readExtensionId(attrs['id']);
  const uri = readExtensionUri(attrs['uri']);
  const senders = readSenders(attrs['senders']);
  return id === undefined || uri === undefined || senders === undefined ? undefined : { id, uri, senders };
}

/** 15 is reserved (RFC 8285 §4.2); numbers from 4096 on are still to be replaced (§7) and mean nothing to WebRTC. */
export function readExtensionId(text: string | undefined): number | undefined {
  const id = readNumber(text, 1, 255);
  return id === 15 ? undefined : id;
}

export function readExtensionUri(text: string | undefined): string | undefined {
  const uri = readText(text);
  return uri === undefined || uri.includes(' ') ? undefined : uri;
}

/** @param allowsMixedExtensions one- and two-byte headers in one stream */
export function writeExtensions(
  extensions: readonly HeaderExtension[],
  allowsMixedExtensions: boolean,
): Element[] {
  const elements = extensions.map(({ id, uri, senders }) =>
    xml('rtp-hdrext', NS, { id, uri, senders: senders === 'both' ? undefined : senders }),
  );
  return allowsMixedExtensions ? [...elements, xml('extmap-allow-mixed', NS)] : elements;
}
