import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { connectThroughProxy } from '../../../electron/xmpp/transport/proxy.ts';
import type { ProxyAddress } from '../../../electron/xmpp/wire.ts';
import { deafNetwork } from '../../support/deaf-network.ts';
import {
  socksReply,
  startProxyServer,
  type Misbehaviour,
  type ProxyServer,
  type ProxyServerOptions,
  type ProxyStep,
} from '../../support/proxy-server.ts';

type Then = Misbehaviour['then'];
const kinds = ['socks5', 'http'] as const;
const stops: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

async function startProxy(options: ProxyServerOptions): Promise<ProxyServer> {
  const proxy = await startProxyServer(options);
  stops.push(proxy.stop);
  return proxy;
}

/** A server that sends back what it gets. */
async function startEcho(): Promise<number> {
  const server: Server = createServer((socket) => socket.on('error', () => undefined).pipe(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stops.push(async () => {
    server.close();
    await once(server, 'close');
  });
  return (server.address() as AddressInfo).port;
}

const never = new AbortController().signal;
const target = { host: 'a.test', port: 5222 };

function through(
  proxy: ProxyAddress,
  place = target,
  limit = 10_000,
): ReturnType<typeof connectThroughProxy> {
  return connectThroughProxy(place, proxy, deafNetwork(), limit, never);
}

describe.each(kinds)('a tunnel by %s', (kind) => {
  it.each([
    ['a.test', 'a.test'],
    ['bücher.test', 'xn--bcher-kva.test'],
    [`${'a'.repeat(56)}.onion`, `${'a'.repeat(56)}.onion`],
    ['localhost', 'localhost'],
    ['192.0.2.7', '192.0.2.7'],
    ['[2001:db8::1]', kind === 'http' ? '[2001:db8::1]' : '20010db8000000000000000000000001'],
    ['::', kind === 'http' ? '[::]' : '0'.repeat(32)],
    ['::ffff:192.0.2.7', kind === 'http' ? '[::ffff:192.0.2.7]' : '00000000000000000000ffffc0000207'],
    ['1:2:3:4:5:6:7:8', kind === 'http' ? '[1:2:3:4:5:6:7:8]' : '00010002000300040005000600070008'],
  ])('leaves %s to the proxy and carries bytes both ways', async (host, asked) => {
    const echo = await startEcho();
    const proxy = await startProxy({ kind, resolve: () => echo });
    const network = deafNetwork();
    const socket = await connectThroughProxy({ host, port: 50_222 }, proxy.address, network, 10_000, never);
    socket.write('hello');
    expect(String(await once(socket, 'data'))).toBe('hello');
    expect(proxy.requests).toEqual([{ host: asked, port: 50_222 }]);
    expect(network.lookedUp).toEqual([]);
    expect(network.connected).toEqual([`127.0.0.1:${String(proxy.address.port)}`]);
    socket.destroy();
  });

  it.each(['b\r\nX: y', 'a b', 'a/b', 'a:1', '', 'a'.repeat(254), 'fe80::1%eth0', 'a\0b'])(
    'asks for no such host: %j',
    async (host) => {
      const proxy = await startProxy({ kind, resolve: () => 1 });
      await expect(through(proxy.address, { host, port: 1 })).rejects.toMatchObject({
        problem: { code: 'proxy' },
      });
      expect(proxy.accepted()).toBe(0);
    },
  );

  it('signs in, in Unicode too', async () => {
    const echo = await startEcho();
    const proxy = await startProxy({ kind, username: 'ünî 1', password: 'p:ä ss', resolve: () => echo });
    (await through(proxy.address)).destroy();
    expect(proxy.requests).toEqual([{ ...target, username: 'ünî 1', password: 'p:ä ss' }]);
  });

  it('goes on without signing in when the proxy does not ask', async () => {
    const echo = await startEcho();
    const proxy = await startProxy({ kind, resolve: () => echo });
    (await through({ ...proxy.address, username: 'u', password: 'p' })).destroy();
    expect(proxy.requests).toHaveLength(1);
  });

  it.each([
    [{ username: 'alice', password: 'wrong-secret' }, /did not accept/],
    [{}, /asks for a user name/],
  ])('is not made with %j', async (credentials, detail) => {
    const proxy = await startProxy({ kind, username: 'alice', password: 'right' });
    const { host, port } = proxy.address;
    const failure: unknown = await through({ kind, host, port, ...credentials }).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({
      problem: { code: 'proxy', host: '127.0.0.1', detail: expect.stringMatching(detail) as string },
    });
    expect(JSON.stringify(failure) + String(failure)).not.toContain('secret');
  });

  it('says so when the proxy is not there, not found, or a name of Tor', async () => {
    const proxy = await startProxy({ kind });
    await proxy.stop();
    const refused = {
      problem: { code: 'proxy', host: '127.0.0.1', detail: 'the proxy is not reached: ECONNREFUSED' },
    };
    await expect(through(proxy.address)).rejects.toMatchObject(refused);
    const unknown = { ...proxy.address, host: 'proxy.example' };
    await expect(through(unknown)).rejects.toMatchObject({
      problem: { code: 'proxy', host: 'proxy.example' },
    });
    const network = deafNetwork();
    const onion = connectThroughProxy(target, { ...unknown, host: 'p.onion' }, network, 10_000, never);
    await expect(onion).rejects.toMatchObject({ problem: { code: 'proxy', host: 'p.onion' } });
    expect(network.lookedUp).toEqual([]);
  });

  it('finds a proxy on this computer without asking', async () => {
    const echo = await startEcho();
    const proxy = await startProxy({ kind, resolve: () => echo });
    (await through({ ...proxy.address, host: 'localhost' })).destroy();
    expect(proxy.accepted()).toBe(1);
  });

  it.each(kind === 'socks5' ? (['greeting', 'sign-in', 'request'] as const) : (['request'] as const))(
    'waits for a silent proxy only so long (%s)',
    async (step) => {
      const silent = { [step]: { then: 'hang' } } as const;
      const proxy = await startProxy({ kind, username: 'u', password: 'p', misbehave: silent });
      await expect(through(proxy.address, target, 50)).rejects.toMatchObject({
        problem: {
          code: 'proxy',
          host: '127.0.0.1',
          detail: expect.stringContaining('a.test:5222') as string,
        },
      });
    },
  );

  it('lets go of the proxy when it is given up', async () => {
    const proxy = await startProxy({
      kind,
      misbehave: { greeting: { then: 'hang' }, request: { then: 'hang' } },
    });
    const controller = new AbortController();
    const attempt = connectThroughProxy(target, proxy.address, deafNetwork(), 10_000, controller.signal);
    await expect.poll(() => proxy.open(), { interval: 5 }).toBe(1);
    controller.abort(new Error('given up'));
    await expect(attempt).rejects.toThrow('given up');
    await expect.poll(() => proxy.open(), { interval: 5 }).toBe(0);
  });

  it('is made from replies that come byte by byte', async () => {
    const echo = await startEcho();
    const proxy = await startProxy({ kind, username: 'u', password: 'p', chunk: 1, resolve: () => echo });
    const socket = await through(proxy.address);
    socket.write('hello');
    expect(String(await once(socket, 'data'))).toBe('hello');
    socket.destroy();
  });
});

const bytes = (...list: number[]): Buffer => Buffer.from(list);
const socks = (step: ProxyStep, send: string | Uint8Array, then: Then = 'hang'): ProxyServerOptions => ({
  kind: 'socks5',
  misbehave: { [step]: { send, then } },
});
const http = (send: string | Uint8Array, then: Then = 'hang'): ProxyServerOptions => ({
  kind: 'http',
  misbehave: { request: { send, then } },
});
const named = (length: number): Buffer =>
  Buffer.concat([bytes(5, 0, 0, 3, length), Buffer.alloc(length, 97), bytes(0, 1)]);
const ok = 'HTTP/1.1 200 OK\r\n';

describe('a strange but right reply is understood', () => {
  it.each<[string, ProxyServerOptions]>([
    ['an IPv6 address', socks('request', Buffer.concat([bytes(5, 0, 0, 4), Buffer.alloc(18)]), 'go-on')],
    ['a name', socks('request', named(255), 'go-on')],
    ['an empty name', socks('request', named(0), 'go-on')],
    ['HTTP/1.0', http('HTTP/1.0 200\r\n\r\n', 'go-on')],
    ['204', http('HTTP/1.1 204 Fine\r\nContent-Length: 5\r\n\r\n', 'go-on')],
    ['interim replies', http(`HTTP/1.1 100 Go\r\n\r\nHTTP/1.1 103 Hint\r\nA: x\r\n\r\n${ok}\r\n`, 'go-on')],
  ])('%s', async (_, options) => {
    const echo = await startEcho();
    for (const chunk of [1, 1_000]) {
      const proxy = await startProxy({ ...options, chunk, resolve: () => echo });
      const socket = await through(proxy.address);
      socket.write('hello');
      expect(String(await once(socket, 'data'))).toBe('hello');
      socket.destroy();
    }
  });
});

describe('a hostile or broken proxy is refused', () => {
  const signIn = (options: ProxyServerOptions): ProxyServerOptions => ({
    ...options,
    username: 'u',
    password: 'p',
  });

  it.each<[string, RegExp, ProxyServerOptions]>([
    ['SOCKS4', /no SOCKS5/, socks('greeting', bytes(0, 0x5a))],
    ['HTTP in place of SOCKS5', /no SOCKS5/, socks('greeting', 'HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['nothing but the end', /closed/, socks('greeting', '', 'close')],
    ['one byte and the end', /closed/, socks('greeting', bytes(5), 'close')],
    ['a reset', /broke|closed/, socks('greeting', '', 'reset')],
    ['a method not offered', /not offered/, socks('greeting', bytes(5, 1))],
    ['a password nobody offered', /not offered/, socks('greeting', bytes(5, 2))],
    ['no method', /another way/, signIn(socks('greeting', bytes(5, 0xff)))],
    ['another version signing in', /signing in/, signIn(socks('sign-in', bytes(5, 0)))],
    ['an odd no signing in', /did not accept/, signIn(socks('sign-in', bytes(1, 0xff)))],
    ['half a result', /closed/, signIn(socks('sign-in', bytes(1), 'close'))],
    ['another version in the reply', /broke/, socks('request', bytes(4, 0, 0, 1, 0, 0, 0, 0, 0, 0))],
    ['a reserved byte', /broke/, socks('request', bytes(5, 0, 1, 1, 0, 0, 0, 0, 0, 0))],
    ['an unknown kind of address', /broke/, socks('request', bytes(5, 0, 0, 2, 0, 0, 0, 0, 0, 0))],
    ['half an address', /closed/, socks('request', socksReply(0).subarray(0, 7), 'close')],
    ['a name without its end', /closed/, socks('request', named(9).subarray(0, 10), 'close')],
    ['an unknown code', /code 240/, socks('request', socksReply(0xf0))],
    ['a refusal of two bytes', /connection refused/, socks('request', bytes(5, 5))],
    ['another protocol', /no HTTP proxy/, http('SSH-2.0-OpenSSH_9.9\r\n')],
    ['SOCKS in place of HTTP', /no HTTP proxy/, http(bytes(5, 0xff, 0x0d, 0x0a))],
    ['HTTP/2', /no HTTP proxy/, http('HTTP/2 200\r\n\r\n')],
    ['a status of four digits', /no HTTP proxy/, http('HTTP/1.1 2000 OK\r\n\r\n')],
    ['no status', /no HTTP proxy/, http('HTTP/1.1 OK\r\n\r\n')],
    ['bare line feeds', /CR LF/, http('HTTP/1.1 200 OK\n\n')],
    ['a continued line', /broke the HTTP/, http(`${ok}A: b\r\n c\r\n\r\n`)],
    ['a field without a colon', /broke the HTTP/, http(`${ok}nonsense\r\n\r\n`)],
    ['a control character', /broke the HTTP/, http(`${ok}A: \0\r\n\r\n`)],
    ['an endless line', /too long/, http(`HTTP/1.1 200 ${'a'.repeat(20_000)}`)],
    ['a huge head', /too long/, http(`${ok}${'A: b\r\n'.repeat(4_000)}\r\n`)],
    ['interim replies without end', /too long/, http('HTTP/1.1 100 Continue\r\n\r\n'.repeat(1_000))],
    ['half a head', /closed/, http(`${ok}A: b`, 'close')],
    ['nothing', /closed/, http('', 'close')],
    ['another protocol to speak', /101/, http('HTTP/1.1 101 Switching Protocols\r\n\r\n')],
    ['a redirect', /302 Found/, http('HTTP/1.1 302 Found\r\nLocation: http://evil.example/\r\n\r\n')],
    [
      'terminal codes in its words',
      /503 \?\[31mRed/,
      http(Buffer.from('HTTP/1.1 503 \x9b[31mRed\r\n\r\n', 'latin1')),
    ],
  ])('%s', async (_, detail, options) => {
    const echo = await startEcho();
    const length = options.misbehave?.request?.send?.length ?? 0;
    for (const chunk of [1_000_000, length > 1_000 ? 999 : 1]) {
      const proxy = await startProxy({ ...options, chunk, resolve: () => echo });
      await expect(through(proxy.address)).rejects.toMatchObject({
        problem: { code: 'proxy', host: '127.0.0.1', detail: expect.stringMatching(detail) as string },
      });
      await expect.poll(() => proxy.open(), { interval: 5 }).toBe(0);
    }
  });

  it.each([
    [1, 'general failure'],
    [2, 'not allowed by its rules'],
    [3, 'network unreachable'],
    [4, 'host unreachable'],
    [5, 'connection refused'],
    [6, 'the connection took too long'],
    [7, 'it makes no such connections'],
    [8, 'it does not take this kind of address'],
  ])('SOCKS5 code %i: %s', async (code, words) => {
    const proxy = await startProxy(socks('request', socksReply(code)));
    await expect(through(proxy.address)).rejects.toMatchObject({
      problem: { code: 'proxy', detail: `the proxy did not reach a.test:5222: ${words}` },
    });
  });

  it('credentials that the protocol cannot carry are not sent', async () => {
    const socks = await startProxy({ kind: 'socks5', username: 'u' });
    const long = through({ ...socks.address, password: 'ü'.repeat(128) });
    await expect(long).rejects.toMatchObject({
      problem: { code: 'proxy', detail: expect.stringContaining('too long') as string },
    });
    const http = await startProxy({ kind: 'http' });
    const colon = through({ ...http.address, username: 'a:b' });
    await expect(colon).rejects.toMatchObject({
      problem: { code: 'proxy', detail: expect.stringContaining('colon') as string },
    });
    expect(http.heads).toEqual([]);
  });
});

it('asks an HTTP proxy with one head and nothing about us', async () => {
  const echo = await startEcho();
  const proxy = await startProxy({ kind: 'http', username: 'u', password: 'p', resolve: () => echo });
  (await through(proxy.address)).destroy();
  expect(proxy.heads).toEqual([
    'CONNECT a.test:5222 HTTP/1.1\r\nHost: a.test:5222\r\nProxy-Authorization: Basic dTpw\r\n\r\n',
  ]);
});

it.each<[string, ProxyServerOptions]>([
  ['SOCKS5', socks('request', Buffer.concat([socksReply(0), Buffer.from('early')]), 'go-on')],
  ['HTTP', http(`${ok}\r\nearly`, 'go-on')],
])('keeps what comes with the reply of %s for the stream', async (_, options) => {
  const echo = await startEcho();
  const proxy = await startProxy({ ...options, resolve: () => echo });
  const socket = await through(proxy.address);
  let text = '';
  socket.on('data', (data: Buffer) => (text += data.toString()));
  socket.write(' and late');
  await expect.poll(() => text).toBe('early and late');
  socket.destroy();
});
