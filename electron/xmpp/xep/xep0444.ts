/**
 * XEP-0444 Message Reactions, version 0.2.1. https://xmpp.org/extensions/xep-0444.html
 * What somebody feels about a message, as the whole set of it each time. Who may react to what is the engine's decision
 * (#acceptable-reactions); restrictions that an address announces (#disco-restricted) are heard as its refusal.
 */
import { readReactions as readSet } from '../../../shared/reaction.ts';
import { childElements, textOf, xml, type Element } from '../xml.ts';
import { readId } from './xep0359.ts';
import { readFallbacks, writeFallback } from './xep0428.ts';

export const NS = 'urn:xmpp:reactions:0';
export const features = [NS];

export interface Reactions {
  /** The id of the message that they are about. */
  readonly target: string;
  /** All that the sender feels about it from now on; empty to take back what was said before. */
  readonly emojis: readonly string[];
  /** The words beside them are there only for programs that know no reactions (XEP-0428). */
  readonly hasStandIn?: true;
}

/**
 * The reactions of a message; `undefined` without any, or with several (#rules: not more than one element). What is no
 * reaction is left out, and so is what is there twice.
 */
export function readReactions(message: Element): Reactions | undefined {
  const found = childElements(message, 'reactions', NS);
  const [element] = found;
  const target = readId(element?.attrs['id']);
  if (element === undefined || target === undefined || found.length > 1) return undefined;
  const emojis = readSet(childElements(element, 'reaction', NS).map(textOf));
  return { target, emojis, ...(readFallbacks(message).includes(NS) && { hasStandIn: true }) };
}

export function writeReactions({ target, emojis, hasStandIn }: Reactions): Element[] {
  const each = emojis.map((emoji) => xml('reaction', NS, {}, emoji));
  const element = xml('reactions', NS, { id: target }, ...each);
  return hasStandIn === true ? [element, writeFallback(NS)] : [element];
}
