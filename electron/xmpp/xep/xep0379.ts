/**
 * XEP-0379 Pre-Authenticated Roster Subscription, version 0.3.3. https://xmpp.org/extensions/xep-0379.html
 * The token that comes with a request to see somebody's presence, or with a registration (XEP-0445).
 */
import { child, is, xml, type Element } from '../xml.ts';

export const NS = 'urn:xmpp:pars:0';
/** Nobody needs to know before: without the token, the person decides (§5.1). */
export const features: readonly string[] = [];

const LONGEST_TOKEN = 256;

/** Reads a `<preauth/>`: its token, or `undefined`. */
export function readToken(element: Element): string | undefined {
  const { token } = element.attrs;
  const isToken = is(element, 'preauth', NS) && token !== undefined && token.length <= LONGEST_TOKEN;
  return isToken && token !== '' ? token : undefined;
}

export function writeToken(token: string): Element {
  return xml('preauth', NS, { token });
}

export function tokenIn(parent: Element): string | undefined {
  const found = child(parent, 'preauth', NS);
  return found && readToken(found);
}
