/**
 * Where a domain's XMPP server is: SRV records of both services merged and put in order (RFC 6120 §3.2, RFC 2782,
 * XEP-0368 1.1.0 §3). It looks names up and connects to nothing.
 */
import type { SrvRecord } from 'node:dns';
import { isIP } from 'node:net';
import { ConnectionProblem, problem } from '../problem.ts';
import type { TcpAddress } from '../wire.ts';
import type { Network } from './network.ts';
import { isLocalhost, isOnion } from './special-names.ts';

/** Registered port of client connections (RFC 6120 §14.7). */
const CLIENT_PORT = 5222;

/** How long to wait for the second answer, in milliseconds. */
const GRACE = 250;

interface Candidate extends SrvRecord {
  readonly security: TcpAddress['security'];
}

/**
 * The places to try for a domain, best first.
 * @param random numbers in [0, 1), for the choice by weight
 * @throws ConnectionProblem `unreachable` when the domain says that it offers no such service, `onion` for names of Tor
 */
export async function findTargets(
  domain: string,
  network: Pick<Network, 'resolveSrv'>,
  random: () => number = Math.random,
): Promise<TcpAddress[]> {
  const fallback = placeWithoutRecords(domain);
  if (isOnion(domain)) throw new ConnectionProblem(problem('onion', domain));
  // RFC 6120 §3.2.3: addresses are used as they are. RFC 6761 §6.3: `localhost` never goes to a name server.
  if (isIP(domain.replace(/^\[|\]$/g, '')) !== 0 || isLocalhost(domain)) return [fallback];
  const [direct = [], starttls = []] = await bothOrSoon(
    recordsOf(`_xmpps-client._tcp.${domain}`, network),
    recordsOf(`_xmpp-client._tcp.${domain}`, network),
  );
  const targets = inOrder(
    [
      ...direct.map((record): Candidate => ({ ...record, security: 'direct' })),
      ...starttls.map((record): Candidate => ({ ...record, security: 'starttls' })),
    ].filter(({ name }) => !isRefusal(name)),
    random,
  );
  if (targets.length > 0) return targets.map(({ name, port, security }) => ({ host: name, port, security }));
  // RFC 2782: "." says that the service is decidedly not available; RFC 6120 §3.2.1: then there is no fallback.
  if (starttls.length === 0) return [fallback];
  throw new ConnectionProblem(
    problem('unreachable', domain, 'the domain says that it offers no XMPP service'),
  );
}

/** RFC 6120 §3.2.2: where to try when no record tells. */
export function placeWithoutRecords(domain: string): TcpAddress {
  return { host: domain, port: CLIENT_PORT, security: 'starttls' };
}

/** Both answers; once one of them names a place, the other has little time left. */
async function bothOrSoon(...asked: [Promise<SrvRecord[]>, Promise<SrvRecord[]>]): Promise<SrvRecord[][]> {
  const answers: SrvRecord[][] = [[], []];
  return await new Promise((resolve) => {
    let missing = asked.length;
    asked.forEach((answer, index) => {
      void answer.then((records) => {
        answers[index] = records;
        missing -= 1;
        if (missing === 0) resolve(answers);
        else if (records.some(({ name }) => !isRefusal(name))) setTimeout(resolve, GRACE, answers);
      });
    });
  });
}

function isRefusal(name: string): boolean {
  return name === '' || name === '.';
}

/** RFC 6120 §3.2.1: without an answer, whatever the reason, the fallback is tried. */
async function recordsOf(name: string, network: Pick<Network, 'resolveSrv'>): Promise<SrvRecord[]> {
  return await network.resolveSrv(name).catch((): SrvRecord[] => []);
}

/** RFC 2782: by priority, and at random in proportion to the weight within one priority. */
function inOrder(candidates: readonly Candidate[], random: () => number): Candidate[] {
  const rest = candidates.toSorted((a, b) => a.priority - b.priority || a.weight - b.weight);
  const ordered: Candidate[] = [];
  while (rest.length > 0) {
    const priority = rest[0]?.priority;
    const equals = rest.filter((candidate) => candidate.priority === priority);
    let remaining = random() * equals.reduce((sum, { weight }) => sum + weight, 0);
    const chosen = equals.findIndex(({ weight }) => (remaining -= weight) <= 0);
    ordered.push(...rest.splice(Math.max(chosen, 0), 1));
  }
  return ordered;
}
