/** Captive portals: everything leads to them, and they write down whatever they are told. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { serverCertificate } from './certificates.ts';
import { startWebServer, type Handler, type WebServer } from './web-server.ts';

export interface Portals {
  /** Where the ports of XMPP and the web lead behind a portal of each kind. */
  readonly kinds: Readonly<Record<string, Readonly<Record<number, number>>>>;
  /** All that any of them was told, decrypted. */
  readonly heard: () => string;
  stop(): Promise<void>;
}

const SIGN_IN = 'http://portal.hotel.test/login';
const PAGE = '<html>Welcome</html>';

export async function startPortals(): Promise<Portals> {
  const heard: string[] = [];
  const sites: WebServer[] = [];
  const site = async (handle: Handler, certificate?: string): Promise<number> => {
    const own = certificate === undefined ? undefined : await serverCertificate(certificate);
    const server = await startWebServer((request, response) => {
      heard.push(`${request.method ?? ''} ${request.url ?? ''}\n${request.rawHeaders.join('\n')}`);
      request.on('data', (bytes: Buffer) => heard.push(bytes.toString('latin1')));
      void handle(request, response);
    }, own);
    sites.push(server);
    return server.port;
  };
  const raw = await pageForAll(heard);
  const page: Handler = (_, response) =>
    void response.setHeader('content-type', 'text/html; charset=utf-8').end(PAGE);
  const redirect = await site((_, response) => void response.writeHead(302, { location: SIGN_IN }).end());
  const own = await site(page, 'portal.hotel.test');
  const required = await site((_, response) => void response.writeHead(511).end());
  return {
    kinds: {
      'a page on every port': { 80: raw.port, 443: raw.port, 5222: raw.port, 5223: raw.port },
      'a redirect, and nothing else': { 80: redirect },
      'a redirect, and a certificate of its own': { 80: redirect, 443: own, 5222: own, 5223: own },
      'a page, and a certificate of its own': { 80: await site(page), 443: own },
      'RFC 6585': { 80: required },
    },
    heard: () => heard.join('\n'),
    stop: async () => {
      await Promise.all([...sites, raw].map((server) => server.stop()));
    },
  };
}

/** Answers whatever comes with a page, as a portal does that takes every connection for one of HTTP. */
async function pageForAll(heard: string[]): Promise<{ port: number; stop(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (bytes) => heard.push(bytes.toString('latin1')));
    socket.once('data', () => {
      socket.end(`HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n${PAGE}`);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
