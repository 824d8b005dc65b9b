/**
 * Connects to a host by whichever of its addresses answers first (happy eyeballs, RFC 8305 §4–5; XEP-0495), so that
 * a broken IPv6 costs a quarter of a second and not the connection. Plain TCP only.
 */
import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import { ConnectionProblem, problem, systemCode } from '../problem.ts';
import type { Problem } from '../../../shared/contract.ts';
import type { Network } from './network.ts';
import { isLocalhost, isOnion } from './special-names.ts';

/** RFC 8305 §8: the recommended Connection Attempt Delay and Resolution Delay, in milliseconds. */
const ATTEMPT_DELAY = 250;
const RESOLUTION_DELAY = 50;

type Family = 4 | 6;

/**
 * A connected socket to `host`, by a race between its addresses.
 * @throws ConnectionProblem `unknown-host`, `unreachable`, `timeout`, `offline` or `onion`; the signal's reason
 * when aborted
 */
export async function connectToHost(
  host: string,
  port: number,
  network: Network,
  signal: AbortSignal,
): Promise<Socket> {
  signal.throwIfAborted();
  const known = knownAddresses(host);
  return await new Promise<Socket>((resolve, reject) => {
    const addresses = new Addresses();
    const attempts = new Set<Socket>();
    let lookups = 0;
    let isIdle = true;
    let timer: NodeJS.Timeout | undefined;
    let failure: Problem | undefined;
    const finish = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      lookups = -1; // whatever is found from now on comes too late
      for (const attempt of attempts) attempt.destroy();
      attempts.clear();
    };
    const abort = (): void => {
      finish();
      reject(signal.reason as Error);
    };
    const next = (): void => {
      clearTimeout(timer);
      const address = addresses.take();
      isIdle = address === undefined;
      if (address !== undefined) attempt(address);
      else if (attempts.size === 0 && lookups === 0) {
        finish();
        reject(new ConnectionProblem(failure ?? problem('unknown-host', host)));
      }
    };
    const attempt = (address: string): void => {
      const socket = network.connect(address, port);
      attempts.add(socket);
      socket.once('connect', () => {
        attempts.delete(socket);
        finish();
        resolve(socket);
      });
      // Stays on the winner as well: an error without a listener would end the process.
      socket.on('error', (error) => {
        if (!attempts.delete(socket)) return;
        failure = problemOfConnect(error, host, network);
        next();
      });
      timer = setTimeout(next, ATTEMPT_DELAY);
    };
    const find = (family: Family): void => {
      lookups += 1;
      const settle = (): void => {
        if (lookups < 0) return;
        lookups -= 1;
        if (!isIdle) return;
        // RFC 8305 §3: IPv6 may come a moment later than IPv4, and be tried first nevertheless.
        if (family === 4 && lookups > 0) timer = setTimeout(next, RESOLUTION_DELAY);
        else next();
      };
      network.lookup(host, family).then(
        (found) => {
          for (const each of found) addresses.add(each.address);
          settle();
        },
        (error: unknown) => {
          failure ??= problemOfLookup(error, host, network);
          settle();
        },
      );
    };
    signal.addEventListener('abort', abort);
    if (known === undefined) {
      // One by one: a name server that never answers for IPv6 shall not cost IPv4 its time.
      find(6);
      find(4);
    } else {
      for (const address of known) addresses.add(address);
      next();
    }
  });
}

/** What needs no look-up. @throws ConnectionProblem `onion` */
function knownAddresses(host: string): string[] | undefined {
  const literal = host.replace(/^\[|\]$/g, '');
  if (isIP(literal) !== 0) return [literal];
  // RFC 7686 §2: a look-up would tell everybody on the way which service is wanted, and find nothing.
  if (isOnion(host)) throw new ConnectionProblem(problem('onion', host));
  return isLocalhost(host) ? ['127.0.0.1', '::1'] : undefined;
}

/** RFC 8305 §4: the families alternate, beginning with IPv6. No address is handed out twice. */
class Addresses {
  readonly #seen = new Set<string>();
  readonly #waiting: string[] = [];
  #last: number = 4;

  add(address: string): void {
    if (!this.#seen.has(address)) this.#waiting.push(address);
    this.#seen.add(address);
  }

  take(): string | undefined {
    const other = this.#waiting.findIndex((address) => isIP(address) !== this.#last);
    const [address] = this.#waiting.splice(Math.max(other, 0), 1);
    if (address !== undefined) this.#last = isIP(address);
    return address;
  }
}

function problemOfLookup(error: unknown, host: string, network: Network): Problem {
  if (!network.isConnected()) return problem('offline', host);
  const code = systemCode(error);
  const isMissing = code === 'ENOTFOUND' || code === 'ENODATA';
  return problem(isMissing ? 'unknown-host' : 'unreachable', host, `name lookup: ${code || String(error)}`);
}

function problemOfConnect(error: unknown, host: string, network: Network): Problem {
  const code = systemCode(error);
  if (code === 'ETIMEDOUT') return problem('timeout', host, code);
  const isRouting = ['ENETUNREACH', 'EHOSTUNREACH', 'EADDRNOTAVAIL', 'ENETDOWN'].includes(code);
  if (isRouting && !network.isConnected()) return problem('offline', host, code);
  return problem('unreachable', host, code || String(error));
}
