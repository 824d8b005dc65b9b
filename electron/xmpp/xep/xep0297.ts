/**
 * XEP-0297 Stanza Forwarding, version 1.0. https://xmpp.org/extensions/xep-0297.html
 * A message inside another protocol's wrapper. On its own it proves nothing about its sender (#security), so a bare
 * `<forwarded/>` in a message is never read (H08): only wrappers that were checked come here.
 */
import { childElements, NS_CLIENT, xml, type Element } from '../xml.ts';
import { delayIn, writeDelay, type Delay } from './xep0203.ts';

export const NS = 'urn:xmpp:forward:0';
/** Not advertised: we do not show messages that people forward this way. */
export const features: readonly string[] = [];

export interface Forwarded {
  readonly message: Element;
  readonly delay?: Delay;
}

/** What a wrapper forwards: exactly one `<forwarded/>` with exactly one `<message/>`. */
export function readForwarded(wrapper: Element): Forwarded | undefined {
  const found = childElements(wrapper, 'forwarded', NS);
  const forwarded = found[0];
  if (forwarded === undefined || found.length !== 1) return undefined;
  const messages = childElements(forwarded, 'message', NS_CLIENT);
  const message = messages[0];
  if (message === undefined || messages.length !== 1) return undefined;
  const delay = delayIn(forwarded);
  return { message, ...(delay !== undefined && { delay }) };
}

export function writeForwarded({ message, delay }: Forwarded): Element {
  return xml('forwarded', NS, {}, delay !== undefined && writeDelay(delay), message);
}
