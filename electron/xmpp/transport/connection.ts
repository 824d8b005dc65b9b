/**
 * One secured connection and the XML streams on it: bytes to a strict parser, text to the socket in whole turns, and an
 * orderly or abrupt end. It knows neither stanzas nor accounts.
 */
import type { TLSSocket } from 'node:tls';
import type { Problem } from '../../../shared/contract.ts';
import { ConnectionProblem, problem, problemOf, systemCode } from '../problem.ts';
import { STREAM_END, streamError } from './framing.ts';
import { StreamParser, StreamViolation } from './parser.ts';
import type { ParserEvents, ParserLimits } from './parser.ts';

export interface ConnectionEvents {
  /** Bytes arrived, whatever they mean. */
  heard(): void;
  /** What was written in this turn of the event loop leaves soon; more may be written along. */
  flushing(): void;
  /** It leaves now, on an ended connection too; when this throws, nothing does, and the connection is of no more use. */
  leaving(): void;
  /** The connection is of no more use; `farewell` is what should still be said to the server. */
  failed(reason: Problem, farewell?: string): void;
  /** Something to log. */
  log(event: string, data: Readonly<Record<string, unknown>>): void;
}

/** How long an ended socket may take to close, in milliseconds. */
const LINGER = 2_000;

export class Connection {
  readonly #socket: TLSSocket;
  readonly #host: string;
  readonly #events: ConnectionEvents;
  #parser: StreamParser | undefined;
  #isFlushing = false;
  #isEnded = false;

  constructor(socket: TLSSocket, host: string, events: ConnectionEvents) {
    this.#socket = socket;
    this.#host = host;
    this.#events = events;
    socket.on('data', (bytes: Buffer) => {
      this.#receive(bytes);
    });
    socket.on('error', (error: Error) => {
      const code = systemCode(error);
      this.#fail(problem(code === 'ETIMEDOUT' ? 'timeout' : 'closed', host, code || error.message));
    });
    socket.on('close', () => {
      this.#fail(problem('closed', host, 'the connection was closed'));
    });
  }

  /** Parses what comes from now on as a new stream (RFC 6120 §4.3.3). */
  expectStream(events: ParserEvents, limits: ParserLimits): void {
    this.#parser = new StreamParser(events, limits);
  }

  /** From now on the stream may bring this much: without a restart, the parser stays the same (XEP-0388 1.0.4 #success). */
  allow(limits: ParserLimits): void {
    if (this.#parser !== undefined) this.#parser.limits = limits;
  }

  /** Until a new stream is expected, nothing may come, not even what was sent along already. */
  expectNothing(): void {
    this.#parser?.stop('refuse');
    this.#parser = undefined;
  }

  /** Writes text; what one turn of the event loop writes leaves as one segment. */
  write(text: string, done?: (error?: Error | null) => void): void {
    const socket = this.#socket;
    if (this.#isEnded || socket.destroyed) {
      done?.(new Error('the connection is closed'));
      return;
    }
    if (!this.#isFlushing) {
      this.#isFlushing = true;
      socket.cork();
      process.nextTick(() => {
        this.#flush();
      });
    }
    socket.write(text, done);
  }

  #flush(): void {
    try {
      if (!this.#isEnded) this.#events.flushing();
      this.#events.leaving();
    } catch (error) {
      // What stands behind these bytes could not be saved: they must never be seen.
      this.#socket.destroy();
      this.#fail(problem('storage', this.#host, String(error)));
    }
    this.#isFlushing = false;
    this.#socket.uncork();
  }

  /** Says farewell and closes in an orderly way; nothing is parsed any more. */
  end(farewell = ''): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#parser?.stop();
    this.#socket.end(farewell);
    setTimeout(() => this.#socket.destroy(), LINGER).unref();
  }

  /** Closes at once. */
  destroy(): void {
    this.#isEnded = true;
    this.#parser?.stop();
    this.#socket.destroy();
  }

  #fail(reason: Problem, farewell?: string): void {
    if (!this.#isEnded) this.#events.failed(reason, farewell);
  }

  #receive(bytes: Buffer): void {
    if (this.#isEnded) return;
    this.#events.heard();
    const parser = this.#parser;
    try {
      if (parser === undefined) throw new StreamViolation('bad-format', 'data was sent between two streams');
      parser.write(bytes);
    } catch (error) {
      this.#refuse(error, parser?.isStarted ?? true);
    }
  }

  /** Whatever was thrown while bytes were taken in ends the connection, and only the connection. */
  #refuse(error: unknown, isStream: boolean): void {
    if (error instanceof ConnectionProblem) this.#fail(error.problem, STREAM_END);
    else if (error instanceof StreamViolation) {
      this.#events.log('violation', { condition: error.condition, message: error.message });
      const code = isStream ? 'protocol' : 'not-xmpp';
      this.#fail(problem(code, this.#host, error.message), streamError(error.condition));
    } else {
      this.#events.log('failure', { message: String(error) });
      this.#fail(problemOf(error, 'protocol', this.#host), streamError('internal-server-error'));
    }
  }
}
