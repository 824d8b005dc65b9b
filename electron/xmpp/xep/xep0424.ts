/**
 * XEP-0424 Message Retraction, version 0.4.2. https://xmpp.org/extensions/xep-0424.html
 * Which message somebody takes back. That it was theirs is found out by whoever has the message (#security); tombstones
 * of archives say nothing that the retraction beside them does not, and are not read.
 */
import { child, childElements, xml, type Element } from '../xml.ts';
import { readId } from './xep0359.ts';
import { readFallbacks, writeFallback } from './xep0428.ts';

export const NS = 'urn:xmpp:message-retract:1';
/** #disco */
export const features = [NS];

export interface Retraction {
  /** Of the message's `id` attribute (#business-id). */
  readonly target: string;
  /** The words beside it are there only for programs that know no retraction (XEP-0428). */
  readonly hasStandIn?: true;
}

/** `undefined` without an id, and for what a moderator says (XEP-0425), which is another thing. */
export function readRetraction(message: Element): Retraction | undefined {
  const element = child(message, 'retract', NS);
  const target = readId(element?.attrs['id']);
  if (element === undefined || target === undefined) return undefined;
  if (childElements(element).some(({ name }) => name === 'moderated')) return undefined;
  return { target, ...(readFallbacks(message).includes(NS) && { hasStandIn: true }) };
}

export function writeRetraction({ target, hasStandIn }: Retraction): Element[] {
  const element = xml('retract', NS, { id: target });
  return hasStandIn === true ? [element, writeFallback(NS)] : [element];
}
