/**
 * A TCP proxy on 127.0.0.1 that keeps every byte of both directions and can break connections in the ways that
 * networks do. It looks at no byte: what it forwards is what was sent.
 */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Proxy {
  readonly port: number;
  /** Everything since the start or the last `forget`, over all connections in order of arrival. */
  readonly capture: () => { toServer: Buffer; toClient: Buffer };
  readonly forget: () => void;
  /** Connections that were accepted so far. */
  readonly accepted: () => number;
  /** Resets (RST) every open connection; new ones are served. */
  readonly drop: () => void;
  /** From now on, nothing is forwarded on any connection, nor is anything closed: a half-open network. */
  readonly blackhole: () => void;
  /** From now on, new connections are reset. */
  readonly refuse: () => void;
  /** Back to forwarding. What was swallowed by a black hole stays lost, so those connections are reset. */
  readonly heal: () => void;
  readonly stop: () => Promise<void>;
}

/** Forwards connections to `127.0.0.1:target`. */
export async function startProxy(target: number): Promise<Proxy> {
  let mode: 'forward' | 'blackhole' | 'refuse' = 'forward';
  let accepted = 0;
  let captured = { toServer: [] as Buffer[], toClient: [] as Buffer[] };
  const open = new Set<Socket>();
  const drop = (): void => {
    for (const socket of open) socket.resetAndDestroy();
  };

  const server = createServer({ allowHalfOpen: true }, (client) => {
    accepted++;
    if (mode === 'refuse') {
      client.resetAndDestroy();
      return;
    }
    const upstream = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true });
    join(client, upstream, (chunk) => captured.toServer.push(chunk));
    join(upstream, client, (chunk) => captured.toClient.push(chunk));
  });

  function join(from: Socket, to: Socket, keep: (chunk: Buffer) => void): void {
    open.add(from);
    from.setNoDelay(true);
    from.on('data', (chunk) => {
      if (mode === 'blackhole') return;
      keep(chunk);
      if (!to.write(chunk)) from.pause();
    });
    to.on('drain', () => from.resume());
    from.on('end', () => {
      if (mode !== 'blackhole') to.end();
    });
    // An error is an end like any other here: `close` follows and takes the other half along.
    from.on('error', () => undefined);
    from.on('close', (hadError) => {
      open.delete(from);
      if (mode === 'blackhole') return;
      if (hadError) to.resetAndDestroy();
      else to.destroySoon();
    });
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    capture: () => ({
      toServer: Buffer.concat(captured.toServer),
      toClient: Buffer.concat(captured.toClient),
    }),
    forget: () => {
      captured = { toServer: [], toClient: [] };
    },
    accepted: () => accepted,
    drop,
    blackhole: () => {
      mode = 'blackhole';
    },
    refuse: () => {
      mode = 'refuse';
    },
    heal: () => {
      if (mode === 'blackhole') drop();
      mode = 'forward';
    },
    stop: async () => {
      drop();
      server.close();
      await once(server, 'close');
    },
  };
}
