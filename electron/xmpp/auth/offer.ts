/** What a server announces about authentication, read from its stream features. It judges nothing: choose.ts does. */
import { childElements, textOf } from '../xml.ts';
import type { Element } from '../xml.ts';
import * as xep0386 from '../xep/xep0386.ts';
import * as xep0388 from '../xep/xep0388.ts';
import * as xep0484 from '../xep/xep0484.ts';
import type { Sasl2Offer } from './memory.ts';

const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const NS_SM = 'urn:xmpp:sm:3';
/** XEP-0440 1.0.0. */
const NS_BINDINGS = 'urn:xmpp:sasl-cb:0';

/** Lists longer than this are cut: no server has so much to offer, and the offer is remembered. */
const MAXIMUM_LENGTH = 64;

export interface Offer {
  /** The mechanisms of RFC 6120. */
  readonly mechanisms: readonly string[];
  readonly sasl2?: Sasl2Offer;
  /** The channel-binding types (XEP-0440), `undefined` when the feature was absent. */
  readonly bindings: readonly string[] | undefined;
}

export function readOffer(features: Element): Offer {
  const announced = childElements(features, 'sasl-channel-binding', NS_BINDINGS)[0];
  const sasl2 = readSasl2(features);
  return {
    mechanisms: childElements(features, 'mechanisms', NS_SASL).flatMap((list) =>
      childElements(list, 'mechanism', NS_SASL).map(textOf),
    ),
    ...(sasl2 !== undefined && { sasl2 }),
    bindings:
      announced &&
      childElements(announced, 'channel-binding', NS_BINDINGS).map(({ attrs }) => attrs['type'] ?? ''),
  };
}

function readSasl2(features: Element): Sasl2Offer | undefined {
  const offer = xep0388.readOffer(features);
  if (offer === undefined) return undefined;
  const binds = xep0386.readOfferedFeatures(offer.inline);
  return {
    mechanisms: offer.mechanisms.slice(0, MAXIMUM_LENGTH),
    resumes: childElements(offer.inline, 'sm', NS_SM).length > 0,
    ...(binds !== undefined && { binds: binds.slice(0, MAXIMUM_LENGTH) }),
    fast: xep0484.readOfferedMechanisms(offer.inline).slice(0, MAXIMUM_LENGTH),
  };
}
