/**
 * XML streams on one secured TCP connection (RFC 6120): bytes to a strict parser, text to the socket in whole turns, and
 * an orderly or abrupt end. It knows neither stanzas nor accounts.
 */
import type { TLSSocket } from 'node:tls';
import type { Problem } from '../../../shared/contract.ts';
import { ConnectionProblem, problem, problemOf, problemOfSocket, systemCode } from '../problem.ts';
import { STREAM_END, openingTag, streamError } from './framing.ts';
import type { StreamHeader } from './framing.ts';
import { StreamParser, StreamViolation } from './parser.ts';
import type { ParserEvents, ParserLimits } from './parser.ts';
import { RecordWriter } from './records.ts';
import type { Transport, TransportEvents, Written } from './transport.ts';
import { Turn } from './turn.ts';

/** How long an ended socket may take to close, in milliseconds. */
const LINGER = 2_000;

export class Connection implements Transport {
  readonly #socket: TLSSocket;
  readonly #host: string;
  readonly #events: TransportEvents;
  readonly #turn: Turn;
  #parser: StreamParser | undefined;
  #isEnded = false;

  constructor(socket: TLSSocket, host: string, events: TransportEvents) {
    this.#socket = socket;
    this.#host = host;
    this.#events = events;
    const writer = new RecordWriter(socket);
    this.#turn = new Turn(
      events,
      (pieces) => {
        writer.write(pieces);
        if (this.#isEnded) writer.end();
      },
      (error) => {
        // What stands behind these bytes could not be saved: they must never be seen.
        socket.destroy();
        this.#fail(problem('storage', host, String(error)));
      },
    );
    socket.on('data', (bytes: Buffer) => {
      this.#receive(bytes);
    });
    socket.on('error', (error: Error) => {
      this.#fail(problemOfSocket(error, systemCode(error) === 'ETIMEDOUT' ? 'timeout' : 'closed', host));
    });
    socket.on('close', () => {
      this.#fail(problem('closed', host, 'the connection was closed'));
    });
  }

  expectStream(events: ParserEvents, limits: ParserLimits): void {
    this.#parser = new StreamParser(events, limits);
  }

  allow(limits: ParserLimits): void {
    if (this.#parser !== undefined) this.#parser.limits = limits;
  }

  expectNothing(): void {
    this.#parser?.stop('refuse');
    this.#parser = undefined;
  }

  open(header: StreamHeader, done?: Written): void {
    this.write(openingTag(header), done);
  }

  write(text: string, done?: Written): void {
    if (this.#isClosed()) done?.(new Error('the connection is closed'));
    else this.#turn.say(text, done);
  }

  ask(text: string): void {
    if (!this.#isClosed()) this.#turn.ask(text);
  }

  #isClosed(): boolean {
    return this.#isEnded || this.#socket.destroyed;
  }

  close(): void {
    this.write(STREAM_END);
  }

  end(farewell = ''): void {
    if (this.#isEnded) return;
    if (farewell !== '') this.write(farewell);
    this.#isEnded = true;
    this.#parser?.stop();
    this.#turn.end();
    setTimeout(() => this.#socket.destroy(), LINGER).unref();
  }

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
