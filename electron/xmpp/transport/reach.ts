/**
 * Reaches an account's server by whatever way the network leaves open: a stream over TCP, else the web, first by
 * WebSocket and then by BOSH. It knows the order, remembers what worked, and says so when the network itself stands in
 * the way. What it returns is secured and trusted, and nothing was said on it that only the server should hear.
 */
import type { Problem } from '../../../shared/contract.ts';
import { ConnectionProblem, problem, problemOf } from '../problem.ts';
import type { ServerAddress } from '../wire.ts';
import { reachBosh } from './bosh.ts';
import { networkName } from './certificate.ts';
import { Connection } from './connection.ts';
import { abortable, timeLimit } from './deadline.ts';
import { dial } from './dial.ts';
import type { DialOptions } from './dial.ts';
import { askHostMeta } from './host-meta.ts';
import { Paths } from './paths.ts';
import type { WebWay } from './paths.ts';
import { isPortal } from './portal.ts';
import type { Secured } from './tls.ts';
import type { Reached } from './transport.ts';
import { reachWebSocket } from './websocket.ts';

export interface ReachOptions extends Omit<DialOptions, 'server'> {
  /** The bare address of the account, to remember what worked for it. */
  readonly account: string;
  /** A server given by hand: no other place is tried. */
  readonly server?: ServerAddress;
  /** What was learnt so far. */
  readonly paths?: Paths;
  readonly log?: (event: string, data: Readonly<Record<string, unknown>>) => void;
}

/** Milliseconds for the web altogether, after TCP had its time. */
const WEB = 30_000;

/** What a network does that lets no stream through: these say that the web is worth a try. */
const BLOCKED: ReadonlySet<Problem['code']> = new Set([
  'unreachable',
  'timeout',
  'proxy',
  'unknown-host',
  'not-xmpp',
  'closed',
  'tls-failed',
]);

/**
 * A server of the account's domain.
 * @throws ConnectionProblem `portal` when the network wants the person to sign in first, else why TCP failed (or the
 * place that was given by hand); the reason of `signal` when it is aborted
 */
export async function reach(options: ReachOptions, signal: AbortSignal): Promise<Reached> {
  const { server, domain, paths = new Paths() } = options;
  const key = keyOf(options);
  const asked = server === undefined ? domain : 'url' in server ? new URL(server.url).hostname : server.host;
  const captive = (): ConnectionProblem => {
    paths.setCaptive(key, true);
    return new ConnectionProblem(problem('portal', domain));
  };
  // A network that was a portal a moment ago is asked first: quickly, and without showing it anything.
  if (paths.isCaptive(key)) {
    if (await isPortal(asked, [problem('not-xmpp')], options, signal)) throw captive();
    paths.setCaptive(key, false);
  }
  const failures: Problem[] = [];
  const note: Note = (error) => {
    signal.throwIfAborted();
    const failure = problemOf(error, 'unreachable', domain);
    failures.push(failure);
    return failure;
  };
  const reached = await (server === undefined
    ? reachFound(options, paths, signal, note)
    : reachGiven(server, options, signal, note));
  if (!isFailure(reached)) return reached;
  if (hasPlace(reached, domain) && (await isPortal(asked, failures, options, signal))) throw captive();
  throw new ConnectionProblem(reached);
}

/** False when there is no network, or no such domain: then nobody can be asked anything in its name. */
function hasPlace({ code, host }: Problem, domain: string): boolean {
  if (code === 'offline' || code === 'onion') return false;
  return code !== 'unknown-host' || host !== networkName(domain);
}

/** Keeps a failure, for whoever looks for the reason behind all of them. @throws the reason of the signal */
type Note = (error: unknown) => Problem;

function isFailure(reached: Reached | Problem): reached is Problem {
  return 'code' in reached;
}

async function reachGiven(
  server: ServerAddress,
  options: ReachOptions,
  signal: AbortSignal,
  note: Note,
): Promise<Reached | Problem> {
  try {
    if ('url' in server) return await reachWeb(wayTo(server.url), options, limited(options, signal));
    return overTcp(await dial({ ...tcpOptions(options), server }, signal), options.domain);
  } catch (error) {
    return note(error);
  }
}

async function reachFound(
  options: ReachOptions,
  paths: Paths,
  signal: AbortSignal,
  note: Note,
): Promise<Reached | Problem> {
  const key = keyOf(options);
  const first = paths.first(key);
  if (first !== undefined) {
    try {
      return await reachWeb(first, options, limited(options, signal));
    } catch (error) {
      note(error);
      paths.failed(key);
    }
  }
  let reason: Problem;
  try {
    const reached = overTcp(await dial(tcpOptions(options), signal), options.domain);
    paths.workedDirectly(key);
    return reached;
  } catch (error) {
    reason = note(error);
  }
  if (!BLOCKED.has(reason.code) || !hasPlace(reason, options.domain)) return reason;
  return (await overWeb(options, paths, limited(options, signal), note)) ?? reason;
}

/** The first of the domain's ways over the web that leads somewhere; `undefined` when none does. */
async function overWeb(
  options: ReachOptions,
  paths: Paths,
  signal: AbortSignal,
  note: Note,
): Promise<Reached | undefined> {
  for (const way of await waysOf(options, paths, signal).catch((error: unknown) => [note(error)])) {
    if (!('url' in way)) break;
    try {
      const reached = await reachWeb(way, options, signal);
      paths.workedOver(keyOf(options), way);
      return reached;
    } catch (error) {
      const { code, detail } = note(error);
      options.log?.('no-way', { kind: way.kind, code, detail });
      if (signal.aborted) break;
    }
  }
  return undefined;
}

async function waysOf(options: ReachOptions, paths: Paths, signal: AbortSignal): Promise<WebWay[]> {
  const { domain } = options;
  const known = paths.discovered(domain);
  const found = known ?? (await abortable(askHostMeta(domain, options, signal), signal));
  if (known === undefined) paths.keep(domain, found);
  return [...found.websocket, ...found.bosh].map((url) => ({ ...wayTo(url), isPublicOnly: found.isPublic }));
}

function wayTo(url: string): WebWay {
  return { kind: /^wss?:/i.test(url) ? 'websocket' : 'bosh', url };
}

async function reachWeb(
  { kind, url, isPublicOnly = false }: WebWay,
  options: ReachOptions,
  signal: AbortSignal,
): Promise<Reached> {
  const reachKind = kind === 'websocket' ? reachWebSocket : reachBosh;
  return await reachKind(url, options.domain, { ...options, isPublicOnly }, signal);
}

function overTcp(secured: Secured, domain: string): Reached {
  const { socket, isDirect } = secured;
  const tlsVersion = socket.getProtocol();
  return {
    transport: isDirect ? 'direct-tls' : 'starttls',
    ...(tlsVersion !== null && { tlsVersion }),
    cipher: socket.getCipher().name,
    secured,
    start: (events) => new Connection(socket, domain, events),
    abandon: () => {
      socket.destroy();
    },
  };
}

function tcpOptions({ server: _server, ...rest }: ReachOptions): DialOptions {
  return rest;
}

function limited({ domain }: ReachOptions, signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, timeLimit(WEB, domain)]);
}

/** Another proxy is another way out. */
function keyOf({ account, proxy }: ReachOptions): string {
  return proxy === undefined ? account : `${account} ${proxy.kind} ${proxy.host}:${String(proxy.port)}`;
}
