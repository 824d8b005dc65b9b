/**
 * The `<body/>` of BOSH (XEP-0124 1.11.2, XEP-0206 1.4): what of it means something to us, read and written. It knows
 * no connection and no order.
 */
import { randomInt } from 'node:crypto';
import type { ProblemCode } from '../../../shared/contract.ts';
import { problem } from '../problem.ts';
import type { Problem } from '../../../shared/contract.ts';
import { childElements, is, serialize, xml } from '../xml.ts';
import type { Element } from '../xml.ts';
import { readDocument } from './document.ts';
import { standAlone } from './framing.ts';
import type { StreamHeader } from './framing.ts';
import { StreamViolation } from './parser.ts';
import type { ParserLimits } from './parser.ts';

export const NS_BOSH = 'http://jabber.org/protocol/httpbind';
const NS_XBOSH = 'urn:xmpp:xbosh';

/** Seconds that the server may hold a request: shorter than most proxies of the web give up after. */
export const WAIT = 50;
/** Requests that the server may hold. */
const HOLD = 1;

/** XEP-0124 #rids-syntax: random, and far enough from 2^53 - 1 for any session. */
export function firstRequestId(): number {
  return randomInt(2 ** 32, 2 ** 48 - 1) * 2 ** 4 + randomInt(2 ** 4);
}

export interface BoshAnswer {
  /** Absent in the usual answer. */
  readonly type?: 'terminate' | 'error';
  readonly condition?: string;
  readonly attrs: Element['attrs'];
  readonly elements: readonly Element[];
}

/** What the server decided about the session. */
export interface BoshSession {
  readonly sid: string;
  /** Seconds that a request is held at most. */
  readonly wait: number;
  /** Requests that may be under way at the same time. */
  readonly requests: number;
  /** Requests that the server holds; without any it has to be asked again and again. */
  readonly hold: number;
  /** Seconds between two requests without content, when nothing is held. */
  readonly polling: number;
  readonly from: string | undefined;
}

/** One stanza may be as large as everywhere, and one answer may hold several. */
const ROOM = 4;

/** @throws StreamViolation when this is not one body, or a larger one than we take */
export function readAnswer(bytes: Uint8Array, limits: ParserLimits): BoshAnswer {
  const body = readDocument(bytes, {
    ...limits,
    stanzaBytes: largestAnswer(limits),
    elements: limits.elements * ROOM,
    depth: limits.depth + 1,
  });
  if (!is(body, 'body', NS_BOSH)) throw new StreamViolation('invalid-namespace', 'the answer is not of BOSH');
  // XEP-0124 #wrapper: no character data.
  if (body.children.some((part) => typeof part === 'string' && /[^ \t\r\n]/.test(part))) {
    throw new StreamViolation('bad-format', 'text between stanzas');
  }
  const { type, condition } = body.attrs;
  return {
    ...((type === 'terminate' || type === 'error') && { type }),
    ...(condition !== undefined && { condition }),
    attrs: body.attrs,
    // What is of BOSH itself says where to go instead, and nobody goes there.
    elements: childElements(body).filter(({ ns }) => ns !== NS_BOSH),
  };
}

/** The most bytes that an answer may have. */
export function largestAnswer({ stanzaBytes }: ParserLimits): number {
  return stanzaBytes * ROOM;
}

/** @throws StreamViolation when the answer begins no session (XEP-0124 #session-response) */
export function readSession({ attrs }: BoshAnswer): BoshSession {
  const number = (name: string, least: number, most: number, otherwise: number): number => {
    const value = /^\d{1,9}$/.test(attrs[name] ?? '') ? Number(attrs[name]) : otherwise;
    return Math.min(most, Math.max(least, value));
  };
  const { sid = '', from } = attrs;
  if (sid === '' || sid.length > 1_000) throw new StreamViolation('bad-format', 'a session without an id');
  const hold = number('hold', 0, HOLD, HOLD);
  return {
    sid,
    wait: number('wait', 0, WAIT, WAIT),
    requests: number('requests', 1, HOLD + 1, HOLD + 1),
    hold,
    polling: number('polling', 1, 60, 5),
    from,
  };
}

/** XEP-0124 #session-request. Keys (#keys) are for sessions that TLS does not protect. */
export function sessionRequest(rid: number, { to }: StreamHeader): string {
  const attributes = {
    rid,
    to,
    ver: '1.6',
    wait: WAIT,
    hold: HOLD,
    content: 'text/xml; charset=utf-8',
    'xml:lang': 'en',
    'xmlns:xmpp': NS_XBOSH,
    'xmpp:version': '1.0',
  };
  return serialize(xml('body', NS_BOSH, attributes), '');
}

/** XEP-0206 #preconditions-sasl */
export function restartRequest(rid: number, sid: string, { to }: StreamHeader): string {
  const attributes = { rid, sid, to, 'xml:lang': 'en', 'xmlns:xmpp': NS_XBOSH, 'xmpp:restart': 'true' };
  return serialize(xml('body', NS_BOSH, attributes), '');
}

/** @param texts elements as they would stand in a stream */
export function payloadRequest(rid: number, sid: string, texts: readonly string[], isLast = false): string {
  const empty = serialize(xml('body', NS_BOSH, { rid, sid, type: isLast ? 'terminate' : undefined }), '');
  return texts.length === 0 ? empty : `${empty.slice(0, -2)}>${texts.map(standAlone).join('')}</body>`;
}

/** XEP-0124 #errorstatus-terminal */
const CONDITIONS: Readonly<Record<string, ProblemCode>> = {
  'bad-request': 'protocol',
  'host-gone': 'unknown-host',
  'host-unknown': 'unknown-host',
  'improper-addressing': 'protocol',
  'internal-server-error': 'server-error',
  // The session is gone, and nobody says why.
  'item-not-found': 'closed',
  'other-request': 'closed',
  'policy-violation': 'server-error',
  'remote-connection-failed': 'server-error',
  'remote-stream-error': 'server-error',
  // A redirect is the server's wish, not an instruction (X5).
  'see-other-uri': 'server-error',
  'system-shutdown': 'server-error',
};

/** The problem behind the end of a session, `undefined` when it simply ended. */
export function problemOfCondition(condition: string | undefined, host: string): Problem | undefined {
  if (condition === undefined || condition === '') return undefined;
  const code = Object.hasOwn(CONDITIONS, condition) ? CONDITIONS[condition] : undefined;
  return problem(code ?? 'server-error', host, condition);
}
