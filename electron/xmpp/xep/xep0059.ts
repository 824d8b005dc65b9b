/**
 * XEP-0059 Result Set Management, version 1.0. https://xmpp.org/extensions/xep-0059.html
 * The page that is asked for, and where the page that came stands in the whole.
 */
import { child, childText, is, xml, type Element } from '../xml.ts';

export const NS = 'http://jabber.org/protocol/rsm';
export const features: readonly string[] = [];

export interface PageRequest {
  /** How many at most. 0 asks only for the count (#count). */
  readonly max: number;
  /** Forwards, from behind this id (#forwards). */
  readonly after?: string;
  /** Backwards, from before this id (#backwards); the empty text asks for the last page (#last). */
  readonly before?: string;
}

export interface ResultSet {
  readonly first?: string;
  readonly last?: string;
  /** Position of the first item in the whole. */
  readonly index?: number;
  /** How many there are in the whole; servers may guess. */
  readonly count?: number;
}

export function writePageRequest({ max, after, before }: PageRequest): Element {
  return xml(
    'set',
    NS,
    {},
    xml('max', NS, {}, String(max)),
    after !== undefined && xml('after', NS, {}, after),
    before !== undefined && xml('before', NS, {}, before),
  );
}

export function readResultSet(element: Element): ResultSet | undefined {
  if (!is(element, 'set', NS)) return undefined;
  const first = childText(element, 'first');
  const last = childText(element, 'last');
  const index = readCount(child(element, 'first')?.attrs['index']);
  const count = readCount(childText(element, 'count'));
  return {
    ...(first !== undefined && { first }),
    ...(last !== undefined && { last }),
    ...(index !== undefined && { index }),
    ...(count !== undefined && { count }),
  };
}

export function writeResultSet({ first, last, index, count }: ResultSet): Element {
  return xml(
    'set',
    NS,
    {},
    first !== undefined && xml('first', NS, { index }, first),
    last !== undefined && xml('last', NS, {}, last),
    count !== undefined && xml('count', NS, {}, String(count)),
  );
}

function readCount(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
