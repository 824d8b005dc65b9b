/**
 * XMPP over HTTP by BOSH (XEP-0124 1.11.2, XEP-0206 1.4): a session of numbered requests over at most two connections,
 * of which the server always holds one. It repeats what got lost, processes answers in the order of their requests, and
 * never goes to another place that the server names.
 */
import { ConnectionProblem, problem, problemOf } from '../problem.ts';
import type { Element } from '../xml.ts';
import {
  firstRequestId,
  largestAnswer,
  payloadRequest,
  problemOfCondition,
  readAnswer,
  readSession,
  restartRequest,
  sessionRequest,
} from './bosh-body.ts';
import type { BoshAnswer, BoshSession } from './bosh-body.ts';
import { BoshRequests, HttpStatus } from './bosh-requests.ts';
import type { Post } from './bosh-requests.ts';
import { headerElement } from './framing.ts';
import type { StreamHeader } from './framing.ts';
import { HttpClient } from './http.ts';
import { StreamViolation, limitsBeforeLogin } from './parser.ts';
import type { ParserEvents, ParserLimits } from './parser.ts';
import type { Route } from './route.ts';
import type { Secured } from './tls.ts';
import type { Reached, Transport, TransportEvents, Written } from './transport.ts';
import { Turn } from './turn.ts';

/** Milliseconds beyond `wait` after which an answer counts as lost. */
const GRACE = 10_000;
const LINGER = 2_000;
/**
 * Two requests at once, on two connections, may overtake each other, and ejabberd 23.01 then answers neither (seen in one
 * of fifty sign-ins). So an answer has this many milliseconds to bring about something to say before the server is asked
 * for more without a word, and a request keeps a distance from the one before it that is still under way.
 */
const AFTERTHOUGHT = 10;
const DISTANCE = 25;

/**
 * A session in which nothing was said yet.
 * @param domain the domain of the address, whose certificate will do as well as that of the web server
 * @throws ConnectionProblem as `secureWeb`, and `not-xmpp` when something else answers than BOSH
 */
export async function reachBosh(
  address: string,
  domain: string,
  route: Route,
  signal: AbortSignal,
): Promise<Reached> {
  const { hostname: host, protocol } = new URL(address);
  if (protocol !== 'https:') {
    throw new ConnectionProblem(problem('tls-required', host, 'this address is not protected by TLS'));
  }
  let secured: Secured | undefined;
  const client = new HttpClient(route, {
    // One more than requests, for the end of the session (XEP-0124 #overactive).
    keeps: 3,
    orDomain: domain,
    isOneCertificate: true,
    onSecured: (connection) => (secured ??= connection),
  });
  const post: Post = async (text, limits, patience, signal) => {
    const answer = await client.request(
      address,
      {
        method: 'POST',
        headers: { 'content-type': 'text/xml; charset=utf-8' },
        body: Buffer.from(text),
        patience,
      },
      signal,
    );
    if (answer.status !== 200) {
      answer.discard();
      throw new HttpStatus(answer.status, host);
    }
    return readAnswer(await answer.bytes(largestAnswer(limits)), limits);
  };
  try {
    const rid = firstRequestId();
    const first = await post(sessionRequest(rid, { to: domain }), limitsBeforeLogin, GRACE, signal);
    if (first.type !== undefined) {
      const ended = problemOfCondition(first.condition, host);
      throw new ConnectionProblem(ended ?? problem('closed', host, 'the server begins no session'));
    }
    const session = readSession(first);
    const socket = secured?.socket;
    const tlsVersion = socket?.getProtocol();
    return {
      transport: 'bosh',
      ...(tlsVersion != null && { tlsVersion }),
      ...(socket !== undefined && { cipher: socket.getCipher().name }),
      start: (events) => new BoshTransport({ client, post, host, domain, rid, session, first }, events),
      abandon: () => {
        client.close();
      },
    };
  } catch (error) {
    client.close();
    if (error instanceof HttpStatus || error instanceof StreamViolation) {
      throw new ConnectionProblem(problem('not-xmpp', host, error.message));
    }
    throw error;
  }
}

interface Start {
  readonly client: HttpClient;
  readonly post: Post;
  readonly host: string;
  readonly domain: string;
  readonly rid: number;
  readonly session: BoshSession;
  readonly first: BoshAnswer;
}

class BoshTransport implements Transport {
  readonly #start: Start;
  readonly #events: TransportEvents;
  readonly #turn: Turn;
  readonly #requests: BoshRequests;
  #stream: ParserEvents | undefined;
  #limits: ParserLimits = limitsBeforeLogin;
  /** Elements that wait for a request. */
  #waiting: string[] = [];
  #restart: StreamHeader | undefined;
  /** A stream was asked for, and has not begun. */
  #awaitsStart = false;
  #mayBring = false;
  #isOpen = false;
  #isLeaving = false;
  /** The end of the session was asked for. */
  #saidEnd = false;
  #isEnded = false;
  /** The server is not asked for more before this, without a word to say. */
  #pause: NodeJS.Timeout | undefined;
  /** When the last request left, in monotonic milliseconds. */
  #askedAt = -Infinity;

  constructor(start: Start, events: TransportEvents) {
    this.#start = start;
    this.#events = events;
    this.#requests = new BoshRequests({
      post: start.post,
      host: start.host,
      rid: start.rid,
      limits: () => this.#limits,
      patience: start.session.wait * 1_000 + GRACE,
      answered: (answer, isUnheld) => {
        this.#take(answer);
        const isPolled = isUnheld || (start.session.hold === 0 && answer.elements.length === 0);
        this.#wait(isPolled ? start.session.polling * 1_000 : AFTERTHOUGHT);
        this.#send();
      },
      failed: (error) => {
        this.#refuse(error);
      },
    });
    this.#turn = new Turn(
      events,
      (pieces) => {
        this.#waiting.push(...pieces.map(({ text }) => text).filter((text) => text !== ''));
        this.#send();
        for (const { done } of pieces) done?.();
      },
      (error) => {
        this.#stop();
        this.#fail(problemOf(error, 'storage', start.host));
      },
    );
  }

  expectStream(events: ParserEvents, limits: ParserLimits): void {
    this.#stream = events;
    this.#limits = limits;
    this.#mayBring = true;
    this.#awaitsStart = true;
  }

  allow(limits: ParserLimits): void {
    this.#limits = limits;
  }

  expectNothing(): void {
    this.#mayBring = false;
  }

  /** The session was asked for already, and what it began with waits for this. Later it is a restart (XEP-0206). */
  open(header: StreamHeader, done?: Written): void {
    if (this.#isEnded) {
      done?.(new Error('the session is over'));
      return;
    }
    if (this.#isOpen) this.#restart = header;
    else {
      setImmediate(() => {
        this.#isOpen = true;
        this.#take(this.#start.first);
        this.#wait(AFTERTHOUGHT);
        this.#send();
      });
    }
    this.#turn.say('', done);
  }

  write(text: string, done?: Written): void {
    if (this.#isEnded || this.#isLeaving) done?.(new Error('the session is over'));
    // Between bodies there is no white space to keep a stream alive with.
    else if (text.trim() === '') done?.();
    else this.#turn.say(text, done);
  }

  ask(text: string): void {
    if (!this.#isEnded && !this.#isLeaving && text.trim() !== '') this.#turn.ask(text);
  }

  close(): void {
    this.#isLeaving = true;
    this.#turn.end();
  }

  /** A stream error can not be told to the server: XEP-0206 has none for clients. The session ends all the same. */
  end(): void {
    if (this.#isEnded) return;
    this.close();
    this.#isEnded = true;
    this.#requests.end();
    setTimeout(() => {
      this.#stop();
    }, LINGER).unref();
  }

  destroy(): void {
    this.#isEnded = true;
    this.#isLeaving = false;
    this.#stop();
  }

  #stop(): void {
    clearTimeout(this.#pause);
    this.#requests.stop();
    this.#start.client.close();
  }

  #fail(...reason: Parameters<TransportEvents['failed']>): void {
    clearTimeout(this.#pause);
    if (!this.#isEnded) this.#events.failed(...reason);
  }

  // ————— Asking —————————————————————————————————————————————————————————————————————————————————————————————

  /** Sends what may be sent now: never more requests than allowed, and never none (XEP-0124 #overactive, #inactive). */
  #send(): void {
    const { sid, requests } = this.#start.session;
    if (this.#saidEnd || (this.#isEnded && !this.#isLeaving)) return;
    if (this.#isLeaving) {
      this.#saidEnd = true;
      this.#ask((rid, texts) => payloadRequest(rid, sid, texts, true));
      return;
    }
    if (!this.#isOpen || this.#requests.underWay >= requests) return;
    if (this.#requests.underWay > 0 && performance.now() - this.#askedAt < DISTANCE) {
      this.#wait(DISTANCE);
      return;
    }
    const header = this.#restart;
    if (header !== undefined) {
      this.#restart = undefined;
      this.#request((rid) => restartRequest(rid, sid, header));
    } else if (this.#waiting.length > 0) {
      this.#ask((rid, texts) => payloadRequest(rid, sid, texts));
    } else if (this.#mayBring && this.#requests.underWay === 0 && this.#pause === undefined) {
      // Not between two streams: the request for the next one would overtake this one on its other connection.
      this.#events.asked();
      this.#request((rid) => payloadRequest(rid, sid, []), true);
    }
  }

  #ask(write: (rid: number, texts: readonly string[]) => string): void {
    clearTimeout(this.#pause);
    this.#pause = undefined;
    const texts = this.#waiting.splice(0);
    this.#request((rid) => write(rid, texts));
  }

  #request(write: (rid: number) => string, isPoll = false): void {
    this.#askedAt = performance.now();
    this.#requests.ask(write, isPoll);
  }

  /** XEP-0124 #poll: a server that holds nothing is not asked more often than it wants. */
  #wait(milliseconds: number): void {
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      if (!this.#isEnded) this.#send();
    }, milliseconds);
  }

  // ————— Being answered ——————————————————————————————————————————————————————————————————————————————————————

  #take(answer: BoshAnswer): void {
    if (this.#isEnded) {
      if (answer.type === 'terminate') this.#stop();
      return;
    }
    this.#events.heard();
    try {
      const { sid } = this.#start.session;
      if ((answer.attrs['sid'] ?? sid) !== sid) {
        throw new StreamViolation('bad-format', 'an answer of another session');
      }
      for (const element of answer.elements) this.#deliver(element);
      if (answer.type === 'terminate') this.#terminated(answer);
    } catch (error) {
      this.#refuse(error);
    }
  }

  #deliver(element: Element): void {
    // Whoever takes an element may end it all.
    if (this.#isEnded) return;
    const stream = this.#stream;
    if (stream === undefined || !this.#mayBring || this.#restart !== undefined) {
      throw new StreamViolation('bad-format', 'data was sent between two streams');
    }
    if (this.#awaitsStart) {
      this.#awaitsStart = false;
      stream.start(headerElement(this.#start.session.from));
    }
    stream.element(element);
  }

  #terminated({ condition }: BoshAnswer): void {
    if (this.#isEnded) return;
    this.#requests.stop();
    const reason = problemOfCondition(condition, this.#start.host);
    if (reason === undefined || this.#isLeaving) this.#stream?.end();
    else this.#fail(reason);
  }

  /** Whatever went wrong with an answer ends the session, and only the session. */
  #refuse(error: unknown): void {
    if (this.#isEnded) {
      this.#stop();
    } else if (error instanceof ConnectionProblem || error instanceof HttpStatus) {
      this.#fail(error.problem, '');
    } else if (error instanceof StreamViolation) {
      this.#events.log('violation', { condition: error.condition, message: error.message });
      this.#fail(problem('protocol', this.#start.host, error.message), '');
    } else {
      this.#events.log('failure', { message: String(error) });
      this.#fail(problemOf(error, 'protocol', this.#start.host), '');
    }
  }
}
