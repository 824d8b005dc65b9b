/**
 * XEP-0199 XMPP Ping, version 2.0.1. https://xmpp.org/extensions/xep-0199.html
 * Asks for a sign of life, and gives one. Who gets one is decided by the engine.
 */
import type { Wire } from '../wire.ts';
import { xml } from '../xml.ts';

export const NS = 'urn:xmpp:ping';
export const features = [NS];

/**
 * Resolves when the other side answered.
 * @param to absent: our own server (#c2s)
 * @throws StanzaError when it answered with an error, which is a sign of life, too; WireClosed
 */
export async function askPing(wire: Pick<Wire, 'request'>, to?: string, timeout?: number): Promise<void> {
  await wire.request({
    type: 'get',
    payload: xml('ping', NS),
    ...(to !== undefined && { to }),
    ...(timeout !== undefined && { timeout }),
  });
}

export const answer = {
  ns: NS,
  name: 'ping',
  type: 'get',
  handle(): 'empty' {
    return 'empty';
  },
} as const;
