/**
 * XEP-0103 URL Address Information, version 0.4.1. https://xmpp.org/extensions/xep-0103.html
 * Reads where on the web something lies. Only `https:` addresses without credentials are read; nothing is fetched.
 */
import { is, xml, type Element } from '../xml.ts';

export const NS = 'http://jabber.org/protocol/url-data';
/** It appears inside other protocols here. */
export const features: readonly string[] = [];

const LONGEST = 2_048;

/**
 * An address that a file may be fetched from, in its normal form. `undefined` for every other scheme, for credentials
 * (https://a.test@127.0.0.1 reads as the first and opens the second) and for what is no address.
 */
export function readAddress(text: string): string | undefined {
  const trimmed = text.trim();
  // A URL parser forgives slashes too many or too few, and finds a host where no reader would.
  if (trimmed.length > LONGEST || !/^https:\/\/[^/?#]/i.test(trimmed) || /[\p{C}\s\\]/u.test(trimmed))
    return undefined;
  if (!URL.canParse(trimmed)) return undefined;
  const url = new URL(trimmed);
  if (url.protocol !== 'https:' || url.hostname === '' || url.username !== '' || url.password !== '') {
    return undefined;
  }
  return url.href;
}

/** Reads a `<url-data/>`. */
export function readUrlData(element: Element): string | undefined {
  return is(element, 'url-data', NS) ? readAddress(element.attrs['target'] ?? '') : undefined;
}

export function writeUrlData(address: string): Element {
  return xml('url-data', NS, { target: address });
}
