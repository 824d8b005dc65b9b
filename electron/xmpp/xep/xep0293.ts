/**
 * XEP-0293 Jingle RTP Feedback Negotiation, version 1.0.2. https://xmpp.org/extensions/xep-0293.html
 * Which feedback the receiver of a stream gives to its sender (RFC 4585).
 */
import type { Feedback, FeedbackRules } from '../jingle.ts';
import { LIMITS, readNumber, readSome, readToken } from '../jingle-grammar.ts';
import { child, childElements, xml, type Element } from '../xml.ts';

export const NS = 'urn:xmpp:jingle:apps:rtp:rtcp-fb:0';
/** #support */
export const features = [NS];

/** Reads the rules among the children of a `<description/>` or a `<payload-type/>`. */
export function readFeedback(parent: Element): FeedbackRules {
  const messages = readSome(childElements(parent, 'rtcp-fb', NS), LIMITS.feedback, readMessage);
  const interval = readNumber(child(parent, 'rtcp-fb-trr-int', NS)?.attrs['value'], 0, 0xffffffff);
  return { messages, ...(interval !== undefined && { interval }) };
}

function readMessage({ attrs }: Element): Feedback | undefined {
  const type = readToken(attrs['type']);
  if (type === undefined) return undefined;
  if (attrs['subtype'] === undefined) return { type };
  const subtype = readToken(attrs['subtype']);
  return subtype === undefined ? undefined : { type, subtype };
}

export function writeFeedback({ messages, interval }: FeedbackRules): Element[] {
  const elements = messages.map(({ type, subtype }) => xml('rtcp-fb', NS, { type, subtype }));
  return interval === undefined ? elements : [...elements, xml('rtcp-fb-trr-int', NS, { value: interval })];
}
