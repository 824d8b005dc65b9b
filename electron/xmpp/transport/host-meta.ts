/**
 * Asks a domain over the web where else it can be reached (XEP-0156 1.4.0, RFC 6415). Only TLS with the domain's own
 * certificate makes the answer worth anything; records of the name system prove nothing and are not asked.
 */
import { ConnectionProblem, problem } from '../problem.ts';
import * as xep0156 from '../xep/xep0156.ts';
import type { AlternativeConnections } from '../xep/xep0156.ts';
import { networkName } from './certificate.ts';
import { readDocument } from './document.ts';
import { fetchBytes } from './fetch-text.ts';
import { StreamViolation } from './parser.ts';
import type { ParserLimits } from './parser.ts';
import type { Route } from './route.ts';

/** What a domain says. */
export interface Discovered extends AlternativeConnections {
  /** Said by a place on the public Internet: the ways have to lead there, too. */
  readonly isPublic: boolean;
}

/** A file with a few links. */
const limits: ParserLimits = { stanzaBytes: 64 * 1024, depth: 16, attributes: 32, elements: 500 };

const FORMS: readonly {
  readonly file: string;
  readonly accept: string;
  readonly read: (bytes: Buffer) => AlternativeConnections | undefined;
}[] = [
  {
    file: 'host-meta',
    accept: 'application/xrd+xml',
    read: (bytes) => xep0156.read(readDocument(bytes, limits)),
  },
  {
    file: 'host-meta.json',
    accept: 'application/json',
    read: (bytes) => xep0156.readJson(bytes.toString('utf8')),
  },
];

/**
 * The ways over the web that the domain names; none of either kind when it names none.
 * @throws ConnectionProblem when the domain's web server is not reached or not trusted; the reason of the signal
 */
export async function askHostMeta(domain: string, route: Route, signal: AbortSignal): Promise<Discovered> {
  const host = networkName(domain);
  for (const { file, accept, read } of FORMS) {
    try {
      const address = `https://${host.includes(':') ? `[${host}]` : host}/.well-known/${file}`;
      const { bytes, isPublic } = await fetchBytes(
        address,
        { limit: limits.stanzaBytes, accept },
        route,
        signal,
      );
      const found = read(bytes);
      if (found !== undefined && found.websocket.length + found.bosh.length > 0)
        return { ...found, isPublic };
    } catch (error) {
      // A web server that has no such file, or a broken one, says nothing against the other form.
      const isAnswered = error instanceof ConnectionProblem && error.problem.code === 'protocol';
      if (!isAnswered && !(error instanceof StreamViolation)) throw error;
    }
  }
  return { websocket: [], bosh: [], isPublic: true };
}

/** The problem of a domain that names no way over the web. */
export function noWay(domain: string): ConnectionProblem {
  return new ConnectionProblem(problem('unreachable', domain, 'the domain names no address on the web'));
}
