/**
 * Connects to a host by whichever of its addresses answers first (happy eyeballs, RFC 8305 §4–5; XEP-0495), so that
 * a broken IPv6 costs a quarter of a second and not the connection. Plain TCP only.
 */
import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import { ConnectionProblem, problem, systemCode } from '../problem.ts';
import type { Problem } from '../../../shared/contract.ts';
import { abortable } from './deadline.ts';
import type { Network } from './network.ts';
import { isLocalhost, isOnion } from './special-names.ts';

/** RFC 8305 §8: the recommended Connection Attempt Delay, in milliseconds. */
const ATTEMPT_DELAY = 250;

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
  const addresses = await abortable(addressesOf(host, network), signal);
  return await new Promise<Socket>((resolve, reject) => {
    const attempts = new Set<Socket>();
    const waiting = [...addresses];
    let timer: NodeJS.Timeout | undefined;
    let firstError: unknown;
    const finish = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      for (const attempt of attempts) attempt.destroy();
      attempts.clear();
    };
    const abort = (): void => {
      finish();
      reject(signal.reason as Error);
    };
    const next = (): void => {
      clearTimeout(timer);
      const address = waiting.shift();
      if (address === undefined) {
        if (attempts.size > 0) return;
        finish();
        reject(new ConnectionProblem(problemOfConnect(firstError, host, network)));
        return;
      }
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
        firstError ??= error;
        next();
      });
      timer = setTimeout(next, ATTEMPT_DELAY);
    };
    signal.addEventListener('abort', abort);
    next();
  });
}

async function addressesOf(host: string, network: Network): Promise<string[]> {
  const literal = host.replace(/^\[|\]$/g, '');
  if (isIP(literal) !== 0) return [literal];
  // RFC 7686 §2: a look-up would tell everybody on the way which service is wanted, and find nothing.
  if (isOnion(host)) throw new ConnectionProblem(problem('onion', host));
  if (isLocalhost(host)) return ['127.0.0.1', '::1'];
  try {
    const found = await network.lookup(host);
    if (found.length > 0) return interleave(found);
    throw new ConnectionProblem(problem('unknown-host', host));
  } catch (error) {
    if (error instanceof ConnectionProblem) throw error;
    throw new ConnectionProblem(problemOfLookup(error, host, network));
  }
}

/** RFC 8305 §4: the families alternate, beginning with that of the most preferred address. */
function interleave(found: readonly { address: string; family: number }[]): string[] {
  const preferred = found.filter(({ family }) => family === found[0]?.family);
  const other = found.filter(({ family }) => family !== found[0]?.family);
  return preferred
    .flatMap((address, index) => [address, ...other.slice(index, index + 1)])
    .concat(other.slice(preferred.length))
    .map(({ address }) => address);
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
