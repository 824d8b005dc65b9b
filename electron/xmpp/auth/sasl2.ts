/**
 * Authentication by SASL2 (XEP-0388 1.0.4), with everything that can go along: resumption or Bind 2, and tokens. By a
 * token it may begin before the features are there, because they are remembered; then the whole way is one round trip.
 */
import { bareOf, readFullJid, readJid } from '../../../shared/jid.ts';
import { ConnectionProblem, problem, problemOfSaslFailure, saslCondition } from '../problem.ts';
import { writeCounter } from '../session.ts';
import { NS as NS_CARBONS } from '../xep/xep0280.ts';
import { writeBind } from '../xep/xep0386.ts';
import * as xep0388 from '../xep/xep0388.ts';
import { readToken, writeTokenRequest, writeUse } from '../xep/xep0484.ts';
import { childElements, is, xml } from '../xml.ts';
import type { Element } from '../xml.ts';
import { chooseMechanism } from './choose.ts';
import { decodeElement, decodeSasl, unexpected } from './exchange.ts';
import type { AuthenticationOptions, Exchange, ExchangeActions, Inline } from './exchange.ts';
import type { Mechanism } from './mechanism.ts';
import type { Sasl2Offer, Token } from './memory.ts';
import type { Offer } from './offer.ts';
import { createTokenMechanism, isUsable, tokenMechanism } from './token.ts';

const NS_SM = 'urn:xmpp:sm:3';
const SOFTWARE = 'Waxwing';

export class Sasl2 implements Exchange {
  readonly #options: AuthenticationOptions;
  readonly #actions: ExchangeActions;
  /** What the server offers on this stream; `undefined` until its features are there. */
  #offer: (Offer & { readonly sasl2: Sasl2Offer }) | undefined;
  #mechanism: Mechanism | undefined;
  /** The token that is being used. */
  #token: Token | undefined;
  /** The mechanism that a token was asked for. */
  #requested: string | undefined;
  #asked: Inline['asked'] = { resume: false, bind: false, enable: false, carbons: false };
  #isAnswering = false;
  /** We said something that the server does not offer any more: it must not succeed. */
  #mustFail = false;
  #tokenFailed = false;

  constructor(options: AuthenticationOptions, actions: ExchangeActions) {
    this.#options = options;
    this.#actions = actions;
  }

  /** Authenticates before the features arrive, if there is a token and the offer is remembered; true when it did. */
  startEarly(): boolean {
    const { offer, token } = this.#actions.memory;
    if (offer === undefined || token === undefined || !this.#canUse(token, offer)) return false;
    this.#startWithToken(token, offer);
    return true;
  }

  /**
   * The features arrived.
   * @throws ConnectionProblem when there is no way to authenticate
   */
  start(offer: Offer & { readonly sasl2: Sasl2Offer }): void {
    this.#offer = offer;
    const { token } = this.#actions.memory;
    this.#actions.remember({ offer: offer.sasl2, sasl2Seen: true });
    if (this.#mechanism !== undefined) {
      this.#mustFail = !offer.sasl2.fast.includes(this.#mechanism.name);
    } else if (token !== undefined && this.#canUse(token, offer.sasl2)) {
      this.#startWithToken(token, offer.sasl2);
    } else this.#startWithPassword(offer);
  }

  receive(element: Element): void {
    const { domain } = this.#options;
    const [offer, mechanism] = [this.#offer, this.#mechanism];
    // While an answer is computed, nobody has anything to say: not even success, which it would be judged by.
    if (offer === undefined || mechanism === undefined || this.#isAnswering) {
      throw unexpected(element, domain, 'authenticating');
    }
    if (is(element, 'challenge', xep0388.NS)) this.#answer(mechanism, element);
    else if (is(element, 'failure', xep0388.NS)) this.#failed(element, mechanism, offer);
    else {
      const tasks = xep0388.readTasks(element);
      if (tasks !== undefined) {
        this.#actions.write(xep0388.writeAbort());
        throw new ConnectionProblem(problem('further-step', domain, tasks.join(', ')));
      }
      const success = xep0388.readSuccess(element);
      if (success === undefined) throw unexpected(element, domain, 'authenticating');
      this.#succeeded(element, success, mechanism, offer);
    }
  }

  #canUse(token: Token, offer: Sasl2Offer): boolean {
    return isUsable(token, offer.fast, this.#options.bindings, Date.now());
  }

  #startWithToken(token: Token, offer: Sasl2Offer): void {
    // Kept before it is said: a count must never be used twice (XEP-0484 0.2.0 #fast-auth).
    const used = { ...token, count: token.count + 1 };
    this.#actions.remember({ token: used });
    this.#token = used;
    this.#requested = undefined;
    const isLast = this.#options.invalidatesToken === true;
    const use = writeUse({ count: used.count, invalidate: isLast });
    this.#start(createTokenMechanism(used, this.#options), offer, [use]);
  }

  #startWithPassword(offer: Offer & { readonly sasl2: Sasl2Offer }): void {
    const { bindings } = this.#options;
    const { keys } = this.#actions.memory;
    const mechanism = chooseMechanism(
      { mechanisms: offer.sasl2.mechanisms, bindings: offer.bindings },
      { ...this.#options, ...(keys !== undefined && { keys }), isStrict: true },
    );
    this.#token = undefined;
    // A certificate needs none, and a token would outlive it.
    this.#requested =
      mechanism.name === 'EXTERNAL'
        ? undefined
        : tokenMechanism(offer.sasl2.fast, bindings, mechanism.isBound);
    const request = this.#requested === undefined ? [] : [writeTokenRequest(this.#requested)];
    this.#start(mechanism, offer.sasl2, request);
  }

  #start(mechanism: Mechanism, offer: Sasl2Offer, parts: readonly Element[]): void {
    this.#mechanism = mechanism;
    this.#actions.log('authenticating', { mechanism: mechanism.name, profile: 'sasl2' });
    const initial = mechanism.start();
    const { agent } = this.#actions.memory;
    const inline = [...this.#inline(offer), ...parts];
    this.#actions.write(
      xep0388.writeAuthenticate({ mechanism: mechanism.name, initial, agent, software: SOFTWARE, inline }),
    );
  }

  #inline({ resumes, binds }: Sasl2Offer): Element[] {
    const { resume, isPassing } = this.#options;
    const parts: Element[] = [];
    if (resume !== undefined && resumes) {
      parts.push(xml('resume', NS_SM, { previd: resume.id, h: writeCounter(resume.received) }));
    }
    // A resource that is bound now would be in the way of resuming afterwards.
    const bind = binds !== undefined && (resume === undefined || resumes);
    const enable = bind && binds.includes(NS_SM);
    const carbons = bind && binds.includes(NS_CARBONS);
    if (bind) {
      const wanted = [
        ...(carbons ? [xml('enable', NS_CARBONS)] : []),
        ...(enable ? [xml('enable', NS_SM, { resume: isPassing === true ? undefined : 'true' })] : []),
      ];
      parts.push(writeBind({ tag: SOFTWARE, enable: wanted }));
    }
    this.#asked = { resume: resume !== undefined && resumes, bind, enable, carbons };
    return parts;
  }

  #answer(mechanism: Mechanism, challenge: Element): void {
    const text = decodeElement(challenge, this.#options.domain).toString();
    this.#isAnswering = true;
    mechanism.respond(text).then(
      (answer) => {
        this.#isAnswering = false;
        this.#actions.write(xep0388.writeResponse(answer));
      },
      (error: unknown) => {
        this.#actions.fail(error);
      },
    );
  }

  #failed(failure: Element, { name }: Mechanism, offer: Offer & { readonly sasl2: Sasl2Offer }): void {
    const { domain } = this.#options;
    const reason = problemOfSaslFailure(failure, domain, name);
    const condition = saslCondition(failure);
    if (this.#token === undefined) {
      // Some servers stay with tokens once one was shown; the next connection shows none.
      const code = this.#tokenFailed && condition === 'invalid-mechanism' ? 'server-error' : reason.code;
      throw new ConnectionProblem({ ...reason, code });
    }
    if (condition === 'temporary-auth-failure') throw new ConnectionProblem(reason);
    // XEP-0484 0.2.0 #rules-clients. The stream is as it was before (XEP-0388 1.0.4 #outcome).
    this.#actions.log('token-refused', { condition });
    this.#actions.remember({ token: undefined });
    this.#tokenFailed = true;
    this.#mustFail = false;
    if (this.#options.invalidatesToken === true) throw new ConnectionProblem(reason);
    this.#startWithPassword(offer);
  }

  #succeeded(
    element: Element,
    { data, identifier }: xep0388.Success,
    mechanism: Mechanism,
    { sasl2 }: { readonly sasl2: Sasl2Offer },
  ): void {
    const { domain, address, invalidatesToken } = this.#options;
    if (this.#mustFail) {
      throw new ConnectionProblem(
        problem('protocol', domain, `${mechanism.name} succeeded without being offered`),
      );
    }
    mechanism.finish(data === undefined ? Buffer.alloc(0) : decodeSasl(data, domain));
    const jid = readJid(identifier);
    if (jid === undefined || bareOf(jid) !== address) {
      throw new ConnectionProblem(
        problem('protocol', domain, 'the server made us another address than ours'),
      );
    }
    const keys = mechanism.keys?.() ?? this.#actions.memory.keys;
    this.#actions.remember({ keys, token: this.#tokenOf(element, invalidatesToken), offer: sasl2 });
    this.#actions.authenticated({
      mechanism,
      inline: { success: element, jid: readFullJid(identifier), asked: this.#asked },
    });
  }

  /** The token from now on: a new one (XEP-0484 0.2.0 #token-response, #token-rotation), or the one that was used. */
  #tokenOf(success: Element, isInvalidated = false): Token | undefined {
    const mechanism = this.#requested ?? this.#token?.mechanism;
    const [issued] = childElements(success).flatMap((part) => readToken(part) ?? []);
    if (issued !== undefined && mechanism !== undefined) return { ...issued, mechanism, count: 0 };
    return isInvalidated ? undefined : this.#token;
  }
}
