/**
 * What a connection does with bytes, without a socket: parser, negotiation, online stream, and every reader on every
 * element. Whatever comes, it ends in silence or in one of the two errors that end a stream.
 */
import type { FullJid } from '../../shared/jid.ts';
import { readJid } from '../../shared/jid.ts';
import type { Memory } from '../../electron/xmpp/auth/memory.ts';
import { Negotiation } from '../../electron/xmpp/negotiation.ts';
import type { Negotiated } from '../../electron/xmpp/negotiation.ts';
import { OnlineStream } from '../../electron/xmpp/online.ts';
import { usualPacing } from '../../electron/xmpp/pacing.ts';
import { ConnectionProblem } from '../../electron/xmpp/problem.ts';
import { RoundTrip } from '../../electron/xmpp/round-trip.ts';
import { SessionStart } from '../../electron/xmpp/session-start.ts';
import {
  StreamParser,
  StreamViolation,
  limitsAfterLogin,
  limitsBeforeLogin,
} from '../../electron/xmpp/transport/parser.ts';
import { stanza, xml, type Element } from '../../electron/xmpp/xml.ts';
import { readers } from './readers.ts';

/** Where the bytes begin: before authentication, after it, or with a session to resume. */
export interface Scene {
  readonly name: string;
  readonly begins: 'negotiation' | 'session' | 'resumption';
  readonly address: string;
  /** What the server says, one text for each time that it waits for us. */
  readonly flights: readonly Buffer[];
  /** The end that it has undamaged, see `Outcome`. */
  readonly end: string;
}

export interface Outcome {
  readonly elements: number;
  /** `quiet`, or the kind and condition of what ended the stream. */
  readonly end: string;
}

/** As many stanzas as the servers of the scenes acknowledge, and some more. */
const SENT = 40;

export const TOKEN = { mechanism: 'HT-SHA-256-NONE', secret: 'token', expiry: 4e12, count: 0 };
const MEMORY: Memory = { agent: 'd4565fa7-4d72-4749-b3d3-740edbf87770', sasl2Seen: true, token: TOKEN };

/**
 * @param from the first flight that is not as always: what comes before is not read once more
 * @throws whatever is neither a StreamViolation nor a ConnectionProblem: a bug
 */
export function replay(scene: Scene, flights: readonly (readonly Buffer[])[], from = 0): Outcome {
  const connection = new Replay(scene);
  try {
    for (const [index, pieces] of flights.entries()) {
      connection.nextFlight(index >= from);
      for (const piece of pieces) connection.write(piece);
    }
    return { elements: connection.elements, end: 'quiet' };
  } catch (error) {
    const { elements } = connection;
    if (error instanceof StreamViolation) return { elements, end: `violation ${error.condition}` };
    if (error instanceof ConnectionProblem) return { elements, end: `problem ${error.problem.code}` };
    throw error;
  } finally {
    connection.stop();
  }
}

class Replay {
  elements = 0;
  readonly #domain: string;
  readonly #address: string;
  #parser: StreamParser | undefined;
  #negotiation: Negotiation | SessionStart;
  #online: OnlineStream | undefined;
  #isRead = true;

  constructor({ address, begins }: Scene) {
    this.#address = address;
    this.#domain = address.split('@')[1] ?? '';
    const write = (): void => undefined;
    const pass = (element: Element): void => {
      read(element);
    };
    const options = { address, domain: this.#domain };
    if (begins === 'negotiation') {
      const negotiation = new Negotiation(
        {
          ...options,
          username: 'alice',
          password: 'secret',
          scramSeen: false,
          memory: MEMORY,
          bindings: [],
          tls: '0304',
        },
        {
          use: (mechanism) => mechanism.start(),
          pass,
          restarting: () => {
            this.#parser?.stop('refuse');
            this.#parser = undefined;
          },
          authenticated: () => {
            if (this.#parser !== undefined) this.#parser.limits = limitsAfterLogin;
          },
          write,
          remember: () => undefined,
          lost: () => undefined,
          online: (negotiated) => {
            this.#goOnline(negotiated);
          },
          fail: () => undefined,
          log: () => undefined,
        },
      );
      negotiation.opened();
      this.#negotiation = negotiation;
      return;
    }
    const resume = { id: 'old', jid: `${address}/d1` as FullJid, received: 0 };
    this.#negotiation = new SessionStart(begins === 'session' ? options : { ...options, resume }, {
      pass,
      write,
      lost: () => undefined,
      started: (started) => {
        this.#goOnline({ ...started, scram: true, mechanism: 'SCRAM-SHA-256' });
      },
    });
  }

  /** The other side waited for us, and we may have opened a new stream. */
  nextFlight(isRead: boolean): void {
    this.#isRead = isRead;
    this.#parser ??= new StreamParser(
      {
        start: () => undefined,
        element: (element) => {
          this.#receive(element);
        },
        end: () => undefined,
      },
      limitsBeforeLogin,
    );
  }

  write(bytes: Buffer): void {
    this.#online?.heard();
    if (this.#parser === undefined)
      throw new StreamViolation('bad-format', 'data was sent between two streams');
    this.#parser.write(bytes);
  }

  stop(): void {
    this.#online?.stop(new Error('the case is over'));
  }

  #receive(element: Element): void {
    this.elements += 1;
    if (this.#isRead) read(element);
    if (this.#online === undefined) this.#negotiation.receive(element);
    else this.#online.receive(element);
  }

  #goOnline(negotiated: Negotiated): void {
    if (this.#parser !== undefined) this.#parser.limits = limitsAfterLogin;
    const online = new OnlineStream(negotiated, this.#domain, usualPacing, new RoundTrip(), {
      write: () => undefined,
      ask: () => undefined,
      fail: (reason) => {
        throw new ConnectionProblem(reason);
      },
      stanza: (_stanza, position) => {
        online.handled(position);
      },
      seen: () => undefined,
      acknowledged: () => undefined,
      log: () => undefined,
    });
    this.#online = online;
    for (let count = 0; count < SENT; count += 1) online.send(stanza('message', { to: this.#address }));
    const request = online.request({ type: 'get', payload: xml('ping', 'urn:xmpp:ping') });
    request.catch(() => undefined);
    for (const element of negotiated.early) online.receiveEarly(element);
  }
}

/** Every reader sees every element: a hostile server puts anything anywhere. */
function read(element: Element): void {
  for (const reader of readers) reader(element);
  for (const name of ['from', 'to', 'jid', 'by']) {
    const address = element.attrs[name];
    if (address !== undefined) readJid(address);
  }
  for (const child of element.children) if (typeof child !== 'string') read(child);
}
