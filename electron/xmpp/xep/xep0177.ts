/**
 * XEP-0177 Jingle Raw UDP Transport Method, version 1.1.1. https://xmpp.org/extensions/xep-0177.html
 * A single place for each component, without checks. What it names is sent to by nothing here: without ICE nobody shows
 * that he wants the packets (#security), and WebRTC sends none then (RFC 8827 §6.2). It is read to say what a peer offered.
 */
import { readAddress } from '../candidate-address.ts';
import { LIMITS, readNumber, readSome, readText } from '../jingle-grammar.ts';
import { childElements, is, xml, type Element } from '../xml.ts';

export const NS = 'urn:xmpp:jingle:transports:raw-udp:1';
/** Not advertised: see above. */
export const features: readonly string[] = [];

export interface RawCandidate {
  readonly component: number;
  readonly generation: number;
  readonly id: string;
  /** An IP address; never a name. */
  readonly address: string;
  readonly port: number;
}

/** Reads `<transport/>`. */
export function readRawTransport(element: Element): readonly RawCandidate[] | undefined {
  if (!is(element, 'transport', NS)) return undefined;
  return readSome(childElements(element, 'candidate', NS), LIMITS.candidates, ({ attrs }) => {
    const component = readNumber(attrs['component'], 1, 256);
    const generation = readNumber(attrs['generation'], 0, 255);
    const id = readText(attrs['id'], 64);
    const address = readAddress(attrs['ip']);
    const port = readNumber(attrs['port'], 1, 65_535);
    if (component === undefined || generation === undefined || id === undefined) return undefined;
    return address === undefined || port === undefined
      ? undefined
      : { component, generation, id, address, port };
  });
}

export function writeRawTransport(candidates: readonly RawCandidate[]): Element {
  return xml(
    'transport',
    NS,
    {},
    candidates.map(({ component, generation, id, address, port }) =>
      xml('candidate', NS, { component, generation, id, ip: address, port }),
    ),
  );
}
