/**
 * Where a file lies, as one address: `https:` on the web (XEP-0103), or `xmpp:` with a client that sends it when it is
 * asked (XEP-0358). It fetches nothing, and looks nothing up.
 */
import { readUrlData, writeUrlData } from './xep/xep0103.ts';
import { addressOf, readPublication, readPublicationAddress, writePublication } from './xep/xep0358.ts';
import type { Element } from './xml.ts';

/** Reads one of the sources of a file (XEP-0447 #sources). */
export function readSource(element: Element): string | undefined {
  const publication = readPublication(element);
  return publication === undefined ? readUrlData(element) : addressOf(publication);
}

export function writeSource(address: string): Element {
  const publication = readPublicationAddress(address);
  return publication === undefined ? writeUrlData(address) : writePublication(publication);
}
