/**
 * XEP-0261 Jingle In-Band Bytestreams Transport Method, version 1.0. https://xmpp.org/extensions/xep-0261.html
 * Which in-band bytestream a Jingle session uses, and how large its blocks are.
 */
import { readNumber, readText } from '../jingle-grammar.ts';
import { is, xml, type Element } from '../xml.ts';
import { LARGEST } from './xep0047.ts';

export const NS = 'urn:xmpp:jingle:transports:ibb:1';
/** Nobody begins a session with us unasked, so there is nothing to say. */
export const features: readonly string[] = [];

export interface InBandTransport {
  readonly sid: string;
  /** Bytes. */
  readonly blockSize: number;
}

/** Reads `<transport/>`; `undefined` for one over messages. */
export function readTransport(element: Element): InBandTransport | undefined {
  const sid = readText(element.attrs['sid']);
  const blockSize = readNumber(element.attrs['block-size'], 1, LARGEST);
  const isOverIq = (element.attrs['stanza'] ?? 'iq') === 'iq';
  if (!is(element, 'transport', NS) || sid === undefined || blockSize === undefined || !isOverIq)
    return undefined;
  return { sid, blockSize };
}

export function writeTransport({ sid, blockSize }: InBandTransport): Element {
  return xml('transport', NS, { 'block-size': blockSize, sid });
}
