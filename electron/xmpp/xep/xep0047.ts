/**
 * XEP-0047 In-Band Bytestreams, version 2.0.1. https://xmpp.org/extensions/xep-0047.html
 * Bytes within the stream of the account, a block at a time. Reads and writes; which bytestreams there are, and who may
 * send on them, is decided by the engine.
 */
import { readBase64, writeBase64 } from '../base64.ts';
import { readNumber, readText } from '../jingle-grammar.ts';
import { textOf, xml, type Element } from '../xml.ts';

export const NS = 'http://jabber.org/protocol/ibb';
/** Nobody begins one with us unasked, so there is nothing to say. */
export const features: readonly string[] = [];

/** The largest block, in bytes (#create). */
export const LARGEST = 65_535;

export type InBand =
  | { readonly kind: 'open'; readonly sid: string; readonly blockSize: number }
  | {
      readonly kind: 'data';
      readonly sid: string;
      /** 0 to 65,535, then again from 0 (#send). */
      readonly seq: number;
      readonly bytes: Uint8Array;
    }
  | { readonly kind: 'close'; readonly sid: string };

/** Reads the payload of a request; `undefined` where it is malformed, and for bytes in messages, which we never agree on. */
export function readInBand(element: Element): InBand | undefined {
  const { attrs, name, ns } = element;
  const sid = readText(attrs['sid']);
  if (ns !== NS || sid === undefined) return undefined;
  if (name === 'close') return { kind: 'close', sid };
  if (name === 'open') {
    const blockSize = readNumber(attrs['block-size'], 1, LARGEST);
    const isOverIq = (attrs['stanza'] ?? 'iq') === 'iq';
    return blockSize === undefined || !isOverIq ? undefined : { kind: 'open', sid, blockSize };
  }
  const seq = readNumber(attrs['seq'], 0, 0xffff);
  const bytes = readBase64(textOf(element), LARGEST);
  return name !== 'data' || seq === undefined || bytes === undefined
    ? undefined
    : { kind: 'data', sid, seq, bytes };
}

export function writeInBand(inBand: InBand): Element {
  const { kind, sid } = inBand;
  switch (kind) {
    case 'open':
      return xml('open', NS, { 'block-size': inBand.blockSize, sid, stanza: 'iq' });
    case 'data':
      return xml('data', NS, { seq: inBand.seq, sid }, writeBase64(inBand.bytes));
    case 'close':
      return xml('close', NS, { sid });
  }
}
