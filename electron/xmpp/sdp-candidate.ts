/** One candidate as WebRTC writes it (RFC 8839 §5.1), both ways. What may be in it is judged as in Jingle. */
import type { Candidate } from './jingle.ts';
import { candidateOf } from './xep/xep0176.ts';

const LONGEST = 1_024;
/** What follows the fixed part comes in pairs of a word and its value. */
const NAMES: Readonly<Record<string, string>> = {
  typ: 'type',
  raddr: 'relatedAddress',
  rport: 'relatedPort',
  generation: 'generation',
};

export interface CandidateLine {
  readonly candidate: Candidate;
  /** The start of ICE that it belongs to, where it is said. */
  readonly fragment?: string;
}

/**
 * Reads `candidate:…`, with or without `a=`. `undefined` for what is none, and for those that are never told to others:
 * over TCP, of this computer alone, and behind names that only the local network resolves (mDNS).
 */
export function readCandidateLine(line: string): CandidateLine | undefined {
  const text = /^(?:a=)?candidate:([!-~]+(?: [!-~]+)*)$/.exec(line.slice(0, LONGEST).trim())?.[1];
  if (text === undefined) return undefined;
  const [foundation, component, protocol, priority, address, port, ...rest] = text.split(' ');
  const words: Record<string, string | undefined> = {
    foundation,
    component,
    protocol,
    priority,
    address,
    port,
  };
  let fragment: string | undefined;
  for (let at = 0; at + 1 < rest.length; at += 2) {
    const [name = '', value = ''] = rest.slice(at, at + 2);
    const word = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
    if (word !== undefined) words[word] ??= value;
    if (name === 'ufrag') fragment ??= value;
  }
  const candidate = candidateOf(words);
  return candidate && { candidate, ...(fragment !== undefined && { fragment }) };
}

/** Writes `candidate:…`, as `RTCIceCandidate` takes it. @param fragment of the credentials that it belongs to */
export function writeCandidateLine(candidate: Candidate, fragment?: string): string {
  const { foundation, component, priority, address, port, type, related, generation } = candidate;
  return [
    `candidate:${foundation} ${String(component)} udp ${String(priority)} ${address} ${String(port)} typ ${type}`,
    ...(related === undefined ? [] : [`raddr ${related.address} rport ${String(related.port)}`]),
    `generation ${String(generation)}`,
    ...(fragment === undefined ? [] : [`ufrag ${fragment}`]),
  ].join(' ');
}
