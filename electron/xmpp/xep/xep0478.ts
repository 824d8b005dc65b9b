/**
 * XEP-0478 Stream Limits Advertisement, version 0.2.0
 * https://xmpp.org/extensions/xep-0478.html
 *
 * What a server takes on one stream, so that we refuse ourselves what would cost the connection.
 */
import { childElements, childText } from '../xml.ts';
import type { Element } from '../xml.ts';

export const NS = 'urn:xmpp:stream-limits:0';
export const features = [];

/** RFC 6120 §13.12: no server may allow less, so whoever says less is not taken at its word. */
const LEAST_BYTES = 10_000;
/** More often than this nobody needs a sign of life. */
const LEAST_SECONDS = 10;
/** `xs:unsignedInt` (#schema). */
const MOST = 4_294_967_295;

export interface StreamLimitsOffer {
  /** The largest element on the top level of the stream, in bytes. */
  readonly maxBytes?: number;
  /** Silence after which the server doubts that we live, in seconds. */
  readonly idleSeconds?: number;
}

/** Reads what a `<stream:features/>` announces (#advertise); empty when it announces nothing. */
export function read(features: Element): StreamLimitsOffer {
  const [limits] = childElements(features, 'limits', NS);
  const number = (name: string, least: number): number | undefined => {
    const text = limits && childText(limits, name)?.trim();
    if (text === undefined || !/^\d{1,10}$/.test(text) || Number(text) > MOST) return undefined;
    return Math.max(least, Number(text));
  };
  const [maxBytes, idleSeconds] = [number('max-bytes', LEAST_BYTES), number('idle-seconds', LEAST_SECONDS)];
  return {
    ...(maxBytes !== undefined && { maxBytes }),
    ...(idleSeconds !== undefined && { idleSeconds }),
  };
}
