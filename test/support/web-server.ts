/** A web server on 127.0.0.1 with a certificate of the test authority, or none, that answers what the test says. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createPlain, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecure, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { ServerCertificate } from './certificates.ts';

export interface WebServer {
  readonly port: number;
  /** Requests as they came: `GET /path`. */
  readonly requests: readonly string[];
  readonly server: Server;
  stop(): Promise<void>;
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** @param certificate absent: plain HTTP */
export async function startWebServer(handle: Handler, certificate?: ServerCertificate): Promise<WebServer> {
  const requests: string[] = [];
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
    response.on('error', () => undefined);
    void handle(request, response);
  };
  const server =
    certificate === undefined
      ? createPlain(onRequest)
      : createSecure(
          { key: readFileSync(certificate.key), cert: readFileSync(certificate.certificate) },
          onRequest,
        );
  server.on('clientError', (_error, socket) => {
    socket.destroy();
  });
  // Those in the middle of a handshake as well, of which the server itself keeps no list.
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    server: server as Server,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The whole body of a request. */
export async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts).toString();
}

/** A host-meta file (XEP-0156) with these links. */
export function hostMeta(links: Readonly<Record<string, string>>): string {
  const written = Object.entries(links).map(
    ([rel, href]) => `<Link rel='urn:xmpp:alt-connections:${rel}' href='${href}'/>`,
  );
  return `<?xml version='1.0' encoding='utf-8'?>\n<XRD xmlns='http://docs.oasis-open.org/ns/xri/xrd-1.0'>${written.join('')}</XRD>\n`;
}
