import { readFileSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { authorityCertificate } from '../../support/certificates.ts';
import { deafNetwork } from '../../support/deaf-network.ts';
import { features, startFakeServer, type FakeServer } from '../../support/fake-server.ts';
import {
  socksReply,
  startProxyServer,
  type ProxyServer,
  type ProxyServerOptions,
} from '../../support/proxy-server.ts';
import { listen } from '../../support/wire-listener.ts';

const kinds = ['socks5', 'http'] as const;
const stops: (() => Promise<unknown>)[] = [];
let ca: string[];

beforeAll(async () => {
  ca = [readFileSync(await authorityCertificate(), 'utf8')];
});

afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

async function startProxy(options: ProxyServerOptions): Promise<ProxyServer> {
  const proxy = await startProxyServer(options);
  stops.push(proxy.stop);
  return proxy;
}

async function serve(...parameters: Parameters<typeof startFakeServer>): Promise<FakeServer> {
  const server = await startFakeServer(...parameters);
  stops.push(server.stop);
  return server;
}

describe.each(kinds)('a wire through %s', (kind) => {
  const online = async (session: FakeServer['sessions'][number]): Promise<void> => {
    await session.online();
    await session.gone;
  };

  it('asks for 5222 with STARTTLS first, then for 5223 with direct TLS, and looks nothing up', async () => {
    const server = await serve({ security: 'direct', serve: online });
    const proxy = await startProxy({
      kind,
      resolve: (place) => (place === 'a.test:5223' ? server.address.port : undefined),
    });
    const network = deafNetwork();
    const { online: up, wire } = listen({ ca, network, proxy: proxy.address });
    await up;
    expect(proxy.requests).toEqual([
      { host: 'a.test', port: 5222 },
      { host: 'a.test', port: 5223 },
    ]);
    expect(network.lookedUp).toEqual([]);
    expect(new Set(network.connected)).toEqual(new Set([`127.0.0.1:${String(proxy.address.port)}`]));
    wire.drop();
  });

  it('asks for a server given by hand and for no other', async () => {
    const server = await serve({ serve: online });
    const proxy = await startProxy({
      kind,
      resolve: (place) => (place === 'xmpp.example:443' ? server.address.port : undefined),
    });
    const hand = { host: 'xmpp.example', port: 443, security: 'starttls' } as const;
    const { online: up, wire } = listen({ ca, network: deafNetwork(), proxy: proxy.address, server: hand });
    await up;
    expect(proxy.requests).toEqual([{ host: 'xmpp.example', port: 443 }]);
    wire.drop();
    const wrong = listen({ network: deafNetwork(), proxy: proxy.address, server: { ...hand, port: 444 } });
    expect(await wrong.closed).toMatchObject({ code: 'proxy', host: '127.0.0.1' });
    expect(proxy.requests.map(({ port }) => port)).toEqual([443, 444]);
  });

  it('resumes where the server likes, through the proxy too', async () => {
    const server = await serve({
      serve: async (session) => {
        await session.login({}, features.sm);
        await session.next('resume');
        session.send("<resumed xmlns='urn:xmpp:sm:3' previd='old' h='0'/>");
        await session.gone;
      },
    });
    const proxy = await startProxy({ kind, resolve: () => server.address.port });
    const resume = { id: 'old', jid: 'alice@a.test/d1' as never, received: 0, location: 'node7.a.test:5299' };
    const network = deafNetwork();
    const { online: up, wire } = listen({ ca, network, proxy: proxy.address, resume });
    await up;
    expect(proxy.requests).toEqual([{ host: 'node7.a.test', port: 5299 }]);
    expect(network.lookedUp).toEqual([]);
    wire.drop();
  });

  it('never goes around a proxy that is down', async () => {
    const server = await serve({ serve: (session) => session.gone });
    const proxy = await startProxy({ kind });
    await proxy.stop();
    const network = deafNetwork();
    for (const by of [{ server: server.address }, {}]) {
      const { closed } = listen({ network, proxy: proxy.address, ...by });
      expect(await closed).toMatchObject({ code: 'proxy', host: '127.0.0.1' });
    }
    expect(server.sessions).toEqual([]);
    expect(network.lookedUp).toEqual([]);
    expect(new Set(network.connected)).toEqual(new Set([`127.0.0.1:${String(proxy.address.port)}`]));
  });

  it('refuses a server whose first words came with the reply of the proxy in place of TLS', async () => {
    const server = await serve({ serve: (session) => session.gone });
    const reply = kind === 'socks5' ? socksReply(0) : Buffer.from('HTTP/1.1 200 OK\r\n\r\n');
    const proxy = await startProxy({
      kind,
      resolve: () => server.address.port,
      misbehave: { request: { send: Buffer.concat([reply, Buffer.from('<proceed/>')]), then: 'go-on' } },
    });
    const direct = { host: 'a.test', port: 5223, security: 'direct' } as const;
    const { closed } = listen({ network: deafNetwork(), proxy: proxy.address, server: direct });
    expect((await closed)?.code).toBe('tls-failed');
    const starttls = listen({
      network: deafNetwork(),
      proxy: proxy.address,
      server: { ...direct, security: 'starttls' },
    });
    expect((await starttls.closed)?.code).toBe('not-xmpp');
  });

  it('tells of a server that was reached rather than of the proxy', async () => {
    const server = await serve({ serve: async (session) => session.offer('') });
    const proxy = await startProxy({
      kind,
      resolve: (place) => (place.endsWith(':5222') ? server.address.port : undefined),
    });
    expect((await listen({ network: deafNetwork(), proxy: proxy.address }).closed)?.code).toBe(
      'tls-required',
    );
  });

  it('reaches names of Tor', async () => {
    const domain = `${'b'.repeat(56)}.onion`;
    const server = await serve({ domain, serve: online });
    const proxy = await startProxy({ kind, resolve: () => server.address.port });
    const network = deafNetwork();
    const { online: up, wire } = listen({ ca, network, proxy: proxy.address, address: `alice@${domain}` });
    await up;
    expect(proxy.requests).toEqual([{ host: domain, port: 5222 }]);
    expect(network.lookedUp).toEqual([]);
    wire.drop();
  });
});

describe('names of Tor without a proxy', () => {
  const domain = `${'c'.repeat(56)}.onion`;
  const hand = (host: string): object => ({ server: { host, port: 5222, security: 'starttls' } });

  it.each([
    [`alice@${domain}`, {}],
    [`alice@${domain.toUpperCase()}`, {}],
    [`alice@im.${domain}`, {}],
    ['alice@a.test', hand(domain)],
    ['alice@a.test', hand(`${domain}.`)],
    ['alice@a.test', hand('x.ONION')],
    ['alice@a.test', hand('x\u3002onion')],
    ['alice@a.test', hand('x.\u24de\u24dd\u24d8\u24de\u24dd')],
  ])('are refused without a look-up: %s %j', async (address, by) => {
    const network = deafNetwork();
    const { closed } = listen({ network, address, ...by });
    expect((await closed)?.code).toBe('onion');
    expect(network.lookedUp).toEqual([]);
    expect(network.connected).toEqual([]);
  });

  it('are refused when a domain points to them', async () => {
    const network = deafNetwork();
    const srv = {
      ...network,
      resolveSrv: () => Promise.resolve([{ name: domain, port: 1, priority: 1, weight: 1 }]),
    };
    expect((await listen({ network: srv }).closed)?.code).toBe('onion');
    expect(network.lookedUp).toEqual([]);
  });
});
