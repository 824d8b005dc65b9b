/**
 * A network in which every address is this machine, except those that swallow what is sent to them: no answer, no error,
 * as behind a firewall. Names take as long as a test says, and how long everything took is written down.
 */
import { Socket, connect } from 'node:net';
import type { LookupAddress, SrvRecord } from 'node:dns';
import type { Network } from '../../electron/xmpp/transport/network.ts';

export interface Zone {
  /** By the whole name; others do not exist. */
  readonly srv?: Readonly<Record<string, readonly SrvRecord[]>>;
  /** Addresses by host, both families together. */
  readonly hosts: Readonly<Record<string, readonly string[]>>;
  /** Those that never answer. */
  readonly holes?: readonly string[];
  /** Milliseconds that a question takes. */
  readonly delay?: (question: string) => number;
}

export function slowNetwork({ srv = {}, hosts, holes = [], delay = () => 0 }: Zone): Network {
  const answer = async <T>(question: string, found: T[] | undefined): Promise<T[]> => {
    const milliseconds = delay(question);
    if (milliseconds > 0) await new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
    if (found !== undefined && found.length > 0) return found;
    throw Object.assign(new Error(question), { code: 'ENOTFOUND' });
  };
  return {
    resolveSrv: (name) => answer(`SRV ${name}`, srv[name] && [...srv[name]]),
    lookup: (host, family) => {
      const found = hosts[host]
        ?.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 }))
        .filter((each) => each.family === family);
      return answer(`${family === 6 ? 'AAAA' : 'A'} ${host}`, found);
    },
    connect: (address, port) =>
      holes.includes(address) ? new Socket() : connect({ host: '127.0.0.1', port, noDelay: true }),
    isConnected: () => true,
  };
}
