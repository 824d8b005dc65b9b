/**
 * From authenticated to a stream that carries stanzas: resumption or binding, and stream management (RFC 6120 §7,
 * XEP-0198 1.6.3, XEP-0386 1.1.0). It believes the server about the session, but not about whose it is.
 */
import { readFullJid, bareOf } from '../../shared/jid.ts';
import type { FullJid } from '../../shared/jid.ts';
import { unexpected } from './auth/exchange.ts';
import type { Inline } from './auth/exchange.ts';
import { ConnectionProblem, problem, problemOfBindError } from './problem.ts';
import { StreamSession, readCounter, writeCounter } from './session.ts';
import type { ResumableSession } from './wire.ts';
import { NS as NS_BIND_2 } from './xep/xep0386.ts';
import { NS_CLIENT, NS_STREAM, child, childText, is, serialize, xml } from './xml.ts';
import type { Element } from './xml.ts';

export const NS_BIND = 'urn:ietf:params:xml:ns:xmpp-bind';
export const NS_SM = 'urn:xmpp:sm:3';

/** XEP-0198 1.6.3 §5: the id should not be longer than 4,000 bytes. */
const MAXIMUM_ID = 4_000;

/** Stanzas that a server may send between binding and `<enabled/>`; they wait for the stream to be online. */
const MAXIMUM_EARLY = 256;

/** What the stream has become. */
export interface Started {
  readonly jid: FullJid;
  /** True when carbons are on already. */
  readonly carbons: boolean;
  /** Present when stream management is on. */
  readonly counters?: StreamSession;
  /** Present when the session can be resumed. */
  readonly session?: { readonly id: string; readonly location?: string };
  readonly resumed?: { readonly acknowledged: number };
  /** Stanzas that came before stream management was on. */
  readonly early: readonly Element[];
}

export interface SessionStartOptions {
  readonly address: string;
  readonly domain: string;
  readonly resume?: ResumableSession;
  /** Present on a stream whose session can never be resumed: the server need not keep it. */
  readonly isPassing?: true;
}

export interface SessionStartActions {
  /** Hands an element to the library. */
  pass(element: Element): void;
  write(text: string): void;
  /** How far the server had come in a session that it can not resume (XEP-0198 1.6.3 §5). */
  lost(acknowledged: number): void;
  started(started: Started): void;
}

type Step = 'session-features' | 'resuming' | 'binding' | 'enabling' | 'done';

export class SessionStart {
  readonly #options: SessionStartOptions;
  readonly #domain: string;
  readonly #actions: SessionStartActions;
  #step: Step = 'session-features';
  #carbons = false;
  /** The server answered already that it has lost the session. */
  #isLost = false;
  #features: Element | undefined;
  #jid: FullJid | undefined;
  readonly #waiting: Element[] = [];

  constructor(options: SessionStartOptions, actions: SessionStartActions) {
    this.#options = options;
    this.#domain = options.domain;
    this.#actions = actions;
  }

  get step(): string {
    return this.#step;
  }

  /**
   * Takes the next element of the stream.
   * @throws ConnectionProblem when there is no way on
   */
  receive(element: Element): void {
    switch (this.#step) {
      case 'session-features':
        if (!is(element, 'features', NS_STREAM)) throw this.#unexpected(element);
        this.#start(element);
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

  #unexpected(element: Element): ConnectionProblem {
    return unexpected(element, this.#domain, this.#step);
  }

  /** What `<success/>` says of the session (XEP-0386 1.1.0 #bind-request; XEP-0198 1.6.3 #inline). */
  startInline({ success, jid, asked }: Inline): void {
    const [resumed, failed] = [child(success, 'resumed', NS_SM), child(success, 'failed', NS_SM)];
    const bound = child(success, 'bound', NS_BIND_2);
    const answered = asked.resume ? [resumed, failed, bound].filter((part) => part !== undefined) : [];
    if (!asked.resume && (resumed ?? failed) !== undefined) throw this.#unexpected(success);
    if (!asked.bind && bound !== undefined) throw this.#unexpected(success);
    if (resumed !== undefined) {
      if (answered.length > 1) throw this.#unexpected(success);
      this.#resumed(resumed, jid);
      return;
    }
    if (failed !== undefined) this.#lost(failed);
    if (asked.bind && child(success, 'failed', NS_BIND_2) !== undefined) {
      throw new ConnectionProblem(problem('server-error', this.#domain, 'the resource was not bound'));
    }
    if (bound === undefined) return;
    if (jid === undefined) {
      throw new ConnectionProblem(problem('protocol', this.#domain, 'the server bound no resource'));
    }
    this.#jid = jid;
    this.#carbons = asked.carbons;
    const enabled = asked.enable ? child(bound, 'enabled', NS_SM) : undefined;
    if (enabled !== undefined) this.#enabled(enabled);
    else if (asked.enable) this.#finish({});
  }

  #start(features: Element): void {
    this.#features = features;
    if (this.#jid !== undefined) {
      this.#enable();
      return;
    }
    const { resume } = this.#options;
    if (resume === undefined || this.#isLost || child(features, 'sm', NS_SM) === undefined) {
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
    if (is(element, 'failed', NS_SM)) {
      this.#lost(element);
      this.#bind();
    } else if (is(element, 'resumed', NS_SM)) this.#resumed(element, this.#options.resume?.jid);
    else throw this.#unexpected(element);
  }

  #lost(failed: Element): void {
    this.#isLost = true;
    const acknowledged = readCounter(failed.attrs['h']);
    if (acknowledged !== undefined) this.#actions.lost(acknowledged);
  }

  /** @param jid who we are now, if the server said more than the account */
  #resumed(element: Element, jid: FullJid | undefined): void {
    const { resume } = this.#options;
    const acknowledged = readCounter(element.attrs['h']);
    const isOurs = resume !== undefined && element.attrs['previd'] === resume.id;
    if (!isOurs || acknowledged === undefined || (jid ?? resume.jid) !== resume.jid) {
      throw new ConnectionProblem(
        problem('protocol', this.#domain, 'the server resumed another session than ours'),
      );
    }
    this.#step = 'done';
    this.#actions.started({
      jid: resume.jid,
      carbons: false,
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
    this.#enable();
  }

  /** Only now: XEP-0198 1.6.3 §3 does not let `<enable/>` go along with the request to bind. */
  #enable(): void {
    if (this.#features !== undefined && child(this.#features, 'sm', NS_SM) !== undefined) {
      this.#step = 'enabling';
      this.#actions.write(
        serialize(xml('enable', NS_SM, { resume: this.#options.isPassing === true ? undefined : 'true' })),
      );
    } else this.#finish({});
  }

  #enabling(element: Element): void {
    if (is(element, 'enabled', NS_SM)) this.#enabled(element);
    else if (is(element, 'failed', NS_SM)) this.#finish({});
    else if (this.#waiting.length < MAXIMUM_EARLY) this.#waiting.push(element);
    else throw this.#unexpected(element);
  }

  #enabled({ attrs }: Element): void {
    const { id = '', resume, location } = attrs;
    const isResumable = id !== '' && id.length <= MAXIMUM_ID && (resume === 'true' || resume === '1');
    this.#finish({
      counters: new StreamSession(),
      ...(isResumable ? { session: { id, ...(location === undefined ? {} : { location }) } } : {}),
    });
  }

  #finish(session: Pick<Started, 'counters' | 'session'>): void {
    if (this.#jid === undefined) return;
    this.#step = 'done';
    this.#actions.started({
      jid: this.#jid,
      carbons: this.#carbons,
      ...session,
      early: this.#waiting,
    });
  }
}
