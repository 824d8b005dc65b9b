/**
 * XEP-0372 References, version 0.5.0. https://xmpp.org/extensions/xep-0372.html
 * Mentions of people in the words of a message. Anybody can mention anybody: that it disturbs somebody is decided by the
 * engine. References to data are not read.
 */
import type { Jid } from '../../../shared/jid.ts';
import { LONGEST_URI, readXmppUri, writeXmppUri } from '../../../shared/xmpp-uri.ts';
import { childElements, xml, type Element } from '../xml.ts';

export const NS = 'urn:xmpp:reference:0';
/** #discovery */
export const features = [NS];

/** More people than anybody means in one message. */
const MOST = 32;

/** A part of the body in code points (#usecase_generics); the end is behind its last one. */
export interface Range {
  readonly begin: number;
  readonly end: number;
}

export interface Mention {
  /** A person, or an occupant of a room by their nickname there. */
  readonly address: Jid;
  /** Which words they are; absent when it does not say, or not well. */
  readonly range?: Range;
}

/**
 * The mentions beside a body, in the order given (#usecase_mention).
 * @param length of the body in code points: a part that is not within it is none
 */
export function readMentions(parent: Element, length: number): Mention[] {
  return childElements(parent, 'reference', NS)
    .filter(({ attrs }) => attrs['type'] === 'mention' && attrs['anchor'] === undefined)
    .slice(0, MOST)
    .flatMap(({ attrs }) => {
      const { uri } = attrs;
      const found = uri === undefined || uri.length > LONGEST_URI ? undefined : readXmppUri(uri);
      if (found === undefined) return [];
      const range = readRange(attrs, length);
      return [{ address: found.address, ...(range !== undefined && { range }) }];
    });
}

export function writeMention({ address, range }: Mention): Element {
  const uri = writeXmppUri({ address, action: { kind: 'open' } });
  return xml('reference', NS, { ...range, type: 'mention', uri });
}

/** Both ends of a part that lies within so many code points; `undefined` for anything else. */
export function readRange(
  { begin, end }: Readonly<Record<string, string | undefined>>,
  length: number,
): Range | undefined {
  if (begin === undefined || end === undefined || !NUMBER.test(begin) || !NUMBER.test(end)) return undefined;
  const range = { begin: Number(begin), end: Number(end) };
  return range.begin < range.end && range.end <= length ? range : undefined;
}

const NUMBER = /^\d{1,9}$/;
