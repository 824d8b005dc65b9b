/**
 * What every transport is to the stream above it: whole elements in, whole elements out, and an end. How they are framed
 * is the transport's; what they mean is not. Types only.
 */
import type { Problem } from '../../../shared/contract.ts';
import type { ConnectionDetails } from '../wire.ts';
import type { StreamHeader } from './framing.ts';
import type { ParserEvents, ParserLimits } from './parser.ts';
import type { Secured } from './tls.ts';

export interface TransportEvents {
  /** Bytes arrived, whatever they mean. */
  heard(): void;
  /** The server is asked for what it has, without a word: BOSH has to. */
  asked(): void;
  /** What was written in this turn of the event loop leaves soon; more may be written along. */
  flushing(): void;
  /** It leaves now, on an ended connection too; when this throws, nothing does, and the connection is of no more use. */
  leaving(): void;
  /** The connection is of no more use; `farewell` is what should still be said to the server. */
  failed(reason: Problem, farewell?: string): void;
  /** Something to log. */
  log(event: string, data: Readonly<Record<string, unknown>>): void;
}

/** Calls back when the text has left, or with the reason why it never will. */
export type Written = (error?: Error | null) => void;

export interface Transport {
  /** Parses what comes from now on as a new stream (RFC 6120 §4.3.3). */
  expectStream(events: ParserEvents, limits: ParserLimits): void;
  /** From now on the stream may bring this much: without a restart, it stays the same (XEP-0388 1.0.4 #success). */
  allow(limits: ParserLimits): void;
  /** Until a new stream is expected, nothing may come, not even what was sent along already. */
  expectNothing(): void;
  /** Opens a stream, the first or a restarted one. */
  open(header: StreamHeader, done?: Written): void;
  /** Writes one element, as a child of a stream of `jabber:client`. White space alone is for keeping a stream alive. */
  write(text: string, done?: Written): void;
  /**
   * Writes what says nothing of what we did or know: a question, white space. It need not wait for the disk, so alone it
   * may leave without `leaving`.
   */
  ask(text: string): void;
  /** Says that nothing more will be said. What the server still says is heard, and its end as the end of the stream. */
  close(): void;
  /** Says farewell and ends everything in an orderly way; nothing is parsed any more. */
  end(farewell?: string): void;
  /** Ends everything at once. */
  destroy(): void;
}

/** A server that was reached, before anything was said to it. */
export interface Reached {
  readonly transport: ConnectionDetails['transport'];
  readonly tlsVersion?: string;
  readonly cipher?: string;
  /** The one TLS connection with the XMPP server itself; absent where something else may stand between. */
  readonly secured?: Secured;
  /** Begins; called once. */
  start(events: TransportEvents): Transport;
  /** Gives it up, instead of beginning. */
  abandon(): void;
}
