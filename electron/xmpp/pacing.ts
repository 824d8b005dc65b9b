/**
 * When to acknowledge, when to ask for acknowledgements, when to doubt that the other side lives. It owns the timers of
 * an online stream and no socket: whoever creates it does the writing.
 */
import { Alarm } from './alarm.ts';
import { RoundTrip } from './round-trip.ts';
import type { StreamSession } from './session.ts';

/** Times in milliseconds, counts in stanzas. */
export interface PacingLimits {
  /** Silence after which we ask for a sign of life. */
  readonly idle: number;
  /** The longest silence after such a question; on a network that answers at once, less is enough. */
  readonly dead: number;
  /** Handled stanzas that are acknowledged without being asked, and sent ones that make us ask again. */
  readonly burst: number;
  /** The same while we fetch much: each acknowledgement has to be on the disk before it leaves. */
  readonly bulkBurst: number;
  /** How long a handled stanza may wait for its acknowledgement. */
  readonly acknowledgeWithin: number;
  /** How long `<r/>` may wait for the stanzas before it to be handled. */
  readonly answerWithin: number;
  /** The longest that a resumed stream may take to show that the server hears us; on a quick network, less. */
  readonly proof: number;
}

export const usualPacing: PacingLimits = {
  idle: 60_000,
  dead: 30_000,
  burst: 10,
  bulkBurst: 100, // Prosody keeps 500 for a resumption, ejabberd ends a stream at 5,000
  acknowledgeWithin: 1_000,
  answerWithin: 250,
  proof: 15_000,
};

/**
 * The limits in so many times the longest that an answer should take, and never shorter than this. A server may be busy, a
 * network may be gone for a moment, and a false alarm costs a resumption.
 */
const DEAD = { times: 30, least: 10_000 };
const PROOF = { times: 5, least: 1_000 };
/** So long, at most, may what arrives put the end of the proof off. */
const REPLAY = 5_000;

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
  readonly #roundTrip: RoundTrip;
  readonly #idle: NodeJS.Timeout;
  readonly #dead: Alarm;
  readonly #proof: Alarm;
  /** From then on bytes do not put off the end of the proof any more; monotonic milliseconds. */
  #replayEnds = 0;
  #acknowledgement: NodeJS.Timeout | undefined;
  #answer: NodeJS.Timeout | undefined;
  /** The position that has to be handled before the pending `<r/>` is answered at its best. */
  #asked: number | undefined;
  /** `h` of the last `<a/>`. */
  #acknowledged: number;
  /** Stanzas sent since the last `<r/>`. */
  #unasked = 0;
  #awaitsAnswer = false;
  #isBulk = false;
  /** When the question was asked that still awaits an answer; monotonic milliseconds. */
  #askedAt = 0;
  #isStopped = false;

  constructor(
    session: StreamSession | undefined,
    actions: PacingActions,
    limits: PacingLimits,
    roundTrip = new RoundTrip(),
  ) {
    this.#session = session;
    this.#actions = actions;
    this.#limits = limits;
    this.#roundTrip = roundTrip;
    this.#acknowledged = session?.handled ?? 0;
    this.#dead = new Alarm(() => {
      actions.giveUp('silent');
    });
    this.#proof = new Alarm(() => {
      actions.giveUp('deaf');
    });
    this.#idle = setTimeout(() => {
      this.ask();
      this.#idle.refresh();
    }, limits.idle);
  }

  /**
   * The stream was resumed: asks at once, and gives up when no answer comes. Bytes that arrive are an excuse only for as
   * long as it takes to repeat what we missed, because they prove nothing: Prosody 0.12 goes on with the parser of the
   * connection before, and when that one was cut in the middle of a stanza, takes all that we say for the rest of it
   * while it talks on.
   */
  prove(): void {
    const limit = this.#roundTrip.patience(PROOF.times, PROOF.least, this.#limits.proof);
    this.#replayEnds = performance.now() + REPLAY - limit;
    this.#proof.start(limit);
    this.ask();
  }

  /** Bytes arrived: the other side lives. */
  heard(): void {
    this.#idle.refresh();
    if (performance.now() < this.#replayEnds) this.#proof.refresh();
    // Bytes excuse a late answer, but not for ever: a trickle that never answers is as good as dead.
    if (!this.#awaitsAnswer) this.#dead.stop();
    else if (performance.now() - this.#askedAt < this.#limits.dead * PATIENCE) this.#dead.refresh();
  }

  /** A stanza was marked as handled. */
  handled(): void {
    const session = this.#session;
    if (this.#isStopped || session === undefined || session.handled === this.#acknowledged) return;
    const { burst, bulkBurst } = this.#limits;
    const mayAnswer = !this.#isBulk && this.#asked !== undefined && session.handled >= this.#asked;
    const most = this.#isBulk ? bulkBurst : burst;
    if (mayAnswer || session.handled - this.#acknowledged >= most) this.#acknowledge();
    else {
      this.#acknowledgement ??= setTimeout(() => {
        this.#acknowledge();
      }, this.#limits.acknowledgeWithin);
    }
  }

  /**
   * The server sent `<r/>`. However many come, one answer is pending at most: as soon as everything before the last
   * one is handled, else a little later with what is handled by then. While we fetch much it is a little later always.
   */
  asked(): void {
    const session = this.#session;
    if (this.#isStopped || session === undefined) return;
    this.#asked = session.received;
    this.#answer ??= setTimeout(
      () => {
        this.#acknowledge();
      },
      session.handled >= session.received && !this.#isBulk ? 0 : this.#limits.answerWithin,
    );
  }

  /** Much of what comes from now on is what we asked for, or that is over. */
  fetching(isBulk: boolean): void {
    this.#isBulk = isBulk;
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
    if (this.#awaitsAnswer) this.#roundTrip.note(performance.now() - this.#askedAt);
    this.#awaitsAnswer = false;
    this.#proof.stop();
    this.#dead.stop();
    if (this.#unasked > 0) this.ask();
  }

  /** Asks for an acknowledgement, or a sign of life. */
  ask(): void {
    if (this.#isStopped) return;
    this.#unasked = 0;
    if (!this.#awaitsAnswer) this.#askedAt = performance.now();
    this.#awaitsAnswer = this.#session !== undefined;
    this.#dead.start(this.#roundTrip.patience(DEAD.times, DEAD.least, this.#limits.dead));
    this.#actions.ask();
  }

  /** No timer is left behind, and none starts any more. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#idle);
    this.#dead.stop();
    this.#proof.stop();
    clearTimeout(this.#acknowledgement);
    clearTimeout(this.#answer);
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
