/**
 * XEP-0202 Entity Time, version 2.0. https://xmpp.org/extensions/xep-0202.html
 * Asks what time it is elsewhere, and says what time it is here, if the person allows that (#security).
 */
import type { Wire } from '../wire.ts';
import { child, childText, is, xml, type Element } from '../xml.ts';
import { readDateTime, writeDateTime } from './xep0082.ts';

export const NS = 'urn:xmpp:time';
export const features = [NS];

export interface EntityTime {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Minutes east of UTC. */
  readonly offset: number;
}

/** XEP-0082 #datetime: the zone, `Z` or a signed offset; the farthest places are 14 hours away. */
const ZONE = /^(?:Z|([+-])(0\d|1[0-4]):([0-5]\d))$/;

export function readTime(element: Element): EntityTime | undefined {
  if (!is(element, 'time', NS)) return undefined;
  const zone = ZONE.exec(childText(element, 'tzo')?.trim() ?? '');
  const at = readDateTime(childText(element, 'utc')?.trim() ?? '');
  if (zone === null || at === undefined) return undefined;
  const [, sign, hours = '0', minutes = '0'] = zone;
  const offset = Number(hours) * 60 + Number(minutes);
  return { at, offset: sign === '-' && offset !== 0 ? -offset : offset };
}

export function writeTime({ at, offset }: EntityTime): Element {
  const two = (value: number): string => String(value).padStart(2, '0');
  const minutes = Math.abs(Math.round(offset));
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  return xml(
    'time',
    NS,
    {},
    xml('tzo', NS, {}, offset === 0 ? 'Z' : zone),
    xml('utc', NS, {}, writeDateTime(at)),
  );
}

/**
 * Asks an entity for its time; `undefined` when it does not say.
 * @throws StanzaError, WireClosed
 */
export async function askTime(wire: Pick<Wire, 'request'>, to: string): Promise<EntityTime | undefined> {
  const reply = await wire.request({ type: 'get', to, payload: xml('time', NS) });
  const time = child(reply, 'time', NS);
  return time && readTime(time);
}

export const answer = {
  ns: NS,
  name: 'time',
  type: 'get',
  /** @param time `undefined` when the person does not allow to tell it */
  handle(_payload: Element, { time }: { readonly time: EntityTime | undefined }): Element | undefined {
    return time && writeTime(time);
  },
} as const;
