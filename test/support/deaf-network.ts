/** A real network that looks no name up, and remembers every name that it was asked for and every place it went to. */
import { connect } from 'node:net';
import type { Network } from '../../electron/xmpp/transport/network.ts';

export interface DeafNetwork extends Network {
  readonly lookedUp: readonly string[];
  /** As `address:port`, in order. */
  readonly connected: readonly string[];
}

export function deafNetwork(): DeafNetwork {
  const lookedUp: string[] = [];
  const connected: string[] = [];
  const refuse = (name: string): Promise<never> => {
    lookedUp.push(name);
    return Promise.reject(Object.assign(new Error('ENOTFOUND'), { code: 'ENOTFOUND' }));
  };
  return {
    lookedUp,
    connected,
    resolveSrv: refuse,
    lookup: refuse,
    connect: (address, port) => {
      connected.push(`${address}:${String(port)}`);
      return connect({ host: address, port, noDelay: true });
    },
    isConnected: () => true,
  };
}
