/**
 * From the first features to a stream that carries stanzas: authentication by the profile that the server offers, then
 * resumption or binding, and stream management. It lets the library see only what the library has to answer, and
 * believes nothing of the server before authentication succeeded in both directions. It has no socket and no timer.
 */
import { unexpected } from './auth/exchange.ts';
import type { Authenticated, AuthenticationOptions, Exchange } from './auth/exchange.ts';
import type { Mechanism } from './auth/mechanism.ts';
import { changeMemory } from './auth/memory.ts';
import type { Memory, MemoryChanges } from './auth/memory.ts';
import { readOffer } from './auth/offer.ts';
import { Sasl1 } from './auth/sasl1.ts';
import type { Sasl1Actions } from './auth/sasl1.ts';
import { Sasl2 } from './auth/sasl2.ts';
import { ConnectionProblem, problem, problemOfStreamError } from './problem.ts';
import { SessionStart } from './session-start.ts';
import type { Started } from './session-start.ts';
import { NS_STREAM, childElements, is, serialize } from './xml.ts';
import type { Element } from './xml.ts';

export { NS_SM } from './session-start.ts';

export interface Negotiated extends Started {
  /** Name of the mechanism that authenticated both sides. */
  readonly mechanism: string;
  /** The type of the channel binding that it used. */
  readonly channelBinding?: string;
  /** True when authentication was by a mechanism that reveals no secret. */
  readonly scram: boolean;
}

export interface NegotiationOptions extends AuthenticationOptions {
  readonly memory: Memory;
}

export interface NegotiationActions {
  /** Makes this mechanism the only one that the library knows. */
  use(mechanism: Mechanism): void;
  /** Hands an element to the library. */
  pass(element: Element): void;
  /** The library restarts the stream, and nothing may have been sent ahead. */
  restarting(): void;
  /** Authentication succeeded. */
  authenticated(): void;
  write(text: string): void;
  /** What is remembered of authentication, from now on. */
  remember(memory: Memory): void;
  /** How far the server had come in a session that it can not resume (XEP-0198 1.6.3 §5). */
  lost(acknowledged: number): void;
  online(negotiated: Negotiated): void;
  /** There is no way on, though nothing was being received. */
  fail(error: unknown): void;
  log(event: string, data: Readonly<Record<string, unknown>>): void;
}

export class Negotiation {
  readonly #options: NegotiationOptions;
  readonly #domain: string;
  readonly #actions: NegotiationActions;
  #memory: Memory;
  /** Present from the first features on. */
  #exchange: Exchange | undefined;
  /** An exchange that began before the features were there. */
  #early: Sasl2 | undefined;
  /** Present once both sides have proved who they are. */
  #session: SessionStart | undefined;

  constructor(options: NegotiationOptions, actions: NegotiationActions) {
    this.#options = options;
    this.#domain = options.domain;
    this.#memory = options.memory;
    this.#actions = actions;
  }

  /** Where the negotiation stands, for time-outs and the log. */
  get step(): string {
    return this.#session?.step ?? (this.#exchange === undefined ? 'first-features' : 'authenticating');
  }

  /** True once both sides have proved who they are. */
  get isAuthenticated(): boolean {
    return this.#session !== undefined;
  }

  /** The header of a stream was written: what is known before the server answers may follow at once. */
  opened(): void {
    if (this.#exchange !== undefined || this.#early !== undefined) return;
    const exchange = new Sasl2(this.#options, this.#exchangeActions());
    if (exchange.startEarly()) this.#early = exchange;
  }

  /**
   * Takes the next element of the stream.
   * @throws ConnectionProblem when there is no way on
   */
  receive(element: Element): void {
    if (is(element, 'error', NS_STREAM))
      throw new ConnectionProblem(problemOfStreamError(element, this.#domain));
    if (this.#session !== undefined) this.#session.receive(element);
    else if (this.#exchange !== undefined) this.#exchange.receive(element);
    else if (is(element, 'features', NS_STREAM)) this.#authenticate(element);
    else throw unexpected(element, this.#domain, this.step);
  }

  #exchangeActions(): Sasl1Actions {
    const memory = (): Memory => this.#memory;
    const actions = this.#actions;
    return {
      get memory() {
        return memory();
      },
      remember: (changes) => {
        this.#remember(changes);
      },
      write: (element) => {
        actions.write(serialize(element));
      },
      log: (event, data) => {
        actions.log(event, data);
      },
      authenticated: (outcome) => {
        this.#authenticated(outcome);
      },
      fail: (error) => {
        actions.fail(error);
      },
      use: (mechanism) => {
        actions.use(mechanism);
      },
      pass: (element) => {
        actions.pass(element);
      },
      restarting: () => {
        actions.restarting();
      },
    };
  }

  #remember(changes: MemoryChanges): void {
    this.#memory = changeMemory(this.#memory, changes);
    this.#actions.remember(this.#memory);
  }

  #authenticate(features: Element): void {
    const offer = readOffer(features);
    const { sasl2 } = offer;
    if (sasl2 !== undefined) {
      const exchange = this.#early ?? new Sasl2(this.#options, this.#exchangeActions());
      this.#exchange = exchange;
      exchange.start({ ...offer, sasl2 });
      return;
    }
    if (this.#memory.offer !== undefined) this.#remember({ offer: undefined });
    if (this.#early !== undefined) {
      // What was said relied on the memory; the next connection will wait for what the server says.
      throw new ConnectionProblem(problem('server-error', this.#domain, 'SASL2 is offered no more'));
    }
    this.#exchange = new Sasl1(this.#options, offer, this.#exchangeActions());
  }

  #authenticated({ mechanism, inline }: Authenticated): void {
    const actions = this.#actions;
    this.#session = new SessionStart(this.#options, {
      pass: (element) => {
        actions.pass(element);
      },
      write: (text) => {
        actions.write(text);
      },
      lost: (acknowledged) => {
        actions.lost(acknowledged);
      },
      started: (started) => {
        const { name, isStrong, binding } = mechanism;
        const bound = binding !== undefined && { channelBinding: binding };
        actions.online({ ...started, mechanism: name, scram: isStrong, ...bound });
      },
    });
    actions.authenticated();
    if (inline !== undefined) this.#session.startInline(inline);
  }
}

/** The names of the features that a server announces, for the log. */
export function featureNames(features: Element): string[] {
  return childElements(features).map(({ name, ns }) => `${name} ${ns}`);
}
