/**
 * Authentication by RFC 6120 §6. The library speaks; what it hears and which mechanism it knows is decided here, and it
 * learns of a success only after the server proved itself.
 */
import { ConnectionProblem, problemOfSaslFailure } from '../problem.ts';
import { NS_STREAM, is, xml } from '../xml.ts';
import type { Element } from '../xml.ts';
import { chooseMechanism } from './choose.ts';
import { decodeElement, unexpected } from './exchange.ts';
import type { AuthenticationOptions, Exchange, ExchangeActions } from './exchange.ts';
import type { Mechanism } from './mechanism.ts';
import type { Offer } from './offer.ts';

const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';

export interface Sasl1Actions extends ExchangeActions {
  /** Makes this mechanism the only one that the library knows. */
  use(mechanism: Mechanism): void;
  /** Hands an element to the library. */
  pass(element: Element): void;
  /** The library restarts the stream now, and nothing may have been sent ahead. */
  restarting(): void;
}

export class Sasl1 implements Exchange {
  readonly #domain: string;
  readonly #actions: Sasl1Actions;
  readonly #mechanism: Mechanism;

  /** @throws ConnectionProblem when no mechanism of the offer will do */
  constructor(options: AuthenticationOptions, offer: Offer, actions: Sasl1Actions) {
    const { keys, sasl2Seen } = actions.memory;
    this.#domain = options.domain;
    this.#actions = actions;
    this.#mechanism = chooseMechanism(offer, {
      ...options,
      ...(keys !== undefined && { keys }),
      isStrict: sasl2Seen,
    });
    const { name } = this.#mechanism;
    actions.log('authenticating', { mechanism: name, profile: 'sasl' });
    actions.use(this.#mechanism);
    // Only the one mechanism: STARTTLS or compression have no place inside TLS (H53).
    const only = xml('mechanisms', NS_SASL, {}, xml('mechanism', NS_SASL, {}, name));
    actions.pass(xml('features', NS_STREAM, {}, only));
  }

  receive(element: Element): void {
    if (is(element, 'failure', NS_SASL)) {
      throw new ConnectionProblem(problemOfSaslFailure(element, this.#domain, this.#mechanism.name));
    }
    if (is(element, 'challenge', NS_SASL)) {
      const text = decodeElement(element, this.#domain).toString('base64');
      this.#actions.pass(xml('challenge', NS_SASL, {}, text));
      return;
    }
    if (!is(element, 'success', NS_SASL)) throw unexpected(element, this.#domain, 'authenticating');
    // Before the library learns of it, so that nothing more is said to a server that is not the right one.
    this.#mechanism.finish(decodeElement(element, this.#domain));
    const keys = this.#mechanism.keys?.();
    if (keys !== undefined) this.#actions.remember({ keys });
    this.#actions.authenticated({ mechanism: this.#mechanism });
    this.#actions.restarting();
    this.#actions.pass(xml('success', NS_SASL));
  }
}
