/**
 * XEP-0176 Jingle ICE-UDP Transport Method, version 1.1.1. https://xmpp.org/extensions/xep-0176.html
 * Where a medium can flow: the candidates of ICE and what authenticates their checks. It resolves no name, connects to
 * nothing, and takes no candidate that leads to this computer or speaks another protocol than UDP.
 */
import { readAddress } from '../candidate-address.ts';
import type { Candidate, CandidateType, IceCredentials, IceTransport } from '../jingle.ts';
import { LIMITS, readIceText, readNumber, readSome, readText } from '../jingle-grammar.ts';
import { child, childElements, is, xml, type Element } from '../xml.ts';
import { NS as NS_DTLS, readFingerprint, writeFingerprint } from './xep0320.ts';

export const NS = 'urn:xmpp:jingle:transports:ice-udp:1';
/** #support */
export const features = [NS];

/** Reads `<transport/>`. What cannot be used in it is as good as absent; the engine refuses what lacks too much. */
export function readTransport(element: Element): IceTransport | undefined {
  if (!is(element, 'transport', NS)) return undefined;
  const credentials = readCredentials(element.attrs['ufrag'], element.attrs['pwd']);
  const named = child(element, 'fingerprint', NS_DTLS);
  const fingerprint = named && readFingerprint(named);
  return {
    ...(credentials && { credentials }),
    ...(fingerprint && { fingerprint }),
    candidates: readSome(childElements(element, 'candidate', NS), LIMITS.candidates, readCandidate),
  };
}

export function writeTransport({ credentials, fingerprint, candidates }: IceTransport): Element {
  return xml(
    'transport',
    NS,
    { pwd: credentials?.password, ufrag: credentials?.fragment },
    fingerprint && writeFingerprint(fingerprint),
    candidates.map(writeCandidate),
  );
}

/** RFC 8445 §5.3 says how long they are at least; Dino's have exactly that. */
export function readCredentials(
  fragment: string | undefined,
  password: string | undefined,
): IceCredentials | undefined {
  const [name, secret] = [readIceText(fragment, 4, 256), readIceText(password, 22, 256)];
  return name === undefined || secret === undefined ? undefined : { fragment: name, password: secret };
}

function readCandidate({ attrs }: Element): Candidate | undefined {
  return candidateOf({
    ...attrs,
    relatedAddress: attrs['rel-addr'],
    relatedPort: attrs['rel-port'],
    address: attrs['ip'],
  });
}

/** The words of a candidate, as XML and SDP have them. */
export interface CandidateWords {
  readonly [word: string]: string | undefined;
}

/** A candidate from its words; `undefined` for one that cannot or may not be used. */
export function candidateOf(words: CandidateWords): Candidate | undefined {
  const type = typeOf(words['type']);
  const address = readAddress(words['address']);
  const port = readNumber(words['port'], 1, 65_535);
  const component = readNumber(words['component'], 1, 256);
  const priority = readNumber(words['priority'], 1, 0x7fffffff);
  const foundation = readIceText(words['foundation'], 1, 32);
  // #protocol-restarts: it starts at 0; Conversations leaves it out.
  const generation = readNumber(words['generation'] ?? '0', 0, 255);
  const isUdp = words['protocol']?.toLowerCase() === 'udp';
  if (type === undefined || address === undefined || port === undefined || component === undefined || !isUdp)
    return undefined;
  if (priority === undefined || foundation === undefined || generation === undefined) return undefined;
  const network = readNumber(words['network'], 0, 255);
  const related = relatedOf(words);
  const id = readText(words['id'], 64);
  return {
    type,
    address,
    port,
    component,
    priority,
    foundation,
    generation,
    ...(network !== undefined && { network }),
    ...(related !== undefined && { related }),
    ...(id !== undefined && { id }),
  };
}

function typeOf(text: string | undefined): CandidateType | undefined {
  return (['host', 'srflx', 'prflx', 'relay'] as const).find((each) => each === text);
}

/** Only told for the record; those who keep it to themselves say 0.0.0.0 and 0 (RFC 8839 §5.1), which tells nothing. */
function relatedOf(words: CandidateWords): Candidate['related'] {
  const address = readAddress(words['relatedAddress']);
  const port = readNumber(words['relatedPort'], 1, 65_535);
  return address === undefined || port === undefined ? undefined : { address, port };
}

function writeCandidate(candidate: Candidate): Element {
  const { related, id, address, ...rest } = candidate;
  return xml('candidate', NS, {
    component: rest.component,
    foundation: rest.foundation,
    generation: rest.generation,
    // Required; distinct as the candidates are.
    id: id ?? `${rest.foundation}-${String(rest.component)}-${String(rest.port)}-${String(rest.generation)}`,
    ip: address,
    network: rest.network,
    port: rest.port,
    priority: rest.priority,
    protocol: 'udp',
    'rel-addr': related?.address,
    'rel-port': related?.port,
    type: rest.type,
  });
}
