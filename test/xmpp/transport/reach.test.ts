/** Networks that let only some ways through, and captive portals: which way is taken, and what nobody gets to see. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { usualDialLimits } from '../../../electron/xmpp/transport/dial.ts';
import { Paths } from '../../../electron/xmpp/transport/paths.ts';
import { reach, type ReachOptions } from '../../../electron/xmpp/transport/reach.ts';
import { authorityCertificate, serverCertificate } from '../../support/certificates.ts';
import { startFakeServer } from '../../support/fake-server.ts';
import { startProxyServer } from '../../support/proxy-server.ts';
import { webNetwork, type WebNetwork } from '../../support/web-network.ts';
import { hostMeta, startWebServer, type Handler, type WebServer } from '../../support/web-server.ts';

let ca: string[];
const ends: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  ca = [readFileSync(await authorityCertificate(), 'utf8')];
});

afterEach(async () => {
  await Promise.all(ends.splice(0).map((end) => end()));
});

const never = new AbortController().signal;
const options = (network: WebNetwork, more: Partial<ReachOptions> = {}): ReachOptions => ({
  account: 'alice@a.test',
  domain: 'a.test',
  network,
  pins: [],
  ca,
  limits: usualDialLimits,
  ...more,
});

async function site(handle: Handler, certificate?: string): Promise<WebServer> {
  const server = await startWebServer(
    handle,
    certificate === undefined ? undefined : await serverCertificate(certificate),
  );
  ends.push(() => server.stop());
  return server;
}

/** A server of the domain over TCP. */
async function xmppServer(): Promise<number> {
  const server = await startFakeServer({
    serve: async (session) => {
      await session.startTls();
      await session.gone;
    },
  });
  ends.push(server.stop);
  return server.address.port;
}

/** Answers whatever comes with a page, as a portal does that takes every connection for one of HTTP. */
async function pageForAll(): Promise<{ port: number; heard: string[]; server: Server }> {
  const heard: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', (bytes) => {
      heard.push(bytes.toString('latin1'));
      socket.end(
        'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html>Welcome</html>',
      );
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return { port: (server.address() as AddressInfo).port, heard, server };
}

describe('a network that blocks TCP', () => {
  /** The web server of the domain, with a WebSocket on it. */
  async function webDomain(): Promise<WebServer> {
    const server = await site(
      (_, response) =>
        void response.end(hostMeta({ websocket: 'wss://a.test/ws', xbosh: 'https://a.test/bosh' })),
      'a.test',
    );
    const sockets = new WebSocketServer({ server: server.server, handleProtocols: () => 'xmpp' });
    sockets.on('connection', (socket) => {
      socket.on('error', () => undefined);
    });
    return server;
  }

  it('is left by the web, after TCP was tried; next time the web comes first, and after a while TCP again', async () => {
    const web = await webDomain();
    const network = webNetwork({ 443: web.port });
    let now = 0;
    const paths = new Paths(() => now);
    const connect = async (): Promise<string> => {
      network.asked.length = 0;
      const reached = await reach(options(network, { paths }), never);
      reached.abandon();
      return reached.transport;
    };
    expect(await connect()).toBe('websocket');
    expect(network.asked).toEqual([5222, 443, 443]);
    expect(await connect()).toBe('websocket');
    expect(network.asked).toEqual([443]);
    now += 11 * 60_000;
    expect(await connect()).toBe('websocket');
    expect(network.asked).toEqual([5222, 443]);
    network.ports.set(5222, await xmppServer());
    expect(await connect()).toBe('websocket');
    now += 11 * 60_000;
    expect(await connect()).toBe('starttls');
    // It asked the domain once, and did not ask when it was not necessary.
    expect(web.requests).toEqual(['GET /.well-known/host-meta']);
  });

  it('is not suspected while TCP works', async () => {
    const network = webNetwork({ 5222: await xmppServer() });
    const reached = await reach(options(network), never);
    reached.abandon();
    expect(reached.transport).toBe('starttls');
    expect(network.asked).toEqual([5222]);
  });

  it('is told of as it was, when the web is of no use either', async () => {
    const network = webNetwork();
    await expect(reach(options(network), never)).rejects.toMatchObject({ problem: { code: 'unreachable' } });
    expect(network.asked).toEqual([5222, 443, 80]);
  });

  it('is left through the proxy, and never around it', async () => {
    const web = await webDomain();
    const proxy = await startProxyServer({
      kind: 'http',
      resolve: (place) => (place === 'a.test:443' ? web.port : undefined),
    });
    ends.push(proxy.stop);
    const network = webNetwork();
    const reached = await reach(options(network, { proxy: proxy.address }), never);
    reached.abandon();
    expect(reached.transport).toBe('websocket');
    expect(network.lookedUp).toEqual([]);
    expect(new Set(network.asked)).toEqual(new Set([proxy.address.port]));
    expect(proxy.requests.map(({ port }) => port)).toEqual([5222, 5223, 443, 443]);
  });

  it('does not make us ask a name of Tor, or a domain that does not exist', async () => {
    const network = webNetwork();
    const onion = reach(options(network, { domain: 'hidden.onion' }), never);
    await expect(onion).rejects.toMatchObject({ problem: { code: 'onion' } });
    const unknown = {
      ...network,
      lookup: () => Promise.reject(Object.assign(new Error(), { code: 'ENOTFOUND' })),
    };
    await expect(reach(options(unknown), never)).rejects.toMatchObject({ problem: { code: 'unknown-host' } });
    expect(network.asked).toEqual([]);
  });
});

describe('a captive portal', () => {
  const signIn = 'http://portal.hotel.test/login';
  const redirect: Handler = (_, response) => void response.writeHead(302, { location: signIn }).end();
  const page: Handler = (_, response) =>
    void response.setHeader('content-type', 'text/html; charset=utf-8').end('<html>Welcome</html>');

  it.each<[string, (everything: number) => Promise<Record<number, number>>]>([
    ['a page on every port', (all) => Promise.resolve({ 80: all, 443: all, 5222: all, 5223: all })],
    ['a redirect, and nothing else', async () => ({ 80: (await site(redirect)).port })],
    [
      'a redirect, and a certificate of its own',
      async () => {
        const own = (await site(page, 'portal.hotel.test')).port;
        return { 80: (await site(redirect)).port, 443: own, 5222: own };
      },
    ],
    [
      'a page, and a certificate of its own',
      async () => ({ 80: (await site(page)).port, 443: (await site(page, 'portal.hotel.test')).port }),
    ],
    [
      'RFC 6585',
      async () => ({ 80: (await site((_, response) => void response.writeHead(511).end())).port }),
    ],
  ])('is recognised by %s', async (_name, leads) => {
    const all = await pageForAll();
    const network = webNetwork(await leads(all.port));
    const asked = reach(options(network), never);
    await expect(asked).rejects.toMatchObject({ problem: { code: 'portal', host: 'a.test' } });
    // Nothing of the account went over any connection, and no other name was asked for.
    expect(all.heard.join()).not.toContain('alice');
    expect(network.lookedUp.filter((name) => !name.endsWith('a.test'))).toEqual([]);
  });

  it.each<[string, Handler]>([
    [
      'sends to its own secure address',
      (_, response) => void response.writeHead(301, { location: 'https://a.test/' }).end(),
    ],
    [
      'sends to its own other name',
      (_, response) => void response.writeHead(301, { location: 'http://www.a.test/' }).end(),
    ],
    ['shows a page for everything', page],
    ['knows nothing', (_, response) => void response.writeHead(404).end()],
  ])('is not a web server that %s', async (_name, handle) => {
    const network = webNetwork({ 80: (await site(handle)).port });
    await expect(reach(options(network), never)).rejects.toMatchObject({ problem: { code: 'unreachable' } });
  });

  it('is asked alone until it opens, and then the server is there at once', async () => {
    const portal = await site(redirect);
    const network = webNetwork({ 80: portal.port });
    const paths = new Paths();
    const connect = async (): Promise<string> => {
      network.asked.length = 0;
      const reached = await reach(options(network, { paths }), never);
      reached.abandon();
      return reached.transport;
    };
    await expect(connect()).rejects.toMatchObject({ problem: { code: 'portal' } });
    await expect(connect()).rejects.toMatchObject({ problem: { code: 'portal' } });
    expect(network.asked).toEqual([80]);
    network.ports.delete(80);
    network.ports.set(5222, await xmppServer());
    expect(await connect()).toBe('starttls');
    expect(await connect()).toBe('starttls');
    expect(network.asked).toEqual([5222]);
  });

  it('is nobody that we would ask around a proxy', async () => {
    const network = webNetwork({ 80: (await site(redirect)).port });
    const proxy = { kind: 'socks5', host: '127.0.0.1', port: 1 } as const;
    await expect(reach(options(network, { proxy }), never)).rejects.toMatchObject({
      problem: { code: 'proxy' },
    });
    expect(new Set(network.asked)).toEqual(new Set([1]));
  });
});
