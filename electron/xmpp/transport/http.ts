/**
 * A client for HTTP over our own connections: the account's proxy, happy eyeballs, certificates and pins are those of
 * every other connection. Bodies stream both ways; nothing is followed, decoded or kept, and only `https:` is spoken
 * unless somebody has a reason. What an answer means is for whoever asked.
 */
import { Agent, request as requestPlain } from 'node:http';
import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { Agent as SecureAgent, request as requestSecure } from 'node:https';
import type { Duplex } from 'node:stream';
import type { ProblemCode } from '../../../shared/contract.ts';
import { ConnectionProblem, problem, systemCode } from '../problem.ts';
import { fingerprintOf } from './certificate.ts';
import { connectTo, placeOf, secureWeb } from './route.ts';
import type { Route } from './route.ts';
import type { Secured } from './tls.ts';

/** The most that the head of an answer may be, in bytes. */
const LONGEST_HEAD = 16_384;
/** Milliseconds without a byte in either direction. */
const PATIENCE = 30_000;

export interface HttpClientOptions {
  /** Connections at the same time, kept for the next request. None are kept without this. */
  readonly keeps?: number;
  /** A domain whose certificate will do as well as the host's (XEP-0156 1.4.0 #httpbizrules 1). */
  readonly orDomain?: string;
  /** Every connection has to show the certificate of the first one (XEP-0124 1.11.2 #security-client). */
  readonly isOneCertificate?: boolean;
  /** Speaks `http:`, and nothing else: for asking a network whether it is one. */
  readonly isPlain?: boolean;
  /** Called for each connection that was secured. */
  readonly onSecured?: (secured: Secured) => void;
}

export interface HttpRequest {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT';
  readonly headers?: Readonly<Record<string, string>>;
  /** What is sent: bytes, or parts of `length` bytes in all. */
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>;
  /** Needed for a body in parts: the length is told ahead, so that no server has to collect chunks. */
  readonly length?: number;
  /** Hears how many bytes of the body the network has taken so far. */
  readonly onSent?: (bytes: number) => void;
  /** Milliseconds without a byte in either direction after which it counts as lost; 30,000 when absent. */
  readonly patience?: number;
}

export interface HttpAnswer {
  readonly status: number;
  /** By names in lower case; of a field that came twice, the values with commas between them, or the first. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * The body as it comes, at most `limit` bytes of it. To stop reading early ends the connection.
   * @throws ConnectionProblem when it is longer or breaks off; the reason of the signal
   */
  parts(limit: number): AsyncIterable<Buffer>;
  /** The whole body. @throws as `parts` */
  bytes(limit: number): Promise<Buffer>;
  /** Gives the body up. */
  discard(): void;
}

export class HttpClient {
  readonly #route: Route;
  readonly #options: HttpClientOptions;
  readonly #agent: Agent;
  /** Ends connections that are still being made. */
  readonly #closing = new AbortController();
  #fingerprint: string | undefined;

  constructor(route: Route, options: HttpClientOptions = {}) {
    this.#route = route;
    this.#options = options;
    const connect = (url: URL): Promise<Duplex> => this.#connect(url);
    const kept = { keepAlive: options.keeps !== undefined, maxSockets: options.keeps ?? Infinity };
    this.#agent =
      options.isPlain === true ? agentOver(Agent, kept, connect) : agentOver(SecureAgent, kept, connect);
  }

  /**
   * Asks, and resolves with the head of the answer, whatever its status.
   * @throws ConnectionProblem when there is no answer; the reason of `signal` when it is aborted. An answer that is being
   * read breaks off then, too.
   */
  async request(address: string, request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    signal.throwIfAborted();
    const url = new URL(address);
    if (url.protocol !== (this.#options.isPlain === true ? 'http:' : 'https:')) {
      throw new ConnectionProblem(problem('protocol', url.hostname, `${url.protocol} is not spoken here`));
    }
    const { method = 'GET', body } = request;
    const length = body instanceof Uint8Array ? body.length : request.length;
    if (body !== undefined && length === undefined) throw new TypeError('a body in parts needs a length');
    const send = url.protocol === 'http:' ? requestPlain : requestSecure;
    const message = send({
      ...placeOf(url),
      path: `${url.pathname}${url.search}`,
      method,
      headers: headersOf(url, request, length),
      agent: this.#agent,
      maxHeaderSize: LONGEST_HEAD,
    });
    const exchange = new Exchange(message, url.hostname, request.patience ?? PATIENCE, signal);
    if (body === undefined) message.end();
    else void sendBody(message, body instanceof Uint8Array ? inOne(body) : body, exchange, request.onSent);
    return await exchange.answer;
  }

  /** Ends every connection; whatever is under way fails. */
  close(): void {
    this.#closing.abort(new ConnectionProblem(problem('closed', undefined, 'the connections were closed')));
    this.#agent.destroy();
  }

  async #connect(url: URL): Promise<Duplex> {
    const { isPlain, orDomain, isOneCertificate, onSecured } = this.#options;
    const { signal } = this.#closing;
    if (isPlain === true) return await connectTo(placeOf(url), this.#route, signal);
    const secured = await secureWeb(placeOf(url), this.#route, signal, orDomain);
    const fingerprint = fingerprintOf(secured.certificate);
    this.#fingerprint ??= fingerprint;
    if (isOneCertificate === true && fingerprint !== this.#fingerprint) {
      secured.socket.destroy();
      throw new ConnectionProblem(problem('tls-failed', url.hostname, 'another certificate than before'));
    }
    onSecured?.(secured);
    return secured.socket;
  }
}

/** An agent that has its connections made by us. */
function agentOver(
  Base: typeof Agent,
  options: { keepAlive: boolean; maxSockets: number },
  connect: (url: URL) => Promise<Duplex>,
): Agent {
  class OwnAgent extends Base {
    override createConnection(
      { host, port }: { host?: string | null; port?: number | string | null },
      done: (error: Error | null, stream: Duplex) => void,
    ): undefined {
      const name = host?.includes(':') === true ? `[${host}]` : String(host);
      connect(new URL(`${Base === Agent ? 'http' : 'https'}://${name}:${String(port)}`)).then(
        (socket) => {
          done(null, socket);
        },
        (error: unknown) => {
          done(error instanceof Error ? error : new Error(String(error)), undefined as never);
        },
      );
    }
  }
  return new OwnAgent(options);
}

function headersOf(url: URL, { headers = {} }: HttpRequest, length: number | undefined): OutgoingHttpHeaders {
  return {
    // Nothing that tells of the program, the system or the language of the person.
    accept: '*/*',
    'accept-encoding': 'identity',
    ...headers,
    host: url.host,
    ...(length !== undefined && { 'content-length': length }),
  };
}

// eslint-disable-next-line @typescript-eslint/require-await -- as a body in parts, of which there is one
async function* inOne(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes;
}

/** Sends the parts as fast as the network takes them. A source that fails ends the exchange. */
async function sendBody(
  message: ClientRequest,
  parts: AsyncIterable<Uint8Array>,
  exchange: Exchange,
  onSent: ((bytes: number) => void) | undefined,
): Promise<void> {
  let sent = 0;
  try {
    for await (const part of parts) {
      await new Promise<void>((resolve) => {
        message.once('close', resolve);
        message.write(part, () => {
          message.off('close', resolve);
          resolve();
        });
      });
      if (message.destroyed) return;
      exchange.moved();
      sent += part.length;
      onSent?.(sent);
    }
    message.end();
  } catch (error) {
    exchange.fail(error instanceof Error ? error : new Error(String(error)));
  }
}

/** One request and its answer: what ends them, and the time that they may take. */
class Exchange {
  readonly answer: Promise<HttpAnswer>;
  readonly #message: ClientRequest;
  readonly #host: string;
  readonly #signal: AbortSignal;
  readonly #timer: NodeJS.Timeout;
  readonly #settled = Promise.withResolvers<HttpAnswer>();
  #failure: Error | undefined;

  constructor(message: ClientRequest, host: string, patience: number, signal: AbortSignal) {
    this.#message = message;
    this.#host = host;
    this.#signal = signal;
    this.answer = this.#settled.promise;
    this.#timer = setTimeout(() => {
      this.fail(new ConnectionProblem(problem('timeout', host, 'no answer in time')));
    }, patience).unref();
    signal.addEventListener('abort', this.#aborted, { once: true });
    message.on('response', (response) => {
      this.moved();
      this.#settled.resolve(this.#answerOf(response));
    });
    message.on('error', (error) => {
      this.#settled.reject(this.#failureOf(error));
    });
    message.on('close', () => {
      clearTimeout(this.#timer);
      signal.removeEventListener('abort', this.#aborted);
      this.#settled.reject(this.#failureOf(new Error('the connection was closed')));
    });
    // A protocol that nobody asked for.
    message.on('upgrade', (_response, socket) => {
      socket.destroy();
      this.fail(new ConnectionProblem(problem('protocol', host, 'the server changed the protocol')));
    });
  }

  /** Bytes went out or came in. */
  moved(): void {
    this.#timer.refresh();
  }

  /** Ends it for this reason. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#message.destroy(error);
    this.#settled.reject(error);
  }

  readonly #aborted = (): void => {
    this.fail(this.#signal.reason as Error);
  };

  #failureOf(error: Error): Error {
    if (this.#failure !== undefined) return this.#failure;
    if (error instanceof ConnectionProblem) return error;
    const code = systemCode(error);
    const isHttp = code.startsWith('HPE_');
    const named: ProblemCode = isHttp ? 'not-xmpp' : code === 'ETIMEDOUT' ? 'timeout' : 'closed';
    return new ConnectionProblem(problem(named, this.#host, code || error.message));
  }

  #answerOf(response: IncomingMessage): HttpAnswer {
    const headers: Record<string, string> = Object.create(null) as Record<string, string>;
    for (const [name, value] of Object.entries(response.headers)) {
      if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
    }
    const parts = (limit: number): AsyncIterable<Buffer> => this.#read(response, limit);
    return {
      status: response.statusCode ?? 0,
      headers,
      parts,
      bytes: async (limit) => {
        const found: Buffer[] = [];
        for await (const part of parts(limit)) found.push(part);
        return Buffer.concat(found);
      },
      discard: () => {
        response.on('error', () => undefined); // `close` follows
        response.destroy();
      },
    };
  }

  async *#read(response: IncomingMessage, limit: number): AsyncGenerator<Buffer> {
    const tooMuch = (): ConnectionProblem =>
      new ConnectionProblem(
        problem('protocol', this.#host, `the answer is longer than ${String(limit)} bytes`),
      );
    let size = 0;
    try {
      if (Number(response.headers['content-length'] ?? 0) > limit) throw tooMuch();
      for await (const part of response as AsyncIterable<Buffer>) {
        this.moved();
        size += part.length;
        if (size > limit) throw tooMuch();
        yield part;
      }
    } catch (error) {
      throw this.#failureOf(error as Error);
    } finally {
      // Also when whoever reads has enough; without effect at the end.
      if (!response.complete) response.destroy();
    }
  }
}
