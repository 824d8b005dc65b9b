/**
 * XEP-0484 Fast Authentication Streamlining Tokens, version 0.2.0. https://xmpp.org/extensions/xep-0484.html
 * What a client that authenticated asks for, gets, and shows the next time. Which tokens may be used is decided in
 * auth/token.ts; a token is as secret as a password and never logged.
 */
import { child, childElements, is, textOf, xml, type Element } from '../xml.ts';
import { readDateTime } from './xep0082.ts';

export const NS = 'urn:xmpp:fast:0';
export const features = [];

/** A token as the server hands it out (#token-response). */
export interface IssuedToken {
  readonly secret: string;
  /** Milliseconds since 1970. */
  readonly expiry: number;
}

/** Longer ones are not kept; the servers that are known use less than a hundred characters. */
const MAXIMUM_LENGTH = 4_096;

/** The mechanisms that a server offers for tokens (#support); `element` is the `<inline/>` of SASL2. */
export function readOfferedMechanisms(element: Element): string[] {
  const offer = child(element, 'fast', NS);
  return offer === undefined ? [] : childElements(offer, 'mechanism', NS).map((each) => textOf(each).trim());
}

/** Asks for a token for this mechanism (#initial-auth). */
export function writeTokenRequest(mechanism: string): Element {
  return xml('request-token', NS, { mechanism });
}

/**
 * Says that a token is used (#fast-auth), for the `count`th time; `invalidate` lets it be the last (#invalidation).
 */
export function writeUse({ count, invalidate }: { count: number; invalidate?: boolean }): Element {
  return xml('fast', NS, { count, invalidate: invalidate === true ? 'true' : undefined });
}

/** Reads a `<token/>`; one without a secret or without a time in its `expiry` is none. */
export function readToken(element: Element): IssuedToken | undefined {
  const { token = '', expiry = '' } = element.attrs;
  const time = readDateTime(expiry);
  if (!is(element, 'token', NS) || token === '' || token.length > MAXIMUM_LENGTH || time === undefined) {
    return undefined;
  }
  return { secret: token, expiry: time };
}
