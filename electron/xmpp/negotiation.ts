/**
 * From the first features to a stream that carries stanzas: authentication, resumption or binding, stream management.
 * It lets the library see only what the library has to answer, and believes nothing of the server before
 * authentication succeeded in both directions. It has no socket and no timer.
 */
import { readFullJid, bareOf } from '../../shared/jid.ts';
import type { FullJid } from '../../shared/jid.ts';
import type { Mechanism } from './auth/mechanism.ts';
import {
  ConnectionProblem,
  problem,
  problemOfBindError,
  problemOfSaslFailure,
  problemOfStreamError,
} from './problem.ts';
import { StreamSession, readCounter, writeCounter } from './session.ts';
import type { ConnectOptions } from './wire.ts';
import { NS_CLIENT, NS_STREAM, child, childElements, childText, is, serialize, textOf, xml } from './xml.ts';
import type { Element } from './xml.ts';

export const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
export const NS_BIND = 'urn:ietf:params:xml:ns:xmpp-bind';
export const NS_SM = 'urn:xmpp:sm:3';

/** XEP-0198 1.6.3 §5: the id should not be longer than 4,000 bytes. */
const MAXIMUM_ID = 4_000;

/** Stanzas that a server may send between binding and `<enabled/>`; they wait for the stream to be online. */
const MAXIMUM_EARLY = 256;

export interface Negotiated {
  readonly jid: FullJid;
  readonly scram: boolean;
  /** Present when stream management is on. */
  readonly counters?: StreamSession;
  /** Present when the session can be resumed. */
  readonly session?: { readonly id: string; readonly location?: string };
  readonly resumed?: { readonly acknowledged: number };
  /** Stanzas that came before stream management was on. */
  readonly early: readonly Element[];
}

export interface NegotiationActions {
  /** Chooses the mechanism, and makes it the only one that the library knows. @throws ConnectionProblem */
  choose(features: Element): Mechanism;
  /** Hands an element to the library. */
  pass(element: Element): void;
  /** Authentication succeeded: the library restarts the stream, and nothing may have been sent ahead. */
  restarting(): void;
  write(text: string): void;
  /** How far the server had come in a session that it can not resume (XEP-0198 1.6.3 §5). */
  lost(acknowledged: number): void;
  online(negotiated: Negotiated): void;
}

type Step =
  'first-features' | 'authenticating' | 'session-features' | 'resuming' | 'binding' | 'enabling' | 'done';

export class Negotiation {
  readonly #options: Pick<ConnectOptions, 'address' | 'resume'>;
  readonly #domain: string;
  readonly #actions: NegotiationActions;
  #step: Step = 'first-features';
  #mechanism: Mechanism | undefined;
  #features: Element | undefined;
  #jid: FullJid | undefined;
  readonly #early: Element[] = [];

  constructor(
    options: Pick<ConnectOptions, 'address' | 'resume'>,
    domain: string,
    actions: NegotiationActions,
  ) {
    this.#options = options;
    this.#domain = domain;
    this.#actions = actions;
  }

  /** Where the negotiation stands, for time-outs and the log. */
  get step(): string {
    return this.#step;
  }

  /** True once both sides have proved who they are. */
  get isAuthenticated(): boolean {
    return this.#step !== 'first-features' && this.#step !== 'authenticating';
  }

  /**
   * Takes the next element of the stream.
   * @throws ConnectionProblem when there is no way on
   */
  receive(element: Element): void {
    if (is(element, 'error', NS_STREAM))
      throw new ConnectionProblem(problemOfStreamError(element, this.#domain));
    switch (this.#step) {
      case 'first-features':
        this.#authenticate(this.#expectFeatures(element));
        break;
      case 'authenticating':
        this.#authenticating(element);
        break;
      case 'session-features':
        this.#startSession(this.#expectFeatures(element));
        break;
      case 'resuming':
        this.#resuming(element);
        break;
      case 'binding':
        this.#binding(element);
        break;
      case 'enabling':
        this.#enabling(element);
        break;
      case 'done':
        throw this.#unexpected(element);
    }
  }

  #expectFeatures(element: Element): Element {
    if (is(element, 'features', NS_STREAM)) return element;
    throw this.#unexpected(element);
  }

  #unexpected(element: Element): ConnectionProblem {
    return new ConnectionProblem(problem('protocol', this.#domain, `<${element.name}/> while ${this.#step}`));
  }

  #authenticate(features: Element): void {
    const mechanism = this.#actions.choose(features);
    this.#mechanism = mechanism;
    this.#step = 'authenticating';
    // Only the one mechanism: SASL2 is off for now, and STARTTLS or compression have no place inside TLS (H53).
    const only = xml('mechanisms', NS_SASL, {}, xml('mechanism', NS_SASL, {}, mechanism.name));
    this.#actions.pass(xml('features', NS_STREAM, {}, only));
  }

  #authenticating(element: Element): void {
    if (is(element, 'failure', NS_SASL))
      throw new ConnectionProblem(problemOfSaslFailure(element, this.#domain));
    if (is(element, 'challenge', NS_SASL)) {
      this.#actions.pass(xml('challenge', NS_SASL, {}, this.#decoded(element).encoded));
      return;
    }
    if (!is(element, 'success', NS_SASL)) throw this.#unexpected(element);
    // Before the library learns of it, so that nothing more is said to a server that is not the right one.
    this.#mechanism?.finish(this.#decoded(element).text);
    this.#step = 'session-features';
    this.#actions.restarting();
    this.#actions.pass(xml('success', NS_SASL));
  }

  /** The content of a SASL element: base64, with `=` for an empty text (RFC 6120 §6.4.2). */
  #decoded(element: Element): { readonly encoded: string; readonly text: string } {
    const encoded = textOf(element).trim();
    if (encoded === '' || encoded === '=') return { encoded: '', text: '' };
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded) || encoded.length % 4 !== 0) {
      throw new ConnectionProblem(problem('protocol', this.#domain, 'the server sent malformed base64'));
    }
    return { encoded, text: Buffer.from(encoded, 'base64').toString() };
  }

  #startSession(features: Element): void {
    this.#features = features;
    const { resume } = this.#options;
    if (resume === undefined || child(features, 'sm', NS_SM) === undefined) {
      this.#bind();
      return;
    }
    // XEP-0198 1.6.3 §5: instead of binding.
    this.#step = 'resuming';
    this.#actions.write(
      serialize(xml('resume', NS_SM, { previd: resume.id, h: writeCounter(resume.received) })),
    );
  }

  #resuming(element: Element): void {
    const { resume } = this.#options;
    if (resume === undefined) throw this.#unexpected(element);
    if (is(element, 'failed', NS_SM)) {
      const acknowledged = readCounter(element.attrs['h']);
      if (acknowledged !== undefined) this.#actions.lost(acknowledged);
      this.#bind();
      return;
    }
    if (!is(element, 'resumed', NS_SM)) throw this.#unexpected(element);
    const acknowledged = readCounter(element.attrs['h']);
    if (element.attrs['previd'] !== resume.id || acknowledged === undefined) {
      throw new ConnectionProblem(
        problem('protocol', this.#domain, 'the server resumed another session than ours'),
      );
    }
    this.#step = 'done';
    this.#actions.online({
      jid: resume.jid,
      scram: this.#mechanism?.isScram === true,
      counters: new StreamSession(resume.received, acknowledged),
      session: { id: resume.id, ...(resume.location === undefined ? {} : { location: resume.location }) },
      resumed: { acknowledged },
      early: [],
    });
  }

  #bind(): void {
    if (this.#features === undefined || child(this.#features, 'bind', NS_BIND) === undefined) {
      throw new ConnectionProblem(problem('protocol', this.#domain, 'the server offers no resource binding'));
    }
    this.#step = 'binding';
    this.#actions.pass(xml('features', NS_STREAM, {}, xml('bind', NS_BIND)));
  }

  #binding(element: Element): void {
    const type = element.attrs['type'];
    if (!is(element, 'iq', NS_CLIENT) || (type !== 'result' && type !== 'error'))
      throw this.#unexpected(element);
    if (type === 'error') throw new ConnectionProblem(problemOfBindError(element, this.#domain));
    const bound = child(element, 'bind', NS_BIND);
    const text = (bound && childText(bound, 'jid')) ?? '';
    const jid = readFullJid(text);
    // The resource is the server's to choose (RFC 6120 §7.7), the account is not.
    if (jid === undefined || bareOf(jid) !== this.#options.address) {
      throw new ConnectionProblem(
        problem('protocol', this.#domain, 'the server bound another address than ours'),
      );
    }
    this.#jid = jid;
    this.#actions.pass(
      xml(
        'iq',
        NS_CLIENT,
        { type, id: element.attrs['id'] },
        xml('bind', NS_BIND, {}, xml('jid', NS_BIND, {}, jid)),
      ),
    );
    if (this.#features !== undefined && child(this.#features, 'sm', NS_SM) !== undefined) {
      this.#step = 'enabling';
      this.#actions.write(serialize(xml('enable', NS_SM, { resume: 'true' })));
    } else this.#finish({});
  }

  #enabling(element: Element): void {
    if (is(element, 'enabled', NS_SM)) {
      const { id = '', resume, location } = element.attrs;
      const isResumable = id !== '' && id.length <= MAXIMUM_ID && (resume === 'true' || resume === '1');
      this.#finish({
        counters: new StreamSession(),
        ...(isResumable ? { session: { id, ...(location === undefined ? {} : { location }) } } : {}),
      });
    } else if (is(element, 'failed', NS_SM)) this.#finish({});
    else if (this.#early.length < MAXIMUM_EARLY) this.#early.push(element);
    else throw this.#unexpected(element);
  }

  #finish(session: Pick<Negotiated, 'counters' | 'session'>): void {
    if (this.#jid === undefined) return;
    this.#step = 'done';
    this.#actions.online({
      jid: this.#jid,
      scram: this.#mechanism?.isScram === true,
      ...session,
      early: this.#early,
    });
  }
}

/** The names of the features that a server announces, for the log. */
export function featureNames(features: Element): string[] {
  return childElements(features).map(({ name, ns }) => `${name} ${ns}`);
}
