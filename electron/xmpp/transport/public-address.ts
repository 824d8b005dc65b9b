/**
 * Tells addresses of the public Internet from all others: this computer, the network at home or at work, and what is
 * reserved. An address that somebody else named must not lead there (server-side request forgery, CWE-918); what is
 * asked for is the address that is connected to, so that no name, redirect or second look-up leads around it.
 */
import { BlockList, isIP, Socket } from 'node:net';
import type { Network } from './network.ts';

/** IPv4 that is not reachable for everybody (IANA's registry of special-purpose addresses, RFC 6890), and multicast. */
const SPECIAL_V4: readonly (readonly [address: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];

/** The unicast addresses of IPv6 (RFC 4291 §2.4), and those that stand for IPv4 behind NAT64 (RFC 6052 §2.1). */
const GLOBAL_V6 = [
  ['2000::', 3],
  ['64:ff9b::', 96],
] as const;

/** Within them: protocols of the IETF, documentation, and addresses made of IPv4 (RFC 3056). */
const SPECIAL_V6 = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['3fff::', 20],
] as const;

const globals = new BlockList();
const specials = new BlockList();
for (const [address, prefix] of GLOBAL_V6) globals.addSubnet(address, prefix, 'ipv6');
for (const [address, prefix] of SPECIAL_V6) specials.addSubnet(address, prefix, 'ipv6');
for (const [address, prefix] of SPECIAL_V4) {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  const [high, low] = [(a << 8) | b, (c << 8) | d].map((part) => part.toString(16));
  specials.addSubnet(address, prefix, 'ipv4');
  specials.addSubnet(`64:ff9b::${String(high)}:${String(low)}`, 96 + prefix, 'ipv6');
  specials.addSubnet(`2002:${String(high)}:${String(low)}::`, 16 + prefix, 'ipv6');
}

/** True for an IP address that everybody can reach; false for every other, and for what is none. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !specials.check(address, 'ipv4');
  // A zone (RFC 4007 §11) belongs to addresses of this link only.
  if (family !== 6 || address.includes('%')) return false;
  return globals.check(address, 'ipv6') && !specials.check(address, 'ipv6');
}

/** What a refused connection fails with. */
export const PRIVATE_ADDRESS = 'PRIVATE_ADDRESS';

/** The same network, without its private places. */
export function onlyPublic(network: Network): Network {
  return {
    ...network,
    connect: (address, port) => (isPublicAddress(address) ? network.connect(address, port) : refused()),
  };
}

/** The same network. @param seen hears every address that is connected to */
export function watchAddresses(network: Network, seen: (address: string) => void): Network {
  return {
    ...network,
    connect: (address, port) => {
      seen(address);
      return network.connect(address, port);
    },
  };
}

/** A socket that fails, as one does to which nobody answers. */
function refused(): Socket {
  const error = new Error('an address of a private network');
  return new Socket().destroy(Object.assign(error, { code: PRIVATE_ADDRESS }));
}
