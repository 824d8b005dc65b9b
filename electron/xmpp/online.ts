/**
 * A stream that carries stanzas: counts them, matches IQ replies to requests, acknowledges and asks. The library has no
 * part in this. It ends with its connection and never throws because of what a server sends, except to end the stream.
 */
import type { Problem } from '../../shared/contract.ts';
import { NS_SM } from './negotiation.ts';
import type { Negotiated } from './negotiation.ts';
import { Pacing } from './pacing.ts';
import type { PacingLimits } from './pacing.ts';
import { ConnectionProblem, problem, problemOfStreamError } from './problem.ts';
import { Requests } from './requests.ts';
import { writeCounter } from './session.ts';
import type { RoundTrip } from './round-trip.ts';
import type { StreamSession } from './session.ts';
import { streamError } from './transport/framing.ts';
import { StreamViolation } from './transport/parser.ts';
import { StanzaError, WireClosed } from './wire.ts';
import type { Direction, IqRequest } from './wire.ts';
import { NS_CLIENT, NS_STREAM, is, serialize, xml } from './xml.ts';
import type { Element } from './xml.ts';

const NS_PING = 'urn:xmpp:ping';
/**
 * How long a stream may take to show that it outlived a sleep or a change of network: so many times the longest that an
 * answer should take, within these milliseconds. Being wrong costs a resumption; waiting costs the person who just opened
 * the lid.
 */
const SIGN_OF_LIFE = { times: 3, least: 1_000, most: 5_000 };

export interface OnlineActions {
  write(text: string): void;
  /** Writes what says nothing of what we did or know. */
  ask(text: string): void;
  /** The stream can not go on; `farewell` is what should still be said. */
  fail(reason: Problem, farewell?: string): void;
  stanza(stanza: Element, position: number): void;
  acknowledged(position: number): void;
  seen(direction: Direction, stanza: Element): void;
  log(event: string, data?: Readonly<Record<string, unknown>>): void;
}

export class OnlineStream {
  /** The most bytes that the server takes in one element (XEP-0478). */
  largest: number | undefined;
  readonly #domain: string;
  readonly #actions: OnlineActions;
  readonly #limits: PacingLimits;
  readonly #session: StreamSession | undefined;
  readonly #requests: Requests;
  readonly #roundTrip: RoundTrip;
  readonly #pacing: Pacing;
  readonly #signs = new Set<(isAlive: boolean) => void>();
  /** Requests under way that bring much; see `heard`. */
  #bulks = 0;
  /** On a resumed stream: the server has not shown yet that it hears us. */
  #isUnheard: boolean;

  constructor(
    negotiated: Negotiated,
    domain: string,
    limits: PacingLimits,
    roundTrip: RoundTrip,
    actions: OnlineActions,
  ) {
    this.#domain = domain;
    this.#roundTrip = roundTrip;
    this.#actions = actions;
    this.#limits = limits;
    this.#session = negotiated.counters;
    this.#requests = new Requests(negotiated.jid);
    const pacing = {
      acknowledge: () => {
        this.acknowledge();
      },
      ask: () => {
        this.#ask();
      },
      giveUp: (why: 'silent' | 'deaf') => {
        const detail = why === 'silent' ? 'gives no sign of life' : 'does not hear us on the resumed stream';
        actions.fail(problem('timeout', domain, `the server ${detail}`));
      },
    };
    this.#pacing = new Pacing(this.#session, pacing, limits, roundTrip);
    this.#isUnheard = negotiated.resumed !== undefined;
    if (this.#isUnheard) this.#pacing.prove();
  }

  get nextPosition(): number {
    return this.#session === undefined ? 0 : this.#session.sent + 1;
  }

  get handledUpTo(): number {
    return this.#session?.handled ?? 0;
  }

  send(stanza: Element): number {
    return this.#send(stanza, 'write');
  }

  #send(stanza: Element, way: 'write' | 'ask'): number {
    const text = serialize(stanza);
    if (this.largest !== undefined && Buffer.byteLength(text) > this.largest) {
      // XEP-0478 0.2.0 #rules: the server says in time what would otherwise cost the stream.
      const most = String(this.largest);
      throw new StanzaError('policy-violation', 'modify', `the server takes no more than ${most} bytes`);
    }
    const position = this.#session?.countSent() ?? 0;
    this.#pacing.sent();
    this.#actions[way](text);
    this.#actions.seen('out', stanza);
    return position;
  }

  async request(iq: IqRequest): Promise<Element> {
    const { stanza, reply } = this.#requests.open(iq);
    try {
      // Who asks for much of an archive says nothing by it, and the server works while we store what came before.
      this.#send(stanza, iq.isBulk === true ? 'ask' : 'write');
    } catch (error) {
      reply.catch(() => undefined); // nobody waits for it
      throw error;
    }
    if (iq.isBulk === true) this.expectMuch(reply);
    return await reply;
  }

  /** Until then, what comes is acknowledged in larger parts. */
  expectMuch(until: Promise<unknown>): void {
    this.#countBulk(1);
    const isOver = (): void => {
      this.#countBulk(-1);
    };
    until.then(isOver, isOver);
  }

  #countBulk(more: 1 | -1): void {
    this.#bulks += more;
    this.#pacing.fetching(this.#bulks > 0);
  }

  handled(position: number): void {
    this.#session?.markHandled(position);
    this.#pacing.handled();
  }

  async isAlive(within?: number): Promise<boolean> {
    const { times, least, most } = SIGN_OF_LIFE;
    const timeout = within ?? this.#roundTrip.patience(times, least, most);
    return await new Promise<boolean>((resolve) => {
      const settle = (isAlive: boolean): void => {
        clearTimeout(timer);
        this.#signs.delete(settle);
        resolve(isAlive);
      };
      const timer = setTimeout(settle, timeout, false);
      this.#signs.add(settle);
      this.#pacing.ask();
      // An `<a/>` may have waited in the socket since before a sleep. The answer to this can not have.
      this.#ping(timeout).then(settle, () => {
        settle(false);
      });
    });
  }

  /**
   * Bytes arrived. A server that leaves Nagle's algorithm on (Prosody 0.12) holds back the rest of a page until TCP
   * acknowledged the part before, which our side delays by 40 ms. A space carries that acknowledgement at once: between
   * stanzas it means nothing (RFC 6120 §4.6.1), and pages come four times as fast.
   */
  heard(): void {
    this.#pacing.heard();
    if (this.#bulks > 0) this.#actions.ask(' ');
  }

  /** A turn's writing leaves now. */
  flushing(): void {
    this.#pacing.flushing();
  }

  /** Tells the server how far we have handled its stanzas. */
  acknowledge(): void {
    if (this.#session === undefined) return;
    this.#actions.write(serialize(xml('a', NS_SM, { h: writeCounter(this.#session.handled) })));
  }

  /** No more is said, and nobody waits any longer. */
  stop(reason: Error): void {
    this.#pacing.stop();
    this.#requests.fail(reason);
    for (const settle of [...this.#signs]) settle(false);
  }

  /**
   * Takes an element from the stream.
   * @throws ConnectionProblem, StreamViolation when it ends the stream
   */
  receive(element: Element): void {
    if (isStanza(element)) this.#route(element, this.#session?.countReceived() ?? 0);
    else if (is(element, 'r', NS_SM)) this.#pacing.asked();
    else if (is(element, 'a', NS_SM)) this.#acknowledged(element);
    else if (is(element, 'error', NS_STREAM)) {
      throw new ConnectionProblem(problemOfStreamError(element, this.#domain));
    } else this.#ignore(element, 'it has no meaning here');
  }

  /** Takes an element that came before stream management was on, and so has no position. */
  receiveEarly(element: Element): void {
    if (isStanza(element)) this.#route(element, 0);
    else this.#ignore(element, 'it has no meaning here');
  }

  #route(element: Element, position: number): void {
    this.#actions.seen('in', element);
    const type = element.attrs['type'];
    if (element.name !== 'iq' || type === 'get' || type === 'set') {
      this.#actions.stanza(element, position);
      return;
    }
    const isReply = type === 'result' || type === 'error';
    if (!isReply || !this.#requests.settle(element)) this.#ignore(element, 'no request that it may answer');
    // A reply changes nothing by itself: whoever asked decides, and asks again after a crash.
    this.handled(position);
  }

  #acknowledged(element: Element): void {
    const outcome = this.#session?.acknowledge(element.attrs['h']);
    if (outcome === undefined) {
      this.#ignore(element, 'stream management is off');
      return;
    }
    if (outcome.kind === 'malformed')
      throw new StreamViolation('invalid-xml', 'an acknowledgement without a number');
    if (outcome.kind === 'too-high') {
      // XEP-0198 1.6.3 §6
      const counts = { h: outcome.h, 'send-count': outcome.sent };
      this.#actions.log('violation', { condition: 'handled-count-too-high', ...counts });
      this.#actions.fail(
        problem('protocol', this.#domain, `acknowledged ${outcome.h}, sent ${outcome.sent}`),
        streamError('undefined-condition', xml('handled-count-too-high', NS_SM, counts)),
      );
      return;
    }
    this.#pacing.answered();
    if (outcome.isNew || this.#isUnheard) this.#actions.acknowledged(outcome.position);
    this.#isUnheard = false;
  }

  #ask(): void {
    if (this.#session !== undefined) {
      this.#actions.ask(serialize(xml('r', NS_SM)));
      return;
    }
    void this.#ping(this.#limits.dead); // what counts are the bytes of its answer
  }

  /** Any answer to a ping will do, `service-unavailable` included (XEP-0199 2.0.1 §4.2). False when none comes. */
  async #ping(timeout: number): Promise<boolean> {
    try {
      await this.request({ type: 'get', to: this.#domain, payload: xml('ping', NS_PING), timeout });
      return true;
    } catch (error) {
      return !(error instanceof WireClosed);
    }
  }

  #ignore({ name, ns, attrs }: Element, reason: string): void {
    this.#actions.log('ignored', { name, ns, type: attrs['type'], reason });
  }
}

/** True for what stream management counts (XEP-0198 1.6.3 §4). */
export function isStanza({ name, ns }: Element): boolean {
  return ns === NS_CLIENT && (name === 'message' || name === 'presence' || name === 'iq');
}
