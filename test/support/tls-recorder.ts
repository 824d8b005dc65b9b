/**
 * Stands between a client and a real server with a certificate that the client trusts, and counts how often the client
 * has to wait: the round trips of the conversation inside TLS. Channel binding finds it out, as it should.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { serverCertificate } from './certificates.ts';

export interface Recording {
  /** What was said, in order, without who said how much at a time. */
  readonly turns: { readonly who: 'client' | 'server'; text: string }[];
}

export interface Recorder {
  readonly port: number;
  readonly recordings: readonly Recording[];
  readonly stop: () => Promise<void>;
}

/** @param port of the server, with TLS from the first byte on */
export async function startRecorder(port: number, domain = 'localhost'): Promise<Recorder> {
  const { certificate, key } = await serverCertificate(domain);
  const recordings: Recording[] = [];
  const sockets = new Set<TLSSocket>();
  const server = createServer(
    { cert: readFileSync(certificate), key: readFileSync(key), ALPNProtocols: ['xmpp-client'] },
    (client) => {
      const recording: Recording = { turns: [] };
      recordings.push(recording);
      const upstream = connect({
        port,
        host: '127.0.0.1',
        rejectUnauthorized: false,
        ALPNProtocols: ['xmpp-client'],
      });
      const pass = (from: TLSSocket, to: TLSSocket, who: 'client' | 'server'): void => {
        sockets.add(from);
        from.setNoDelay(true);
        from.on('data', (bytes: Buffer) => {
          const last = recording.turns.at(-1);
          if (last?.who === who) last.text += bytes.toString();
          else recording.turns.push({ who, text: bytes.toString() });
          to.write(bytes);
        });
        from.on('error', () => to.destroy());
        from.on('close', () => to.destroy());
      };
      pass(client, upstream, 'client');
      pass(upstream, client, 'server');
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    recordings,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** How often the client waited until the server had said this. @throws Error when it never did */
export function roundTripsUntil({ turns }: Recording, said: RegExp): number {
  const at = turns.findIndex(({ who, text }) => who === 'server' && said.test(text));
  if (at < 0) throw new Error(`never said: ${String(said)} in ${JSON.stringify(turns)}`);
  return turns.slice(0, at + 1).filter(({ who }) => who === 'server').length;
}
