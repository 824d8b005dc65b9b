/**
 * Reaches the server of a domain: finds where it is, tries the places in order, and hands over a socket on which TLS
 * stands and the certificate is accepted. Nothing else of the program ever sees an unprotected socket.
 */
import { ConnectionProblem, problem, problemOf } from '../problem.ts';
import type { Problem, ProblemCode } from '../../../shared/contract.ts';
import type { ClientCertificate, TcpAddress } from '../wire.ts';
import { networkName } from './certificate.ts';
import { abortable, timeLimit } from './deadline.ts';
import { placesBehindProxy } from './proxy.ts';
import { connectTo } from './route.ts';
import type { Route, RouteLimits } from './route.ts';
import { findTargets, placeWithoutRecords } from './srv.ts';
import { negotiateStartTls } from './starttls.ts';
import { startTls } from './tls.ts';
import type { Secured } from './tls.ts';

export interface DialOptions extends Route {
  /** The domain of the address: what is looked up, asked for, and checked. */
  readonly domain: string;
  /** A server given by hand; no SRV look-up then. */
  readonly server?: TcpAddress;
  /** Tried before all others: where a session would like to be resumed (XEP-0198 1.6.3 §5). */
  readonly preferred?: TcpAddress;
  /** Our own certificate, for the server of the domain. */
  readonly client?: ClientCertificate;
  readonly limits: DialLimits;
}

/** In milliseconds. */
export interface DialLimits extends RouteLimits {
  /**
   * After which the next place is tried beside one to which no connection stands, so that what is dropped silently
   * costs no more; and the usual place when no name server has answered.
   */
  readonly stagger: number;
  /** The same for one to which a connection stands that is not secured yet. */
  readonly patience: number;
  /** For everything together. */
  readonly overall: number;
}

export const usualDialLimits: DialLimits = {
  connect: 8_000,
  proxy: 20_000,
  secure: 10_000,
  stagger: 1_000,
  patience: 3_000,
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
 * A secured connection to the server of `domain`: the first that stands, of places tried in their order.
 * @throws ConnectionProblem with the most telling failure; the reason of `signal` when it is aborted
 */
export async function dial(options: DialOptions, signal: AbortSignal): Promise<Secured> {
  const { domain, limits, preferred } = options;
  const overall = AbortSignal.any([signal, timeLimit(limits.overall, domain)]);
  const failures: Problem[] = [];
  const failed = (error: unknown, host: string): undefined => {
    failures.push(problemOf(error, 'unreachable', host));
    return undefined;
  };
  const { first, more } = await findPlaces(options, overall);
  const attempts = new AbortController();
  const attempting = AbortSignal.any([overall, attempts.signal]);
  const later =
    more &&
    abortable(more, attempting).catch((error: unknown): TcpAddress[] => {
      failed(error, domain);
      return [];
    });
  const places = {
    first: preferred === undefined ? first : [preferred, ...first],
    ...(later && { more: later }),
  };
  const secured = await firstOf(places, limits, attempting, (place, connected) =>
    attempt(place, options, attempting, connected).catch((error: unknown) => failed(error, place.host)),
  );
  attempts.abort();
  if (secured !== undefined) return secured;
  signal.throwIfAborted();
  throw new ConnectionProblem(mostTelling(failures) ?? problem('unreachable', domain));
}

/** The failure that got furthest; `undefined` of none. */
export function mostTelling(failures: readonly Problem[]): Problem | undefined {
  const rank = ({ code }: Problem): number =>
    TELLING.includes(code) ? TELLING.indexOf(code) : TELLING.length;
  return failures.toSorted((a, b) => rank(a) - rank(b))[0];
}

interface Places {
  readonly first: readonly TcpAddress[];
  /** Places that are known later. */
  readonly more?: Promise<readonly TcpAddress[]>;
}

/** What the name servers say; what is usual without them, when they take too long to say it. */
async function findPlaces(options: DialOptions, signal: AbortSignal): Promise<Places> {
  const found = targetsOf(options);
  const slow = new Promise<undefined>((resolve) => {
    const timer = setTimeout(() => {
      resolve(undefined);
    }, options.limits.stagger);
    timer.unref();
  });
  const first = await abortable(Promise.race([found, slow]), signal);
  if (first !== undefined) return { first };
  // RFC 6120 §3.2.1 has this fallback for name servers that fail: these may yet do so.
  const usual = placeWithoutRecords(networkName(options.domain));
  const others = found.then((places) => places.filter((place) => !isSame(place, usual)));
  return { first: [usual], more: others };
}

function isSame(one: TcpAddress, other: TcpAddress): boolean {
  return one.host === other.host && one.port === other.port && one.security === other.security;
}

/** Tries each place when the one before has failed, or keeps silent for too long; `undefined` when none succeeds. */
async function firstOf(
  { first, more }: Places,
  { stagger, patience }: DialLimits,
  signal: AbortSignal,
  attempt: (place: TcpAddress, connected: () => void) => Promise<Secured | undefined>,
): Promise<Secured | undefined> {
  const waiting = [...first];
  return await new Promise((resolve) => {
    let open = more === undefined ? 0 : 1;
    let isIdle = false;
    let isDone = false;
    let timer: NodeJS.Timeout | undefined;
    const finish = (secured?: Secured): void => {
      isDone = true;
      clearTimeout(timer);
      resolve(secured);
    };
    const next = (): void => {
      clearTimeout(timer);
      const place = signal.aborted ? undefined : waiting.shift();
      isIdle = place === undefined;
      if (place === undefined) {
        if (open === 0) finish();
        return;
      }
      open += 1;
      const own = setTimeout(next, stagger);
      timer = own;
      const connected = (): void => {
        // Only the latest attempt may delay the next.
        if (timer !== own || isDone) return;
        clearTimeout(own);
        timer = setTimeout(next, patience);
      };
      void attempt(place, connected).then((secured) => {
        open -= 1;
        // Two may have stood at the same moment.
        if (isDone) secured?.socket.destroy();
        else if (secured !== undefined) finish(secured);
        else next();
      });
    };
    next();
    void more?.then((places) => {
      open -= 1;
      waiting.push(...places);
      if (!isDone && (isIdle || open === 0)) next();
    });
  });
}

async function targetsOf({ domain, server, proxy, network }: DialOptions): Promise<TcpAddress[]> {
  if (server !== undefined) return [server];
  if (proxy !== undefined) return placesBehindProxy(networkName(domain));
  return await findTargets(networkName(domain), network);
}

async function attempt(
  target: TcpAddress,
  options: DialOptions,
  overall: AbortSignal,
  connected: () => void,
): Promise<Secured> {
  const { domain, limits, pins, ca, client } = options;
  const socket = await connectTo(target, options, overall);
  connected();
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
