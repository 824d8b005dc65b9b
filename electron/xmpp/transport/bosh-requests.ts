/**
 * The numbered requests of one BOSH session (XEP-0124 1.11.2 #rids): it repeats what got lost, and hands over answers in
 * the order of their requests. When to ask, and what answers mean, is not its business.
 */
import { ConnectionProblem, problem } from '../problem.ts';
import type { Problem } from '../../../shared/contract.ts';
import type { BoshAnswer } from './bosh-body.ts';
import type { ParserLimits } from './parser.ts';

/** Milliseconds before a lost request is repeated the first time, the second, … and then no more. */
const REPEATS: readonly number[] = [0, 1_000, 4_000];

/** Sends one request and reads its answer; `patience` in milliseconds. */
export type Post = (
  text: string,
  limits: ParserLimits,
  patience: number,
  signal: AbortSignal,
) => Promise<BoshAnswer>;

/** An answer of HTTP that is none of BOSH. */
export class HttpStatus extends Error {
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

export interface BoshRequestsOptions {
  readonly post: Post;
  readonly host: string;
  /** The id of the request that created the session. */
  readonly rid: number;
  readonly limits: () => ParserLimits;
  /** Milliseconds that an answer may take. */
  readonly patience: number;
  /** The answer whose turn it is. `isUnheld`: to a request without content, which the server did not hold. */
  readonly answered: (answer: BoshAnswer, isUnheld: boolean) => void;
  /** There is no way on: a ConnectionProblem, an HttpStatus, a StreamViolation, or a bug. */
  readonly failed: (error: unknown) => void;
}

/** An answer without content that comes sooner than this was not held; milliseconds. */
const PROMPT = 1_000;

interface Pending {
  readonly text: string;
  readonly isEmpty: boolean;
  /** Monotonic milliseconds. */
  readonly at: number;
  repeats: number;
  /** Ends the attempt that is under way. */
  attempt: AbortController;
}

export class BoshRequests {
  readonly #options: BoshRequestsOptions;
  readonly #pending = new Map<number, Pending>();
  /** Answers that came before their turn. */
  readonly #early = new Map<number, BoshAnswer>();
  /** The id of the last request. */
  #last: number;
  /** The id whose answer has its turn next. */
  #next: number;
  #isStopped = false;
  #isEnding = false;

  constructor(options: BoshRequestsOptions) {
    this.#options = options;
    this.#last = options.rid;
    this.#next = options.rid + 1;
  }

  /** Requests whose answer was not handed over yet. */
  get underWay(): number {
    return this.#pending.size;
  }

  /**
   * Sends the next request.
   * @param write makes it, given its id
   * @param isEmpty true when it only gives the server something to answer
   */
  ask(write: (rid: number) => string, isEmpty: boolean): void {
    this.#last += 1;
    const pending: Pending = {
      text: write(this.#last),
      isEmpty,
      at: performance.now(),
      repeats: 0,
      attempt: new AbortController(),
    };
    this.#pending.set(this.#last, pending);
    this.#attempt(this.#last, pending);
  }

  /** Nothing is repeated any more. The last request that fails then is the one that is told of. */
  end(): void {
    this.#isEnding = true;
  }

  /** Nothing is repeated or handed over any more. */
  stop(): void {
    this.#isStopped = true;
  }

  #attempt(rid: number, pending: Pending): void {
    const { post, limits, patience } = this.#options;
    const { signal } = pending.attempt;
    const isCurrent = (): boolean => !signal.aborted && !this.#isStopped;
    post(pending.text, limits(), patience, signal).then(
      (answer) => {
        if (isCurrent()) this.#answered(rid, answer);
      },
      (error: unknown) => {
        if (isCurrent()) this.#failed(rid, pending, error);
      },
    );
  }

  #answered(rid: number, answer: BoshAnswer): void {
    if (answer.type === 'error') {
      this.#recover(rid);
      return;
    }
    this.#early.set(rid, answer);
    // XEP-0124 #rids-order: in the order of the requests, whatever came first.
    for (;;) {
      const due = this.#early.get(this.#next);
      const pending = this.#pending.get(this.#next);
      if (due === undefined || pending === undefined || this.#isStopped) return;
      this.#early.delete(this.#next);
      this.#pending.delete(this.#next);
      this.#next += 1;
      const isPrompt = performance.now() - pending.at < PROMPT;
      this.#options.answered(due, pending.isEmpty && isPrompt && due.elements.length === 0);
    }
  }

  /** XEP-0124 #rids-broken: the very same request once more, until it is hopeless. */
  #failed(rid: number, pending: Pending, error: unknown): void {
    if (this.#isEnding) {
      this.#pending.delete(rid);
      if (this.#pending.size === 0) this.#options.failed(error);
      return;
    }
    const delay = REPEATS[pending.repeats];
    if (mayPass(error) && delay !== undefined) this.#repeat(rid, pending, delay);
    else this.#options.failed(error);
  }

  /** XEP-0124 #errorstatus-recover: this request and those before it that have no answer, once more. */
  #recover(rid: number): void {
    for (const [other, pending] of this.#pending) {
      if (other > rid || this.#early.has(other)) continue;
      const delay = REPEATS[pending.repeats];
      if (delay === undefined) {
        const detail = 'the server keeps failing';
        this.#options.failed(new ConnectionProblem(problem('server-error', this.#options.host, detail)));
        return;
      }
      this.#repeat(other, pending, delay);
    }
  }

  #repeat(rid: number, pending: Pending, delay: number): void {
    pending.repeats += 1;
    pending.attempt.abort();
    pending.attempt = new AbortController();
    const { signal } = pending.attempt;
    setTimeout(() => {
      if (!signal.aborted && !this.#isStopped) this.#attempt(rid, pending);
    }, delay).unref();
  }
}

/** True for what may be different a moment later. */
function mayPass(error: unknown): boolean {
  if (error instanceof HttpStatus) return error.isTemporary;
  if (!(error instanceof ConnectionProblem)) return false;
  return ['closed', 'timeout', 'unreachable', 'unknown-host', 'proxy', 'offline'].includes(
    error.problem.code,
  );
}
