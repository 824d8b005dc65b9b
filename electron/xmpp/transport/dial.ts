/**
 * Reaches the server of a domain: finds where it is, tries the places in order, and hands over a socket on which TLS
 * stands and the certificate is accepted. Nothing else of the program ever sees an unprotected socket.
 */
import type { Socket } from 'node:net';
import { ConnectionProblem, problem, problemOf } from '../problem.ts';
import type { Problem, ProblemCode } from '../../../shared/contract.ts';
import type { ClientCertificate, ProxyAddress, ServerAddress } from '../wire.ts';
import { networkName } from './certificate.ts';
import { abortable, timeLimit } from './deadline.ts';
import type { Network } from './network.ts';
import { connectThroughProxy, placesBehindProxy } from './proxy.ts';
import { connectToHost } from './race.ts';
import { findTargets } from './srv.ts';
import { negotiateStartTls } from './starttls.ts';
import { startTls } from './tls.ts';
import type { Secured } from './tls.ts';

export interface DialOptions {
  /** The domain of the address: what is looked up, asked for, and checked. */
  readonly domain: string;
  /** A server given by hand; no SRV look-up then. */
  readonly server?: ServerAddress;
  /** Tried before all others: where a session would like to be resumed (XEP-0198 1.6.3 §5). */
  readonly preferred?: ServerAddress;
  /** The only way out; no look-up of any kind then. */
  readonly proxy?: ProxyAddress;
  readonly pins: readonly string[];
  readonly ca?: readonly string[];
  /** Our own certificate, for the server of the domain. */
  readonly client?: ClientCertificate;
  readonly network: Network;
  readonly limits: DialLimits;
}

/** In milliseconds. */
export interface DialLimits {
  /** For the TCP connection to one place. */
  readonly connect: number;
  /** Instead of `connect`, for the connection through a proxy, which may have far to go. */
  readonly proxy: number;
  /** For STARTTLS and the TLS handshake with one place. */
  readonly secure: number;
  /** For everything together. */
  readonly overall: number;
}

export const usualDialLimits: DialLimits = {
  connect: 8_000,
  proxy: 20_000,
  secure: 10_000,
  overall: 45_000,
};

/** When several places fail, the person hears of the failure that got furthest: it says most. */
const TELLING: readonly ProblemCode[] = [
  'certificate',
  'tls-required',
  'tls-failed',
  'server-error',
  'protocol',
  'not-xmpp',
  'closed',
  'proxy',
  'timeout',
  'unreachable',
  'onion',
  'unknown-host',
  'offline',
];

/**
 * A secured connection to the server of `domain`.
 * @throws ConnectionProblem with the most telling failure; the reason of `signal` when it is aborted
 */
export async function dial(options: DialOptions, signal: AbortSignal): Promise<Secured> {
  const { domain, limits } = options;
  const overall = AbortSignal.any([signal, timeLimit(limits.overall, domain)]);
  const failures: Problem[] = [];
  const targets = await abortable(targetsOf(options), overall);
  for (const target of options.preferred === undefined ? targets : [options.preferred, ...targets]) {
    try {
      return await attempt(target, options, overall);
    } catch (error) {
      signal.throwIfAborted();
      failures.push(problemOf(error, 'unreachable', target.host));
      if (overall.aborted) break;
    }
  }
  const rank = ({ code }: Problem): number =>
    TELLING.includes(code) ? TELLING.indexOf(code) : TELLING.length;
  const [worst] = failures.toSorted((a, b) => rank(a) - rank(b));
  throw new ConnectionProblem(worst ?? problem('unreachable', domain));
}

async function targetsOf({ domain, server, proxy, network }: DialOptions): Promise<ServerAddress[]> {
  if (server !== undefined) return [server];
  if (proxy !== undefined) return placesBehindProxy(networkName(domain));
  return await findTargets(networkName(domain), network);
}

async function attempt(target: ServerAddress, options: DialOptions, overall: AbortSignal): Promise<Secured> {
  const { domain, limits, pins, ca, client } = options;
  const socket = await connectTo(target, options, overall);
  const securing = AbortSignal.any([overall, timeLimit(limits.secure, target.host)]);
  try {
    socket.setNoDelay(true);
    const isDirect = target.security === 'direct';
    if (!isDirect) await negotiateStartTls(socket, domain, securing);
    const trust = { pins, ...(ca !== undefined && { ca }), ...(client !== undefined && { client }) };
    return await startTls(socket, { domain, isDirect, ...trust }, securing);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

async function connectTo(
  target: ServerAddress,
  { proxy, network, limits }: DialOptions,
  overall: AbortSignal,
): Promise<Socket> {
  if (proxy !== undefined) return await connectThroughProxy(target, proxy, network, limits.proxy, overall);
  const connecting = AbortSignal.any([overall, timeLimit(limits.connect, target.host)]);
  return await connectToHost(target.host, target.port, network, connecting);
}
