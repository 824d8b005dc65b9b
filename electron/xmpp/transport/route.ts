/**
 * The way to any host for one account: directly, by whichever address answers first, or through the account's proxy and
 * then never around it. It opens sockets, with TLS for what speaks HTTP inside, and says nothing on them.
 */
import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import { ConnectionProblem, problem } from '../problem.ts';
import type { ProxyAddress } from '../wire.ts';
import { timeLimit } from './deadline.ts';
import type { Network } from './network.ts';
import { connectThroughProxy } from './proxy.ts';
import { PRIVATE_ADDRESS, isPublicAddress, onlyPublic } from './public-address.ts';
import { connectToHost } from './race.ts';
import { isLocalhost } from './special-names.ts';
import { startTls } from './tls.ts';
import type { Secured } from './tls.ts';

/** What leads to a host, and whom to believe there. */
export interface Route {
  readonly network: Network;
  /** The only way out; no look-up of any kind then. */
  readonly proxy?: ProxyAddress;
  /** SHA-256 fingerprints (lower-case hex) of certificates that the person chose to trust for this account. */
  readonly pins: readonly string[];
  /** PEM certificates of the only authorities to trust, instead of the usual ones. */
  readonly ca?: readonly string[];
  /**
   * The place was named by somebody else than the person: private networks are out of bounds. Behind a proxy only what
   * is written as an address can be told; its names are the proxy's.
   */
  readonly isPublicOnly?: boolean;
  readonly limits: RouteLimits;
}

/** In milliseconds. */
export interface RouteLimits {
  /** For the TCP connection to one place. */
  readonly connect: number;
  /** Instead of `connect`, for the connection through a proxy, which may have far to go. */
  readonly proxy: number;
  /** For what secures a connection: STARTTLS and the TLS handshake with one place. */
  readonly secure: number;
}

/** A place, by a name in ASCII or an address, without brackets. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

/**
 * A connected socket on which nothing was said yet.
 * @throws ConnectionProblem `unknown-host`, `unreachable`, `timeout`, `offline`, `onion` or `proxy`; the reason of the
 * signal when it is aborted
 */
export async function connectTo(place: Place, route: Route, signal: AbortSignal): Promise<Socket> {
  const { proxy, network, limits, isPublicOnly = false } = route;
  if (isPublicOnly && (isLocalhost(place.host) || (isIP(place.host) !== 0 && !isPublicAddress(place.host)))) {
    throw new ConnectionProblem(problem('unreachable', place.host, PRIVATE_ADDRESS));
  }
  if (proxy !== undefined) return await connectThroughProxy(place, proxy, network, limits.proxy, signal);
  const connecting = AbortSignal.any([signal, timeLimit(limits.connect, place.host)]);
  return await connectToHost(
    place.host,
    place.port,
    isPublicOnly ? onlyPublic(network) : network,
    connecting,
  );
}

/**
 * A connection for HTTP with a web server whose certificate is accepted for its host.
 * @param orDomain a domain whose certificate will do as well (XEP-0156 1.4.0 #httpbizrules 1)
 * @throws ConnectionProblem as `connectTo`, and `certificate`, `tls-failed`
 */
export async function secureWeb(
  place: Place,
  route: Route,
  signal: AbortSignal,
  orDomain?: string,
): Promise<Secured> {
  const { pins, ca, limits } = route;
  const socket = await connectTo(place, route, signal);
  const securing = AbortSignal.any([signal, timeLimit(limits.secure, place.host)]);
  try {
    socket.setNoDelay(true);
    return await startTls(
      socket,
      {
        domain: place.host,
        isDirect: true,
        protocol: 'http/1.1',
        pins,
        ...(ca !== undefined && { ca }),
        ...(orDomain !== undefined && { orDomain }),
      },
      securing,
    );
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** Where a URL leads. */
export function placeOf(url: URL): Place {
  const usual = url.protocol === 'http:' ? 80 : 443;
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port === '' ? usual : Number(url.port) };
}
