/**
 * A SOCKS5 and HTTP CONNECT proxy on 127.0.0.1 that remembers everything it was asked for and can misbehave at every
 * step. It shares no code with the client under test, and leads only where the test says.
 */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { ProxyAddress } from '../../electron/xmpp/wire.ts';

/** What was asked for, before any answer. */
export interface ProxyRequest {
  /** As the client wrote it: a name, an IPv4 address, or an IPv6 address as its 32 hex digits. */
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
}

/** SOCKS5: the choice of a method, the result of signing in, the result of connecting. HTTP has only the last. */
export type ProxyStep = 'greeting' | 'sign-in' | 'request';

/** Sends this instead of the honest reply, and does this instead of the honest next step. */
export interface Misbehaviour {
  readonly send?: string | Uint8Array;
  readonly then: 'hang' | 'close' | 'reset' | 'go-on';
}

export interface ProxyServerOptions {
  readonly kind: ProxyAddress['kind'];
  /** Whoever comes has to sign in with these. */
  readonly username?: string;
  readonly password?: string;
  /** Port on 127.0.0.1 behind `host:port`; `undefined` for hosts that are not reached. */
  readonly resolve?: (place: string) => number | undefined;
  readonly misbehave?: Partial<Record<ProxyStep, Misbehaviour>>;
  /** The most bytes of a reply in one segment. */
  readonly chunk?: number;
}

export interface ProxyServer {
  readonly address: ProxyAddress;
  readonly requests: readonly ProxyRequest[];
  /** Heads of HTTP requests as they came. */
  readonly heads: readonly string[];
  readonly accepted: () => number;
  /** Connections that are open now. */
  readonly open: () => number;
  /** Closes everything; the port refuses connections from then on. */
  readonly stop: () => Promise<void>;
}

export async function startProxyServer(options: ProxyServerOptions): Promise<ProxyServer> {
  const requests: ProxyRequest[] = [];
  const heads: string[] = [];
  const sockets = new Set<Socket>();
  let accepted = 0;
  let clients = 0;
  const server = createServer((client) => {
    accepted += 1;
    clients += 1;
    client.setNoDelay(true);
    keep(client, sockets);
    client.once('close', () => (clients -= 1));
    const session = new Session(client, options, (upstream) => {
      keep(upstream, sockets);
    });
    const serve =
      options.kind === 'socks5' ? serveSocks(session, requests) : serveHttp(session, requests, heads);
    serve.catch((error: unknown) => {
      if (!(error instanceof Done)) client.destroy(error instanceof Error ? error : undefined);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { kind, username, password } = options;
  return {
    address: {
      kind,
      host: '127.0.0.1',
      port: (server.address() as AddressInfo).port,
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
    },
    requests,
    heads,
    accepted: () => accepted,
    open: () => clients,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
}

function keep(socket: Socket, sockets: Set<Socket>): void {
  sockets.add(socket);
  socket.on('error', () => undefined); // `close` follows
  socket.once('close', () => sockets.delete(socket));
}

/** The session ended as it should, though not at its end. */
class Done extends Error {}

class Session {
  readonly options: ProxyServerOptions;
  readonly #client: Socket;
  readonly #keep: (upstream: Socket) => void;
  #bytes = Buffer.alloc(0);
  #wake: (() => void) | undefined;

  constructor(client: Socket, options: ProxyServerOptions, keepUpstream: (upstream: Socket) => void) {
    this.#client = client;
    this.options = options;
    this.#keep = keepUpstream;
    client.on('data', (bytes: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, bytes]);
      this.#wake?.();
    });
    client.once('close', () => this.#wake?.());
  }

  async take(length: number): Promise<Buffer> {
    while (this.#bytes.length < length) await this.#more();
    const taken = this.#bytes.subarray(0, length);
    this.#bytes = this.#bytes.subarray(length);
    return taken;
  }

  async takeHead(): Promise<string> {
    for (;;) {
      const end = this.#bytes.indexOf('\r\n\r\n');
      if (end >= 0) return (await this.take(end + 4)).toString('latin1');
      await this.#more();
    }
  }

  /** Sends the honest reply, or does what the test wants instead. @throws Done when nothing comes after it */
  async reply(step: ProxyStep, honest: string | Uint8Array, isEnd = false): Promise<void> {
    const { [step]: misbehaviour } = this.options.misbehave ?? {};
    await this.#send(Buffer.from(misbehaviour === undefined ? honest : (misbehaviour.send ?? '')));
    const next = misbehaviour?.then ?? (isEnd ? 'close' : 'go-on');
    if (next === 'close') this.#client.end();
    if (next === 'reset') this.#client.resetAndDestroy();
    if (next !== 'go-on') throw new Done();
  }

  /** The connection to the target. @throws Error when it is not made */
  async connect(host: string, port: number): Promise<Socket> {
    const target = this.options.resolve?.(`${host}:${String(port)}`);
    if (target === undefined) throw new Error('not reached');
    const upstream = connect(target, '127.0.0.1');
    this.#keep(upstream);
    await once(upstream, 'connect');
    return upstream;
  }

  join(upstream: Socket): void {
    this.#client.removeAllListeners('data');
    upstream.write(this.#bytes);
    this.#client.pipe(upstream);
    upstream.pipe(this.#client);
    this.#client.once('close', () => upstream.destroy());
    upstream.once('close', () => this.#client.destroySoon());
  }

  async #send(bytes: Buffer): Promise<void> {
    const { chunk = bytes.length } = this.options;
    for (let start = 0; start < bytes.length; start += chunk) {
      await new Promise((resolve) => this.#client.write(bytes.subarray(start, start + chunk), resolve));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async #more(): Promise<void> {
    if (this.#client.destroyed) throw new Done();
    await new Promise<void>((resolve) => (this.#wake = resolve));
  }
}

async function serveSocks(session: Session, requests: ProxyRequest[]): Promise<void> {
  const { username, password = '' } = session.options;
  const [, count = 0] = await session.take(2);
  const methods = [...(await session.take(count))];
  const method = username === undefined ? 0 : 2;
  if (!methods.includes(method)) await session.reply('greeting', Buffer.from([5, 0xff]), true);
  await session.reply('greeting', Buffer.from([5, method]));
  let credentials: Partial<ProxyRequest> = {};
  if (method === 2) {
    const [, nameLength = 0] = await session.take(2);
    const name = (await session.take(nameLength)).toString();
    const [secretLength = 0] = await session.take(1);
    const secret = (await session.take(secretLength)).toString();
    credentials = { username: name, password: secret };
    const isRight = name === username && secret === password;
    await session.reply('sign-in', Buffer.from([1, isRight ? 0 : 1]), !isRight);
  }
  const [version, command, reserved, type] = await session.take(4);
  if (version !== 5 || command !== 1 || reserved !== 0) throw new Error('not a CONNECT request');
  const host = await takeAddress(session, type);
  const port = (await session.take(2)).readUInt16BE();
  requests.push({ host, port, ...credentials });
  const upstream = await session.connect(host, port).catch(() => undefined);
  const code = upstream === undefined ? 4 : 0;
  await session.reply('request', socksReply(code), upstream === undefined);
  if (upstream !== undefined) session.join(upstream);
}

async function takeAddress(session: Session, type: number | undefined): Promise<string> {
  if (type === 1) return [...(await session.take(4))].join('.');
  if (type === 4) return (await session.take(16)).toString('hex');
  if (type !== 3) throw new Error('unknown kind of address');
  const [length = 0] = await session.take(1);
  return (await session.take(length)).toString('latin1');
}

/** A reply with this code and 0.0.0.0:0 as the address. */
export function socksReply(code: number): Buffer {
  return Buffer.from([5, code, 0, 1, 0, 0, 0, 0, 0, 0]);
}

async function serveHttp(session: Session, requests: ProxyRequest[], heads: string[]): Promise<void> {
  const { username, password = '' } = session.options;
  const head = await session.takeHead();
  heads.push(head);
  const [, host = '', port = ''] = /^CONNECT (\S+):(\d+) HTTP\/1\.1\r\n/.exec(head) ?? [];
  const basic = /\r\nProxy-Authorization: Basic (\S+)\r\n/.exec(head)?.[1];
  const given = basic === undefined ? undefined : Buffer.from(basic, 'base64').toString();
  const [name = '', secret = ''] = given?.split(/:(.*)/s) ?? [];
  requests.push({
    host,
    port: Number(port),
    ...(given !== undefined && { username: name, password: secret }),
  });
  if (username !== undefined && given !== `${username}:${password}`) {
    await session.reply('request', 'HTTP/1.1 407 Proxy Authentication Required\r\n\r\n', true);
  }
  const upstream = await session.connect(host, Number(port)).catch(() => undefined);
  const status = upstream === undefined ? '502 Bad Gateway' : '200 Connection established';
  await session.reply('request', `HTTP/1.1 ${status}\r\nVia: 1.1 test\r\n\r\n`, upstream === undefined);
  if (upstream !== undefined) session.join(upstream);
}
