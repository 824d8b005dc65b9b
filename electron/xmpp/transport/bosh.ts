/**
 * XMPP over HTTP by BOSH (XEP-0124 1.11.2, XEP-0206 1.4): a session of numbered requests over at most two connections,
 * of which the server always holds one. It repeats what got lost, processes answers in the order of their requests, and
 * never goes to another place that the server names.
 */
import type { Problem } from '../../../shared/contract.ts';
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
/** Milliseconds before a lost request is repeated the first time, the second, … and then no more. */
const REPEATS: readonly number[] = [0, 1_000, 4_000];
/** An answer without content that comes sooner than this was not held; milliseconds. */
const PROMPT = 1_000;
const LINGER = 2_000;

/** Sends one request and reads its answer. */
type Post = (
  text: string,
  limits: ParserLimits,
  patience: number,
  signal: AbortSignal,
) => Promise<BoshAnswer>;

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
  const host = new URL(address).hostname;
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

/** An answer of HTTP that is none of BOSH. */
class HttpStatus extends Error {
  override readonly name = 'HttpStatus';
  readonly problem: Problem;
  /** Said by something on the way that may say something else next time. */
  readonly isTemporary: boolean;

  constructor(status: number, host: string) {
    super(`HTTP ${String(status)}`);
    // XEP-0124 #errorstatus-http: 404 is how older servers say that there is no such session.
    this.problem = problem(status === 404 ? 'closed' : 'protocol', host, `HTTP ${String(status)}`);
    this.isTemporary = status >= 500 || status === 429 || status === 408;
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

/** A request that has no answer yet. */
interface Pending {
  readonly text: string;
  readonly isEmpty: boolean;
  readonly isLast: boolean;
  /** Monotonic milliseconds. */
  readonly at: number;
  repeats: number;
  /** Ends the attempt that is under way. */
  attempt: AbortController;
}

class BoshTransport implements Transport {
  readonly #start: Start;
  readonly #events: TransportEvents;
  readonly #turn: Turn;
  #stream: ParserEvents | undefined;
  #limits: ParserLimits = limitsBeforeLogin;
  /** The id of the last request. */
  #rid: number;
  /** The id whose answer is processed next. */
  #next: number;
  readonly #pending = new Map<number, Pending>();
  /** Answers that came before their turn. */
  readonly #early = new Map<number, BoshAnswer>();
  /** Elements that wait for a request. */
  #waiting: string[] = [];
  #restart: StreamHeader | undefined;
  /** A stream was asked for, and has not begun. */
  #awaitsStart = false;
  #mayBring = false;
  #isOpen = false;
  #isLeaving = false;
  #isEnded = false;
  #pause: NodeJS.Timeout | undefined;

  constructor(start: Start, events: TransportEvents) {
    this.#start = start;
    this.#events = events;
    this.#rid = start.rid;
    this.#next = start.rid + 1;
    this.#turn = new Turn(
      events,
      (texts) => {
        this.#waiting.push(...texts);
        this.#send();
      },
      (error) => {
        start.client.close();
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

  open(header: StreamHeader, done?: Written): void {
    if (this.#isEnded) {
      done?.(new Error('the session is over'));
      return;
    }
    if (this.#isOpen) this.#restart = header;
    else {
      // The session was asked for already, and what it began with waited for this.
      this.#isOpen = true;
      setImmediate(() => {
        this.#take(this.#start.first);
        this.#send();
      });
    }
    this.#send();
    done?.();
  }

  write(text: string, done?: Written): void {
    if (this.#isEnded || this.#isLeaving) done?.(new Error('the session is over'));
    // Between bodies there is no white space to keep a stream alive with.
    else if (text.trim() === '') done?.();
    else this.#turn.add(text, done);
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
    setTimeout(() => {
      this.#start.client.close();
    }, LINGER).unref();
  }

  destroy(): void {
    this.#isEnded = true;
    this.#isLeaving = false;
    this.#stop();
  }

  #stop(): void {
    clearTimeout(this.#pause);
    this.#start.client.close();
  }

  #fail(...reason: Parameters<TransportEvents['failed']>): void {
    clearTimeout(this.#pause);
    if (!this.#isEnded) this.#events.failed(...reason);
  }

  // ————— Asking —————————————————————————————————————————————————————————————————————————————————————————————

  /** Sends what may be sent now: never more requests than allowed, and never none (XEP-0124 #overactive, #inactive). */
  #send(): void {
    const { session } = this.#start;
    if (this.#isEnded && !this.#isLeaving) return;
    if ([...this.#pending.values()].some(({ isLast }) => isLast)) return;
    if (this.#isLeaving) {
      const texts = this.#waiting.splice(0);
      this.#ask((rid) => payloadRequest(rid, session.sid, texts, true), false, true);
      return;
    }
    if (!this.#isOpen || this.#pending.size >= session.requests) return;
    const header = this.#restart;
    if (header !== undefined) {
      this.#restart = undefined;
      this.#ask((rid) => restartRequest(rid, session.sid, header));
    } else if (this.#waiting.length > 0) {
      const texts = this.#waiting.splice(0);
      this.#ask((rid) => payloadRequest(rid, session.sid, texts));
    } else if (this.#pending.size === 0 && this.#pause === undefined) {
      this.#ask((rid) => payloadRequest(rid, session.sid, []), true);
    }
  }

  #ask(write: (rid: number) => string, isEmpty = false, isLast = false): void {
    clearTimeout(this.#pause);
    this.#pause = undefined;
    this.#rid += 1;
    const rid = this.#rid;
    const pending = {
      text: write(rid),
      isEmpty,
      isLast,
      at: performance.now(),
      repeats: 0,
      attempt: new AbortController(),
    };
    this.#pending.set(rid, pending);
    this.#attempt(rid, pending);
  }

  #attempt(rid: number, pending: Pending): void {
    const { post, session } = this.#start;
    const patience = pending.isLast ? LINGER : session.wait * 1_000 + GRACE;
    const { signal } = pending.attempt;
    post(pending.text, this.#limits, patience, signal).then(
      (answer) => {
        if (!signal.aborted) this.#answered(rid, answer);
      },
      (error: unknown) => {
        if (!signal.aborted) this.#failed(rid, pending, error);
      },
    );
  }

  /** XEP-0124 #rids-broken: the very same request once more, until it is hopeless. */
  #failed(rid: number, pending: Pending, error: unknown): void {
    const isLost =
      error instanceof ConnectionProblem
        ? isOfNetwork(error.problem)
        : error instanceof HttpStatus && error.isTemporary;
    const delay = REPEATS[pending.repeats];
    if (this.#isEnded || pending.isLast) this.#stop();
    else if (isLost && delay !== undefined) this.#repeat(rid, pending, delay);
    else if (error instanceof HttpStatus) this.#fail(error.problem);
    else this.#refuse(error);
  }

  #repeat(rid: number, pending: Pending, delay: number): void {
    pending.repeats += 1;
    pending.attempt.abort();
    pending.attempt = new AbortController();
    const { signal } = pending.attempt;
    setTimeout(() => {
      if (!signal.aborted && !this.#isEnded) this.#attempt(rid, pending);
    }, delay).unref();
  }

  // ————— Being answered ——————————————————————————————————————————————————————————————————————————————————————

  #answered(rid: number, answer: BoshAnswer): void {
    if (answer.type === 'error' && !this.#isEnded) {
      this.#recover(rid);
      return;
    }
    this.#early.set(rid, answer);
    // XEP-0124 #rids-order: in the order of the requests, whatever came first.
    for (;;) {
      const due = this.#early.get(this.#next);
      const pending = this.#pending.get(this.#next);
      if (due === undefined || pending === undefined) break;
      this.#early.delete(this.#next);
      this.#pending.delete(this.#next);
      this.#next += 1;
      this.#take(due);
      this.#pace(due, pending);
    }
    this.#send();
  }

  /** XEP-0124 #errorstatus-recover: this request and those before it that have no answer, once more. */
  #recover(rid: number): void {
    for (const [other, pending] of this.#pending) {
      if (other > rid || this.#early.has(other)) continue;
      const delay = REPEATS[pending.repeats];
      if (delay === undefined) {
        this.#fail(problem('server-error', this.#start.host, 'the server keeps failing'));
        return;
      }
      this.#repeat(other, pending, delay);
    }
  }

  /** XEP-0124 #poll: a server that holds nothing is not asked more often than it wants. */
  #pace({ elements }: BoshAnswer, { isEmpty, at }: Pending): void {
    const { session } = this.#start;
    if (!isEmpty || elements.length > 0) return;
    if (session.hold > 0 && performance.now() - at > PROMPT) return;
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      if (!this.#isEnded) this.#send();
    }, session.polling * 1_000);
  }

  #take(answer: BoshAnswer): void {
    if (this.#isEnded) {
      if (answer.type === 'terminate') this.#stop();
      return;
    }
    this.#events.heard();
    try {
      this.#checkSession(answer);
      for (const element of answer.elements) this.#deliver(element);
      if (answer.type === 'terminate') this.#terminated(answer);
    } catch (error) {
      this.#refuse(error);
    }
  }

  #checkSession({ attrs }: BoshAnswer): void {
    const { sid } = this.#start.session;
    if ((attrs['sid'] ?? sid) !== sid)
      throw new StreamViolation('bad-format', 'an answer of another session');
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
    const reason = problemOfCondition(condition, this.#start.host);
    if (reason === undefined || this.#isLeaving) this.#stream?.end();
    else this.#fail(reason);
    this.#stop();
  }

  /** Whatever was thrown while an answer was taken in ends the session, and only the session. */
  #refuse(error: unknown): void {
    if (error instanceof ConnectionProblem) this.#fail(error.problem, '');
    else if (error instanceof StreamViolation) {
      this.#events.log('violation', { condition: error.condition, message: error.message });
      this.#fail(problem('protocol', this.#start.host, error.message), '');
    } else {
      this.#events.log('failure', { message: String(error) });
      this.#fail(problemOf(error, 'protocol', this.#start.host), '');
    }
  }
}

/** True for what may be different a moment later. */
function isOfNetwork({ code }: Problem): boolean {
  return ['closed', 'timeout', 'unreachable', 'unknown-host', 'proxy', 'offline'].includes(code);
}
