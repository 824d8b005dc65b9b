/**
 * XEP-0066 Out of Band Data, version 1.5. https://xmpp.org/extensions/xep-0066.html
 * Reads an address that comes beside something else: a service's answer, or a message whose body repeats it and which
 * is a file then (§3). Nothing is fetched here.
 */
import { child, childText, is, xml, type Element } from '../xml.ts';

export const NS = 'jabber:x:oob';
/** §5 */
export const features = [NS];

export interface OutOfBand {
  /** An absolute `https` or `http` address without credentials in it. */
  readonly url: string;
  readonly description?: string;
}

const LONGEST_URL = 2_048;
const LONGEST_DESCRIPTION = 512;

/** Reads an `<x xmlns='jabber:x:oob'/>`; `undefined` unless its address is one that a browser may be given. */
export function readOutOfBand(element: Element): OutOfBand | undefined {
  if (!is(element, 'x', NS)) return undefined;
  const text = childText(element, 'url', NS)?.trim() ?? '';
  if (text.length > LONGEST_URL || /[\p{C}\s\\]/u.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:';
  // https://good.example@evil.example reads as the first and opens the second.
  if (!isWeb || url.hostname === '' || url.username !== '' || url.password !== '') return undefined;
  const description = childText(element, 'desc', NS)?.slice(0, LONGEST_DESCRIPTION).toWellFormed().trim();
  return { url: url.href, ...(description !== undefined && description !== '' && { description }) };
}

export function writeOutOfBand({ url, description }: OutOfBand): Element {
  return xml(
    'x',
    NS,
    {},
    xml('url', NS, {}, url),
    description !== undefined && xml('desc', NS, {}, description),
  );
}

export function outOfBandIn(parent: Element): OutOfBand | undefined {
  const found = child(parent, 'x', NS);
  return found && readOutOfBand(found);
}
