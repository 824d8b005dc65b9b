/**
 * A stream of its own for somebody who has no account yet: it is reached and secured as every other, asks what the
 * server wants to know, and hands in the answers (XEP-0077 2.4 §3.1.1). It authenticates nobody, stores nothing, and
 * stays open only while a person fills in a form, because a challenge is bound to it.
 */
import type { FormField } from '../../shared/rows/form.ts';
import type { BareJid } from '../../shared/jid.ts';
import { ConnectionProblem, problem, problemOf, problemOfStreamError } from './problem.ts';
import type { Problem } from '../../shared/contract.ts';
import { Requests } from './requests.ts';
import { usualLimits, type StreamOptions } from './stream-options.ts';
import { STREAM_END } from './transport/framing.ts';
import { systemNetwork } from './transport/network.ts';
import { limitsBeforeLogin } from './transport/parser.ts';
import { reach } from './transport/reach.ts';
import type { Transport } from './transport/transport.ts';
import { StanzaError, WireClosed, type IqRequest } from './wire.ts';
import {
  NS as NS_REGISTER,
  readRegistration,
  writeQuery,
  writeRegistration,
  type Registration,
} from './xep/xep0077.ts';
import { readChallenges } from './xep/xep0158.ts';
import { askAcceptance, takesTokens } from './xep/xep0445.ts';
import { NS_CLIENT, NS_STREAM, child, is, serialize } from './xml.ts';
import type { Element } from './xml.ts';

export interface RegistrationOptions extends Pick<
  StreamOptions,
  'server' | 'proxy' | 'pins' | 'ca' | 'network' | 'limits' | 'paths' | 'log'
> {
  /** The server to have an account at, prepared. */
  readonly domain: BareJid;
  /** Of an invitation (XEP-0445). */
  readonly token?: string;
}

/** What a server wants to know of somebody who would like an account. */
export interface RegistrationOffer extends Pick<Registration, 'kind' | 'url'> {
  readonly title: string;
  readonly instructions: string;
  /** Without those that a person has nothing to do with. */
  readonly fields: readonly FormField[];
  /** What became of the token: `ignored` by a server that takes none. Absent without one. */
  readonly token?: 'accepted' | 'refused' | 'ignored';
}

export interface OpenRegistration {
  readonly offer: RegistrationOffer;
  /** True until the stream ended, from either side. */
  readonly isOpen: boolean;
  /**
   * Hands in the answers, by name of the field. When it resolves, the account exists.
   * @throws StanzaError when the server says no, WireClosed when the stream ended: before an answer came, the account may
   * exist or not
   */
  submit(answers: ReadonlyMap<string, readonly string[]>): Promise<void>;
  close(): void;
}

export type Register = (options: RegistrationOptions, signal: AbortSignal) => Promise<OpenRegistration>;

/**
 * Asks a server for its form.
 * @throws ConnectionProblem when the server is not reached or not trusted, StanzaError when it registers nobody, the
 * reason of the signal when it is aborted
 */
export const openRegistration: Register = async (options, signal) => {
  const stream = new PreparedStream(options);
  const abort = (): void => stream.end(new WireClosed('given up'));
  signal.addEventListener('abort', abort, { once: true });
  try {
    const features = await stream.open(signal);
    const token = options.token === undefined ? undefined : await show(stream, options, features);
    const reply = await stream.request({ type: 'get', to: options.domain, payload: writeQuery() });
    const query = child(reply, 'query', NS_REGISTER);
    const registration = query && readRegistration(query);
    if (query === undefined || registration === undefined) {
      throw new ConnectionProblem(problem('protocol', options.domain, 'the server sent no form'));
    }
    signal.throwIfAborted();
    const { kind, url, form } = registration;
    const fields = readChallenges(form.fields, [query, reply]).filter(({ type }) => type !== 'hidden');
    return {
      offer: {
        kind,
        ...(url !== undefined && { url }),
        title: form.title,
        instructions: form.instructions,
        fields,
        ...(token !== undefined && { token }),
      },
      get isOpen() {
        return stream.isOpen;
      },
      async submit(answers) {
        const payload = writeRegistration(registration, answers);
        await stream.request({ type: 'set', to: options.domain, payload });
      },
      close: () => stream.end(new WireClosed('closed')),
    };
  } catch (error) {
    stream.end(new WireClosed('failed'));
    signal.throwIfAborted();
    throw stream.failure ?? error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
};

/** Shows the token. A server that refuses it may register without (XEP-0445 0.2.0 §3.3), so this is no failure. */
async function show(
  stream: PreparedStream,
  { domain, token = '' }: RegistrationOptions,
  features: Element,
): Promise<RegistrationOffer['token']> {
  if (!takesTokens(features)) return 'ignored';
  try {
    await askAcceptance(stream, domain, token);
    return 'accepted';
  } catch (error) {
    if (error instanceof StanzaError) return 'refused';
    throw error;
  }
}

/** A secured stream up to its features, on which the server is asked things. */
class PreparedStream {
  readonly #options: RegistrationOptions;
  readonly #domain: BareJid;
  readonly #requests: Requests;
  readonly #features = Promise.withResolvers<Element>();
  #transport: Transport | undefined;
  #hasFeatures = false;
  #isEnded = false;
  /** Why it ended, when it was not we who ended it. */
  failure: ConnectionProblem | undefined;

  constructor(options: RegistrationOptions) {
    this.#options = options;
    this.#domain = options.domain;
    // Nobody is authenticated: what has no sender is the server's.
    this.#requests = new Requests(options.domain);
    this.#features.promise.catch(() => undefined); // it may fail before anybody waits for it
  }

  get isOpen(): boolean {
    return this.#hasFeatures && !this.#isEnded;
  }

  /** Connects, and returns the features of the secured stream. */
  async open(signal: AbortSignal): Promise<Element> {
    const { server, proxy, pins, ca, network = systemNetwork, paths, log } = this.#options;
    const limits = { ...usualLimits, ...this.#options.limits };
    const reached = await reach(
      {
        account: this.#domain,
        domain: this.#domain,
        pins,
        network,
        limits,
        ...(server !== undefined && { server }),
        ...(proxy !== undefined && { proxy }),
        ...(ca !== undefined && { ca }),
        ...(paths !== undefined && { paths }),
        ...(log !== undefined && { log }),
      },
      signal,
    );
    if (this.#isEnded) {
      reached.abandon();
      throw new WireClosed('given up while connecting');
    }
    const transport = reached.start({
      heard: () => undefined,
      asked: () => undefined,
      flushing: () => undefined,
      leaving: () => undefined,
      failed: (reason, farewell) => this.#fail(reason, farewell),
      log: (event, data) => log?.(event, data),
    });
    this.#transport = transport;
    const timer = setTimeout(() => {
      this.#fail(problem('timeout', this.#domain, 'no answer while opening the stream'));
    }, limits.step);
    transport.expectStream(
      {
        start: () => undefined,
        element: (element) => this.#receive(element),
        end: () => this.#fail(problem('closed', this.#domain, 'the server closed the stream'), STREAM_END),
      },
      limitsBeforeLogin,
    );
    transport.open({ to: this.#domain });
    try {
      return await this.#features.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  async request(iq: IqRequest): Promise<Element> {
    const transport = this.#transport;
    if (!this.isOpen || transport === undefined) throw new WireClosed('the stream has ended');
    const { stanza, reply } = this.#requests.open(iq);
    transport.write(serialize(stanza));
    return await reply;
  }

  /** Ends it from our side. */
  end(reason: Error): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#transport?.end(STREAM_END);
    this.#requests.fail(reason);
    this.#features.reject(reason);
  }

  #fail(reason: Problem, farewell = ''): void {
    if (this.#isEnded) return;
    this.failure = new ConnectionProblem(reason);
    this.#isEnded = true;
    this.#transport?.end(farewell);
    this.#requests.fail(new WireClosed(this.failure.message));
    this.#features.reject(this.failure);
  }

  #receive(element: Element): void {
    if (is(element, 'error', NS_STREAM)) {
      this.#fail(problemOfStreamError(element, this.#domain), STREAM_END);
    } else if (is(element, 'features', NS_STREAM)) {
      this.#hasFeatures = true;
      this.#features.resolve(element);
    } else if (is(element, 'iq', NS_CLIENT)) {
      const { type } = element.attrs;
      if (type === 'result' || type === 'error') this.#requests.settle(element);
    }
    // Whatever else a server says to somebody whom it does not know is nobody's business.
  }
}

/** The problem behind what `openRegistration` throws, if it is one of the connection. */
export function registrationProblem(error: unknown, domain: string): Problem | undefined {
  return error instanceof ConnectionProblem || error instanceof WireClosed
    ? problemOf(error, 'closed', domain)
    : undefined;
}
