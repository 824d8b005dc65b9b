/** Broken ways to a server (RFC 8305's reasons to exist), each with the shortest time that a way around it can take. */
import type { SrvRecord } from 'node:dns';
import { slowNetwork } from './slow-network.ts';
import type { Network } from '../../electron/xmpp/transport/network.ts';

export interface Detour {
  readonly name: string;
  readonly network: (port: number) => Network;
  /** Milliseconds that connecting may take longer than on a sound network. */
  readonly within: number;
}

const record = (port: number, priority: number, name: string): SrvRecord => ({
  priority,
  weight: 0,
  port,
  name,
});
const FIVE_SECONDS = 5_000;
/** The connection attempt delay of RFC 8305, and what a busy machine needs. */
const ONE_DELAY = 300;
const ALL_TOGETHER = 2_500;

const SRV = '_xmpp-client._tcp.a.test';
const DIRECT = '_xmpps-client._tcp.a.test';
const both = { 'im.a.test': ['2001:db8::1', '192.0.2.1'] };

export const soundNetwork = (port: number): Network =>
  slowNetwork({ srv: { [SRV]: [record(port, 1, 'im.a.test')] }, hosts: both });

export const detours: readonly Detour[] = [
  {
    name: 'IPv6 leads nowhere',
    within: ONE_DELAY,
    network: (port) =>
      slowNetwork({ srv: { [SRV]: [record(port, 1, 'im.a.test')] }, hosts: both, holes: ['2001:db8::1'] }),
  },
  {
    name: 'IPv4 leads nowhere',
    within: ONE_DELAY,
    network: (port) =>
      slowNetwork({ srv: { [SRV]: [record(port, 1, 'im.a.test')] }, hosts: both, holes: ['192.0.2.1'] }),
  },
  {
    name: 'the first of two addresses of each family leads nowhere',
    within: 3 * ONE_DELAY,
    network: (port) =>
      slowNetwork({
        srv: { [SRV]: [record(port, 1, 'im.a.test')] },
        hosts: { 'im.a.test': ['2001:db8::1', '2001:db8::2', '192.0.2.1', '192.0.2.2'] },
        holes: ['2001:db8::1', '192.0.2.1'],
      }),
  },
  {
    name: 'the first two servers are dead',
    within: ALL_TOGETHER,
    network: (port) =>
      slowNetwork({
        srv: {
          [SRV]: [record(port, 1, 'one.a.test'), record(port, 2, 'two.a.test'), record(port, 3, 'im.a.test')],
        },
        hosts: { ...both, 'one.a.test': ['2001:db8::a', '192.0.2.10'], 'two.a.test': ['192.0.2.11'] },
        holes: ['2001:db8::a', '192.0.2.10', '192.0.2.11'],
      }),
  },
  {
    name: 'the first two servers have no address',
    within: ONE_DELAY,
    network: (port) =>
      slowNetwork({
        srv: {
          [SRV]: [record(port, 1, 'one.a.test'), record(port, 2, 'two.a.test'), record(port, 3, 'im.a.test')],
        },
        hosts: both,
      }),
  },
  {
    name: 'the name server takes five seconds for IPv6 addresses',
    within: ONE_DELAY,
    network: (port) =>
      slowNetwork({
        srv: { [SRV]: [record(port, 1, 'im.a.test')] },
        hosts: both,
        delay: (question) => (question.startsWith('AAAA') ? FIVE_SECONDS : 0),
      }),
  },
  {
    name: 'the name server takes five seconds for one of the two services',
    within: ONE_DELAY,
    network: (port) =>
      slowNetwork({
        srv: { [SRV]: [record(port, 1, 'im.a.test')] },
        hosts: both,
        delay: (question) => (question === `SRV ${DIRECT}` ? FIVE_SECONDS : 0),
      }),
  },
];

/** The server has to listen where no record is needed to find it. */
export const slowRecords: Detour = {
  name: 'the name server takes five seconds for all records',
  within: ALL_TOGETHER,
  network: (port) => ({
    ...slowNetwork({
      hosts: { 'a.test': ['192.0.2.1'] },
      delay: (question) => (question.startsWith('SRV') ? FIVE_SECONDS : 0),
    }),
    connect: (address) => soundNetwork(port).connect(address, port),
  }),
};
