/**
 * A TCP proxy on 127.0.0.1 that keeps the bytes of both directions and can break connections in the ways that networks
 * do. It looks at no byte: what it forwards is what was sent. What it does by chance, it does by a seed.
 */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { forwardBytes, type Weather } from './proxy-weather.ts';

export type Direction = 'toServer' | 'toClient';

export interface ProxyOptions {
  /** Numbers in [0, 1) for sizes and delays. */
  readonly random?: () => number;
  /** False for long runs: nothing is kept for `capture`. */
  readonly keepsBytes?: boolean;
}

export interface Proxy {
  readonly port: number;
  /** Everything since the start or the last `forget`, over all connections in order of arrival. */
  readonly capture: () => { toServer: Buffer; toClient: Buffer };
  readonly forget: () => void;
  /** Connections that were accepted so far. */
  readonly accepted: () => number;
  /** Connections that are open. */
  readonly open: () => number;
  /** Resets (RST) every open connection; new ones are served. */
  readonly drop: () => void;
  /** From now on, nothing is forwarded on any connection, nor is anything closed: a half-open network. */
  readonly blackhole: () => void;
  /** From now on, what the server says is lost, while it still hears everything: acknowledgements above all. */
  readonly deafen: () => void;
  /** The open connections lead nowhere any more, as after a change of network; new ones are served. */
  readonly strand: () => void;
  /** From now on, new connections are reset. */
  readonly refuse: () => void;
  /** Every piece arrives so many milliseconds late, give or take half; the order stays. */
  readonly slow: (milliseconds: number) => void;
  /** Everything arrives in pieces of 1 to so many bytes. */
  readonly shred: (longest: number) => void;
  /** Resets the connections when so many more bytes have passed in that direction; no byte passes behind them. */
  readonly cutAfter: (direction: Direction, bytes: number) => void;
  /** Back to forwarding. What was swallowed stays lost, so those connections are reset. */
  readonly heal: () => void;
  readonly stop: () => Promise<void>;
}

/** Forwards connections to `127.0.0.1:target`; the port may be known only later. */
export async function startProxy(
  target: number | (() => number),
  options: ProxyOptions = {},
): Promise<Proxy> {
  const { random = Math.random, keepsBytes = true } = options;
  const fair: Weather = { lost: new Set(), isSilent: false };
  const nowhere: Weather = { lost: new Set(['toServer', 'toClient']), isSilent: true };
  let weather: Weather = { ...fair };
  /** Connections that were accepted before lead nowhere. */
  let stranded = 0;
  let refuses = false;
  let accepted = 0;
  let captured = { toServer: [] as Buffer[], toClient: [] as Buffer[] };
  const open = new Set<Socket>();
  const drop = (): void => {
    for (const socket of open) socket.resetAndDestroy();
  };

  const server = createServer({ allowHalfOpen: true }, (client) => {
    accepted++;
    if (refuses) {
      client.resetAndDestroy();
      return;
    }
    const number = accepted;
    const upstream = connect({
      port: typeof target === 'number' ? target : target(),
      host: '127.0.0.1',
      allowHalfOpen: true,
    });
    const forward = (direction: Direction, from: Socket, to: Socket): void => {
      open.add(from);
      from.once('close', () => open.delete(from));
      forwardBytes(from, to, {
        direction,
        random,
        weather: () => (number <= stranded ? nowhere : weather),
        passed: (chunk) => {
          if (keepsBytes) captured[direction].push(chunk);
        },
        cut: () => {
          weather = { ...fair };
          drop();
        },
      });
    };
    forward('toServer', client, upstream);
    forward('toClient', upstream, client);
  });

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
    open: () => open.size,
    drop,
    blackhole: () => {
      weather = nowhere;
    },
    deafen: () => {
      weather = { ...weather, lost: new Set(['toClient']) };
    },
    strand: () => {
      stranded = accepted;
    },
    refuse: () => {
      refuses = true;
    },
    slow: (milliseconds) => {
      weather = { ...weather, delay: milliseconds };
    },
    shred: (longest) => {
      weather = { ...weather, longest };
    },
    cutAfter: (direction, bytes) => {
      weather = { ...weather, cut: { direction, left: bytes } };
    },
    heal: () => {
      if (weather.lost.size > 0) drop();
      weather = { ...fair };
      refuses = false;
    },
    stop: async () => {
      drop();
      server.close();
      await once(server, 'close');
    },
  };
}
