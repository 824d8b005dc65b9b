/**
 * An HTTP proxy on 127.0.0.1 in front of one server, which can break a transfer in the middle of its body: with a reset,
 * to both sides, after the byte that was chosen. Speaks TLS to both where uploads want it.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, request as httpsRequest } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { ServerCertificate } from './certificates.ts';

export interface BodyCutterOptions {
  /** Given: both sides speak TLS, and this is what clients see. */
  readonly certificate?: ServerCertificate;
  /** Numbers in [0, 1), for the byte. */
  readonly random?: () => number;
}

export interface BodyCutter {
  readonly port: number;
  /** The next transfer whose body goes that way is cut, at a byte by chance or at the given one. */
  readonly cutNext: (direction: 'upload' | 'download', at?: number) => void;
  /** Where bodies were cut: how many bytes had passed, of how many. */
  readonly cuts: readonly { readonly passed: number; readonly of: number }[];
  readonly stop: () => Promise<void>;
}

/** Stands before the HTTP server on `127.0.0.1:target`. */
export async function startBodyCutter(target: number, options: BodyCutterOptions = {}): Promise<BodyCutter> {
  const { certificate, random = Math.random } = options;
  const cuts: { passed: number; of: number }[] = [];
  let plan: { direction: 'upload' | 'download'; at: number | undefined } | undefined;

  /** Passes a body on, and says when the byte has come after which it ends. */
  const pass = (
    direction: 'upload' | 'download',
    from: IncomingMessage,
    to: NodeJS.WritableStream,
    cut: () => void,
  ): void => {
    const length = Number(from.headers['content-length'] ?? 0);
    const isCut = plan?.direction === direction && length > 0;
    const limit = isCut ? Math.min(plan?.at ?? Math.floor(random() * length), length - 1) : Infinity;
    if (isCut) plan = undefined;
    let passed = 0;
    let isOver = false;
    from.on('data', (chunk: Buffer) => {
      if (isOver) return;
      const rest = chunk.subarray(0, limit - passed);
      passed += rest.length;
      if (passed < limit) {
        to.write(rest);
        return;
      }
      isOver = true;
      cuts.push({ passed, of: length });
      to.write(rest, cut);
    });
    from.on('end', () => {
      if (!isOver) to.end();
    });
  };

  const answer = (incoming: IncomingMessage, response: ServerResponse): void => {
    const { method, url: path, headers } = incoming;
    const ask = certificate === undefined ? httpRequest : httpsRequest;
    // The server behind is as much of the test as we are: its name is not looked at.
    const address = { host: '127.0.0.1', port: target, method, path, headers, rejectUnauthorized: false };
    const outgoing = ask(address);
    let behind: Socket | undefined;
    const cut = (): void => {
      behind?.resetAndDestroy();
      incoming.socket.resetAndDestroy();
    };
    outgoing.on('socket', (socket) => (behind = socket));
    outgoing.on('error', () => incoming.socket.destroy());
    incoming.on('error', () => outgoing.destroy());
    outgoing.on('response', (reply) => {
      response.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.on('error', () => response.destroy());
      pass('download', reply, response, cut);
    });
    pass('upload', incoming, outgoing, cut);
  };

  const server =
    certificate === undefined
      ? createServer(answer)
      : createTlsServer(
          { cert: readFileSync(certificate.certificate), key: readFileSync(certificate.key) },
          answer,
        );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    cutNext: (direction, at) => {
      plan = { direction, at };
    },
    cuts,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
