/**
 * What dialling needs of the machine: names, addresses, sockets, and whether there is a network at all.
 * Tests pass their own; everything here is without opinion.
 */
import { Resolver, lookup } from 'node:dns/promises';
import type { LookupAddress, SrvRecord } from 'node:dns';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { networkInterfaces } from 'node:os';

export interface Network {
  /** SRV records of a name. Rejects with the codes of node:dns (`ENOTFOUND`, `ENODATA`, …). */
  resolveSrv(name: string): Promise<SrvRecord[]>;
  /** The addresses of a host, in the order of preference. Rejects with the codes of getaddrinfo. */
  lookup(host: string, family: 4 | 6): Promise<LookupAddress[]>;
  /** A socket that started to connect. */
  connect(address: string, port: number): Socket;
  /** False when this machine has no interface but its own loopback. */
  isConnected(): boolean;
}

/** One silent name server must not use up the time that the person is willing to wait. Milliseconds for one query. */
const DNS_TIMEOUT = 2_500;

/** The real network. */
export const systemNetwork: Network = {
  async resolveSrv(name) {
    return await new Resolver({ timeout: DNS_TIMEOUT, tries: 2 }).resolveSrv(name);
  },
  async lookup(host, family) {
    return await lookup(host, { all: true, family });
  },
  connect(address, port) {
    return connect({ host: address, port, noDelay: true });
  },
  isConnected() {
    return Object.values(networkInterfaces()).some((addresses) =>
      addresses?.some(({ internal }) => !internal),
    );
  },
};
