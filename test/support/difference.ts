/**
 * Our parser and expat asked about the same document. Either both accept it and see the same, or both refuse it, or it
 * contains what XMPP forbids, which expat tells of and ours must refuse with the right stream error.
 */
import { isDeepStrictEqual } from 'node:util';
import { StreamParser, StreamViolation, type ParserLimits } from '../../electron/xmpp/transport/parser.ts';
import type { Element } from '../../electron/xmpp/xml.ts';
import { judge, type Restriction } from './expat.ts';

/** Low, so that small documents reach them. */
export const LIMITS: ParserLimits = { stanzaBytes: 65_536, depth: 6, attributes: 8, elements: 12 };

const CONDITIONS: Readonly<Record<Restriction, readonly string[]>> = {
  'document type': ['restricted-xml'],
  comment: ['restricted-xml'],
  'processing instruction': ['restricted-xml'],
  version: ['not-well-formed'],
  encoding: ['unsupported-encoding'],
  'byte order mark': ['not-well-formed'],
  'long declaration': ['not-well-formed'],
  'no stream': ['invalid-namespace'],
  'no client stream': ['invalid-namespace'],
  'text between stanzas': ['bad-format'],
  limit: ['policy-violation'],
};

export interface Verdict {
  /** `accepted`, `malformed`, or what XMPP forbids in it. */
  readonly kind: string;
  /** Present when the two disagree. */
  readonly difference?: string;
}

/** The same document in the same pieces to both. */
export function compare(given: readonly Buffer[]): Verdict {
  const document = withoutInnerMarks(Buffer.concat(given));
  let at = 0;
  const pieces = given.map(({ length }) => document.subarray(at, (at += length)));
  const ours = parse(pieces);
  const { fault, restrictions, elements } = judge(document, LIMITS);
  if (fault !== undefined) {
    if (ours.condition !== undefined) return { kind: 'malformed' };
    // Expat knows the names of the 4th edition of XML 1.0 only; RFC 6120 means the 5th. With other letters it agrees.
    const renamed = Buffer.from(document.toString().replaceAll(/[^\0-\x7F]/gu, 'é'));
    const again = renamed.equals(document) ? fault : judge(renamed, LIMITS).fault;
    return again === undefined
      ? { kind: 'names of the 5th edition' }
      : { kind: 'malformed', difference: `only ours accepts it; expat: ${fault}` };
  }
  if (restrictions.size > 0) {
    const kind = [...restrictions].sort().join(', ');
    const fitting = [...restrictions].flatMap((restriction) => CONDITIONS[restriction]);
    if (ours.condition === undefined) return { kind, difference: `ours accepts: ${kind}` };
    return fitting.includes(ours.condition)
      ? { kind }
      : { kind, difference: `refused as ${ours.condition}: ${kind}` };
  }
  if (ours.condition !== undefined) {
    return { kind: 'accepted', difference: `only expat accepts it; ours: ${ours.condition}` };
  }
  return isDeepStrictEqual(ours.elements, elements)
    ? { kind: 'accepted' }
    : {
        kind: 'accepted',
        difference: `ours ${JSON.stringify(ours.elements)}, expat ${JSON.stringify(elements)}`,
      };
}

/** The wrapper around expat loses U+FEFF at the start of a string; another character takes its place in both. */
function withoutInnerMarks(document: Buffer): Buffer {
  const mark = Buffer.from('\uFEFF');
  for (let at = document.indexOf(mark, 1); at > 0; at = document.indexOf(mark, at)) {
    document.write('\u2060', at);
  }
  return document;
}

function parse(pieces: readonly Buffer[]): { condition: string | undefined; elements: Element[] } {
  const elements: Element[] = [];
  const ends: true[] = [];
  const parser = new StreamParser(
    {
      start: () => undefined,
      element: (element) => elements.push(element),
      end: () => ends.push(true),
    },
    LIMITS,
  );
  try {
    for (const piece of pieces) parser.write(piece);
  } catch (error) {
    if (error instanceof StreamViolation) return { condition: error.condition, elements };
    throw error;
  }
  return { condition: ends.length > 0 ? undefined : 'unfinished', elements };
}
