/**
 * When to acknowledge, when to ask for acknowledgements, when to doubt that the other side lives. It owns the timers of
 * an online stream and no socket: whoever creates it does the writing.
 */
import type { StreamSession } from './session.ts';

/** Times in milliseconds, counts in stanzas. */
export interface PacingLimits {
  /** Silence after which we ask for a sign of life. */
  readonly idle: number;
  /** Silence after such a question that means the connection is dead. */
  readonly dead: number;
  /** Handled stanzas that are acknowledged without being asked, and sent ones that make us ask again. */
  readonly burst: number;
  /** How long a handled stanza may wait for its acknowledgement. */
  readonly acknowledgeWithin: number;
  /** How long `<r/>` may wait for the stanzas before it to be handled. */
  readonly answerWithin: number;
  /** How long a resumed stream may take to show that the server hears us. */
  readonly proof: number;
}

export const usualPacing: PacingLimits = {
  idle: 60_000,
  dead: 30_000,
  burst: 10,
  acknowledgeWithin: 1_000,
  answerWithin: 250,
  proof: 5_000,
};

/** So many times the usual limit may a server that keeps sending take to answer. */
const PATIENCE = 10;

export interface PacingActions {
  /** Write `<a/>` with the session's current `h`. */
  acknowledge(): void;
  /** Write `<r/>`, or a ping where there is no session. */
  ask(): void;
  /** The other side is gone, or does not hear us. */
  giveUp(why: 'silent' | 'deaf'): void;
}

export class Pacing {
  readonly #session: StreamSession | undefined;
  readonly #actions: PacingActions;
  readonly #limits: PacingLimits;
  readonly #idle: NodeJS.Timeout;
  #dead: NodeJS.Timeout | undefined;
  #acknowledgement: NodeJS.Timeout | undefined;
  #answer: NodeJS.Timeout | undefined;
  #proof: NodeJS.Timeout | undefined;
  /** The position that has to be handled before the pending `<r/>` is answered at its best. */
  #asked: number | undefined;
  /** `h` of the last `<a/>`. */
  #acknowledged: number;
  /** Stanzas sent since the last `<r/>`. */
  #unasked = 0;
  #awaitsAnswer = false;
  /** When the question was asked that still awaits an answer; monotonic milliseconds. */
  #askedAt = 0;
  #isStopped = false;

  constructor(session: StreamSession | undefined, actions: PacingActions, limits: PacingLimits) {
    this.#session = session;
    this.#actions = actions;
    this.#limits = limits;
    this.#acknowledged = session?.handled ?? 0;
    this.#idle = setTimeout(() => {
      this.ask();
      this.#idle.refresh();
    }, limits.idle);
  }

  /**
   * The stream was resumed: asks at once, and gives up when no answer comes. Bytes that arrive are no excuse, because
   * they prove nothing: Prosody 0.12 goes on with the parser of the connection before, and when that one was cut in the
   * middle of a stanza, takes all that we say for the rest of it while it talks on.
   */
  prove(): void {
    this.#proof = setTimeout(() => {
      this.#actions.giveUp('deaf');
    }, this.#limits.proof);
    this.ask();
  }

  /** Bytes arrived: the other side lives. */
  heard(): void {
    this.#idle.refresh();
    // Bytes excuse a late answer, but not for ever: a trickle that never answers is as good as dead.
    if (!this.#awaitsAnswer) this.#calm();
    else if (performance.now() - this.#askedAt < this.#limits.dead * PATIENCE) this.#dead?.refresh();
  }

  /** A stanza was marked as handled. */
  handled(): void {
    const session = this.#session;
    if (this.#isStopped || session === undefined || session.handled === this.#acknowledged) return;
    const mayAnswer = this.#asked !== undefined && session.handled >= this.#asked;
    if (mayAnswer || session.handled - this.#acknowledged >= this.#limits.burst) this.#acknowledge();
    else {
      this.#acknowledgement ??= setTimeout(() => {
        this.#acknowledge();
      }, this.#limits.acknowledgeWithin);
    }
  }

  /**
   * The server sent `<r/>`. However many come, one answer is pending at most: as soon as everything before the last
   * one is handled, else a little later with what is handled by then.
   */
  asked(): void {
    const session = this.#session;
    if (this.#isStopped || session === undefined) return;
    this.#asked = session.received;
    this.#answer ??= setTimeout(
      () => {
        this.#acknowledge();
      },
      session.handled >= session.received ? 0 : this.#limits.answerWithin,
    );
  }

  /** A stanza of ours was written. */
  sent(): void {
    this.#unasked += 1;
  }

  /**
   * What was written in this turn goes out now. Asks once for a burst; while an answer is awaited, again only after
   * so many more stanzas: continuous sending neither floods the server with questions nor keeps them back.
   */
  flushing(): void {
    if (this.#session === undefined || this.#unasked === 0) return;
    if (!this.#awaitsAnswer || this.#unasked >= this.#limits.burst) this.ask();
  }

  /** The server sent `<a/>`. */
  answered(): void {
    clearTimeout(this.#proof);
    this.#awaitsAnswer = false;
    this.#calm();
    if (this.#unasked > 0) this.ask();
  }

  /** Asks for an acknowledgement, or a sign of life. */
  ask(): void {
    if (this.#isStopped) return;
    this.#unasked = 0;
    if (!this.#awaitsAnswer) this.#askedAt = performance.now();
    this.#awaitsAnswer = this.#session !== undefined;
    this.#dead ??= setTimeout(() => {
      this.#actions.giveUp('silent');
    }, this.#limits.dead);
    this.#actions.ask();
  }

  /** No timer is left behind, and none starts any more. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#idle);
    clearTimeout(this.#dead);
    clearTimeout(this.#acknowledgement);
    clearTimeout(this.#answer);
    clearTimeout(this.#proof);
  }

  #calm(): void {
    clearTimeout(this.#dead);
    this.#dead = undefined;
  }

  #acknowledge(): void {
    clearTimeout(this.#acknowledgement);
    clearTimeout(this.#answer);
    this.#acknowledgement = undefined;
    this.#answer = undefined;
    this.#asked = undefined;
    this.#acknowledged = this.#session?.handled ?? 0;
    this.#actions.acknowledge();
  }
}
