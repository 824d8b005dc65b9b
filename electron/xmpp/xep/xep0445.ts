/**
 * XEP-0445 Pre-Authenticated In-Band Registration, version 0.2.0. https://xmpp.org/extensions/xep-0445.html
 * Shows the token of an invitation before registering (§3.3); the token travels as XEP-0379 writes it.
 */
import { child, type Element } from '../xml.ts';
import type { Wire } from '../wire.ts';
import { writeToken } from './xep0379.ts';

/** The stream feature of servers that take tokens (§3.2). */
export const NS = 'urn:xmpp:ibr-token:0';
/** We register nobody: nothing to advertise. */
export const features: readonly string[] = [];

/** Whether these stream features say that tokens are taken. */
export function takesTokens(streamFeatures: Element): boolean {
  return child(streamFeatures, 'register', NS) !== undefined;
}

/** Shows the token. @throws StanzaError when it is not valid, WireClosed */
export async function askAcceptance(wire: Pick<Wire, 'request'>, to: string, token: string): Promise<void> {
  await wire.request({ type: 'set', to, payload: writeToken(token) });
}
