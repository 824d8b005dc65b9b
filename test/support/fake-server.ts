/**
 * An XMPP server that does what a test tells it, byte for byte if need be: the other side for everything that real
 * servers never do. It speaks STARTTLS, direct TLS or nothing secure, and knows SCRAM well enough to be honest or not.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { TLSSocket, createSecureContext, type SecureVersion } from 'node:tls';
import { StreamParser, StreamViolation, limitsAfterLogin } from '../../electron/xmpp/transport/parser.ts';
import type { TcpAddress } from '../../electron/xmpp/wire.ts';
import { textOf, type Element } from '../../electron/xmpp/xml.ts';
import { serverCertificate, type ServerCertificate } from './certificates.ts';
import { ScramServer, type ScramHooks } from './scram-server.ts';

export interface FakeServerOptions {
  readonly domain?: string;
  readonly security?: TcpAddress['security'];
  readonly certificate?: ServerCertificate;
  readonly maxVersion?: SecureVersion;
  readonly minVersion?: SecureVersion;
  /** In OpenSSL's notation; what it will not do without being told is at the security level 0. */
  readonly ciphers?: string;
  /** Asks the client for a certificate. */
  readonly asksCertificate?: boolean;
  /** Runs for each connection; what it throws fails `stop`. */
  readonly serve: (session: FakeSession, index: number) => Promise<void> | void;
}

export interface FakeServer {
  readonly domain: string;
  readonly address: TcpAddress;
  readonly sessions: readonly FakeSession[];
  /** Ends everything. @throws the first error of a script. */
  readonly stop: () => Promise<void>;
}

export interface LoginOptions extends ScramHooks {
  readonly username?: string;
  readonly password?: string;
  readonly mechanisms?: readonly string[];
  /** Types to announce by XEP-0440. */
  readonly bindings?: readonly string[];
  /** Send SCRAM's last message as a challenge, and an empty success (RFC 6120 §6.3.10). */
  readonly lastChallenge?: boolean;
}

export const features = {
  bind: "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>",
  sm: "<sm xmlns='urn:xmpp:sm:3'/>",
  starttls: "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>",
  mechanisms: (names: readonly string[]) =>
    `<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>${names
      .map((name) => `<mechanism>${name}</mechanism>`)
      .join('')}</mechanisms>`,
  bindings: (types: readonly string[]) =>
    `<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'>${types
      .map((type) => `<channel-binding type='${type}'/>`)
      .join('')}</sasl-channel-binding>`,
};

const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';

/** Starts a server on a free port of 127.0.0.1. */
export async function startFakeServer(options: FakeServerOptions): Promise<FakeServer> {
  const { domain = 'a.test', security = 'starttls' } = options;
  const certificate = options.certificate ?? (await serverCertificate(domain));
  const sessions: FakeSession[] = [];
  const scripts: Promise<void>[] = [];
  const server: Server = createServer((socket) => {
    const session = new FakeSession(socket, domain, certificate, options);
    if (security === 'direct') session.upgrade();
    sessions.push(session);
    const script = Promise.resolve(options.serve(session, sessions.length - 1));
    script.catch(() => undefined); // `stop` tells
    scripts.push(script);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    domain,
    address: { host: '127.0.0.1', port: (server.address() as AddressInfo).port, security },
    sessions,
    stop: async () => {
      for (const session of sessions) session.reset();
      server.close();
      await once(server, 'close');
      for (const result of await Promise.allSettled(scripts)) {
        if (result.status === 'rejected' && !(result.reason instanceof ClientGone)) throw result.reason;
      }
    },
  };
}

/** Thrown to a script that waits for more from a client that is gone. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

export class FakeSession {
  readonly #raw: Socket;
  readonly #domain: string;
  readonly #certificate: ServerCertificate;
  readonly #options: Pick<FakeServerOptions, 'maxVersion' | 'minVersion' | 'ciphers' | 'asksCertificate'>;
  #socket: Socket;
  #parser: StreamParser;
  #isStarted = false;
  #clear = '';
  #clientCertificate: string | undefined;
  /** Who spoke last inside TLS, and how often the server answered. */
  #isAnswering = false;
  #answers = 0;
  #text = '';
  readonly #elements: Element[] = [];
  readonly #waiting: ((element: Element | undefined) => void)[] = [];
  #isGone = false;
  #fault: Error | undefined;
  /** Resolves when the client's connection is closed. */
  readonly gone: Promise<void>;

  constructor(
    socket: Socket,
    domain: string,
    certificate: ServerCertificate,
    options: Pick<FakeServerOptions, 'maxVersion' | 'minVersion' | 'ciphers' | 'asksCertificate'>,
  ) {
    this.#raw = socket;
    this.#socket = socket;
    this.#domain = domain;
    this.#certificate = certificate;
    this.#options = options;
    this.#parser = this.#newParser();
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    this.gone = new Promise((resolve) => {
      socket.once('close', () => {
        this.#isGone = true;
        for (const wake of this.#waiting.splice(0)) wake(undefined);
        resolve();
      });
    });
    this.#listen(socket);
  }

  /** Everything that the client sent in the clear. */
  get clear(): string {
    return this.#clear;
  }

  /** Everything that the client sent inside TLS. */
  get text(): string {
    return this.#text;
  }

  get domain(): string {
    return this.#domain;
  }

  /** The subject of the certificate that the client showed. */
  get clientCertificate(): string | undefined {
    return this.#clientCertificate;
  }

  /** Round trips inside TLS: how often the direction changed from the client's to ours. */
  get roundTrips(): number {
    return this.#answers;
  }

  /** Sends text or bytes as they are. */
  send(data: string | Uint8Array): void {
    if (!this.#isAnswering && this.#socket !== this.#raw) this.#answers += 1;
    this.#isAnswering = this.#socket !== this.#raw;
    this.#socket.write(data);
  }

  /** The next element; the opening of a stream counts as one, named `stream`. @throws ClientGone */
  async next(name?: string): Promise<Element> {
    const element = this.#elements.shift() ?? (await this.#wait());
    if (element === undefined)
      throw new ClientGone(`the client left instead of sending <${name ?? 'anything'}/>`);
    if (name !== undefined && element.name !== name)
      throw new Error(`expected <${name}/>, got <${element.name}/>`);
    return element;
  }

  /** Takes elements until one has this name. @throws ClientGone */
  async until(name: string): Promise<Element> {
    for (;;) {
      const element = await this.next();
      if (element.name === name) return element;
    }
  }

  /** Waits for the client's header and answers with ours and these features. */
  async offer(...parts: readonly string[]): Promise<void> {
    await this.next('stream');
    this.send(
      `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' ` +
        `id='fake' from='${this.#domain}' version='1.0'><stream:features>${parts.join('')}</stream:features>`,
    );
  }

  /** The clear stream up to a standing TLS connection. */
  async startTls(): Promise<void> {
    await this.offer(features.starttls);
    await this.next('starttls');
    this.restart();
    this.send("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
    this.upgrade();
  }

  /** TLS from the next byte on. */
  upgrade(): void {
    this.#raw.removeAllListeners('data');
    const secured = new TLSSocket(this.#raw, {
      isServer: true,
      secureContext: createSecureContext({
        key: readFileSync(this.#certificate.key),
        cert: readFileSync(this.#certificate.certificate),
        ...(this.#options.maxVersion !== undefined && { maxVersion: this.#options.maxVersion }),
        ...(this.#options.minVersion !== undefined && { minVersion: this.#options.minVersion }),
        ...(this.#options.ciphers !== undefined && { ciphers: this.#options.ciphers }),
      }),
      ALPNProtocols: ['xmpp-client'],
      ...(this.#options.asksCertificate === true && { requestCert: true, rejectUnauthorized: false }),
    });
    secured.on('error', () => undefined);
    // Read at once: a closed connection does not tell any more.
    secured.on('secure', () => {
      this.#clientCertificate = secured.getPeerX509Certificate()?.subject;
    });
    this.#socket = secured;
    this.#listen(secured);
  }

  get tls(): TLSSocket {
    if (this.#socket instanceof TLSSocket) return this.#socket;
    throw new Error('this session is not secured');
  }

  /** Expects a new stream of the client. */
  restart(): void {
    this.#parser.stop();
    this.#parser = this.#newParser();
  }

  /** Authentication by SCRAM or PLAIN, honest except for what the hooks change. */
  async authenticate(options: LoginOptions = {}): Promise<void> {
    const { mechanisms = ['SCRAM-SHA-256'], bindings, password = 'secret' } = options;
    await this.offer(
      features.mechanisms(mechanisms),
      bindings === undefined ? '' : features.bindings(bindings),
    );
    const auth = await this.next('auth');
    const mechanism = auth.attrs['mechanism'] ?? '';
    let proof: string | undefined;
    if (mechanism !== 'PLAIN') {
      const scram = new ScramServer(mechanism, password, this.tls, options);
      this.send(sasl('challenge', scram.challenge(decode(auth))));
      proof = scram.finish(decode(await this.next('response')));
      if (options.lastChallenge === true) {
        this.send(sasl('challenge', proof));
        proof = undefined;
        await this.next('response');
      }
    } else if (decode(auth) !== `\0${options.username ?? 'alice'}\0${password}`)
      throw new Error('wrong PLAIN');
    this.restart();
    this.send(sasl('success', proof));
  }

  /** Everything up to bound; stream features are bind and these. */
  async login(options: LoginOptions = {}, ...extra: readonly string[]): Promise<void> {
    if (!(this.#socket instanceof TLSSocket)) await this.startTls();
    await this.authenticate(options);
    await this.offer(features.bind, ...extra);
  }

  /** Answers the bind request that has to be next. */
  async bind(jid?: string): Promise<string> {
    const iq = await this.next('iq');
    const resource = /<resource[^>]*>([^<]*)</.exec(this.#text)?.[1] ?? 'r';
    const bound = jid ?? `alice@${this.#domain}/${resource}`;
    this.send(
      `<iq type='result' id='${iq.attrs['id'] ?? ''}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>${bound}</jid></bind></iq>`,
    );
    return bound;
  }

  /** Login, bind and stream management with resumption. */
  async online(options: LoginOptions = {}): Promise<string> {
    await this.login(options, features.sm);
    const jid = await this.bind();
    await this.next('enable');
    this.send("<enabled xmlns='urn:xmpp:sm:3' id='session-1' resume='true'/>");
    return jid;
  }

  /** Sends the rest and closes. */
  end(): void {
    this.#socket.end();
  }

  /** Resets the TCP connection. */
  reset(): void {
    // A socket that is being shut down, because the client has left just now, can not be reset: Node would leak it.
    if (this.#socket.readableEnded) this.#raw.destroy();
    else this.#raw.resetAndDestroy();
  }

  #newParser(): StreamParser {
    this.#isStarted = false;
    return new StreamParser(
      {
        start: (header) => {
          this.#isStarted = true;
          this.#push(header);
        },
        element: (element) => {
          this.#push(element);
        },
        end: () => {
          this.#push({ name: 'end', ns: '', attrs: {}, children: [] });
        },
      },
      limitsAfterLogin,
    );
  }

  #listen(socket: Socket): void {
    socket.on('data', (bytes: Buffer) => {
      if (socket === this.#raw) this.#clear += bytes.toString('latin1');
      else {
        this.#text += bytes.toString();
        this.#isAnswering = false;
      }
      try {
        this.#parser.write(bytes);
      } catch (error) {
        if (!(error instanceof StreamViolation)) throw error;
        this.#fault = new Error(
          `the client sent ${this.#isStarted ? 'a bad stream' : 'no stream'}: ${error.message}`,
        );
        for (const wake of this.#waiting.splice(0)) wake(undefined);
      }
    });
  }

  #push(element: Element): void {
    const wake = this.#waiting.shift();
    if (wake === undefined) this.#elements.push(element);
    else wake(element);
  }

  #wait(): Promise<Element | undefined> {
    if (this.#isGone || this.#fault !== undefined) return Promise.resolve(undefined);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

/** A SASL element with its content in base64. */
export function sasl(name: string, text?: string): string {
  return `<${name} xmlns='${NS_SASL}'>${text === undefined ? '' : Buffer.from(text).toString('base64')}</${name}>`;
}

/** The content of a SASL element. */
export function decode(element: Element): string {
  return Buffer.from(textOf(element), 'base64').toString();
}
