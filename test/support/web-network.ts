/** A network in which every name leads to 127.0.0.1, and ports to where the test says. */
import { connect } from 'node:net';
import type { Network } from '../../electron/xmpp/transport/network.ts';

export interface WebNetwork extends Network {
  /** Where connections to a port go; a port that is not there is closed. */
  readonly ports: Map<number, number>;
  /** Names that were looked up, SRV included, in order. */
  readonly lookedUp: string[];
  /** Ports that were asked for, in order. */
  readonly asked: number[];
}

/** @param ports other ports than these lead to themselves, except the usual ones of XMPP and the web, which are closed */
export function webNetwork(ports: Readonly<Record<number, number>> = {}): WebNetwork {
  const leads = new Map(Object.entries(ports).map(([from, to]) => [Number(from), to]));
  const lookedUp: string[] = [];
  const asked: number[] = [];
  return {
    ports: leads,
    lookedUp,
    asked,
    resolveSrv: (name) => {
      lookedUp.push(name);
      return Promise.reject(Object.assign(new Error('ENOTFOUND'), { code: 'ENOTFOUND' }));
    },
    lookup: (name) => {
      lookedUp.push(name);
      return Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
    },
    connect: (address, port) => {
      asked.push(port);
      const isUsual = [80, 443, 5222, 5223].includes(port);
      return connect({ host: address, port: leads.get(port) ?? (isUsual ? 1 : port) });
    },
    isConnected: () => true,
  };
}
