/**
 * Fetches a small text from the web: `https:` all the way, a few redirects, a limit. It sends nothing but the address,
 * and no public place can send it to a private one.
 */
import { ConnectionProblem, problem } from '../problem.ts';
import { HttpClient } from './http.ts';
import type { HttpAnswer } from './http.ts';
import { isPublicAddress, watchAddresses } from './public-address.ts';
import type { Route } from './route.ts';

/** Redirects that are followed. */
const MOST_REDIRECTS = 3;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

export interface FetchTextOptions {
  /** The longest text, in bytes. */
  readonly limit: number;
  /** Types that one would like to have. */
  readonly accept?: string;
}

export interface Fetched {
  readonly bytes: Buffer;
  /** The way led over the public Internet, as far as one can tell: what the text names has to be there as well. */
  readonly isPublic: boolean;
}

/**
 * The bytes of the text.
 * @throws ConnectionProblem; `protocol` for another status than 200, a redirect too many or to where TLS protects
 * nothing, and a text that is too long. The reason of the signal when it is aborted.
 */
export async function fetchBytes(
  address: string,
  { limit, accept }: FetchTextOptions,
  route: Route,
  signal: AbortSignal,
): Promise<Fetched> {
  // Behind a proxy nobody here knows where a name leads.
  let isPublic = route.isPublicOnly === true || route.proxy !== undefined;
  const network = watchAddresses(route.network, (address) => {
    isPublic ||= isPublicAddress(address);
  });
  const headers = accept === undefined ? {} : { accept };
  let url = new URL(address);
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    // The first place is the caller's to judge.
    const isPublicOnly = redirects === 0 ? route.isPublicOnly === true : isPublic;
    const client = new HttpClient({ ...route, network, isPublicOnly });
    try {
      const answer = await client.request(url.href, { headers }, signal);
      if (answer.status === 200) return { bytes: await answer.bytes(limit), isPublic };
      answer.discard();
      url = redirectOf(answer, url);
    } finally {
      client.close();
    }
  }
  throw new ConnectionProblem(problem('protocol', url.hostname, 'too many redirects'));
}

/** As `fetchBytes`, as text in UTF-8. */
export async function fetchText(...parameters: Parameters<typeof fetchBytes>): Promise<string> {
  return (await fetchBytes(...parameters)).bytes.toString('utf8');
}

function redirectOf({ status, headers }: HttpAnswer, url: URL): URL {
  const refusal = (detail: string): ConnectionProblem =>
    new ConnectionProblem(problem('protocol', url.hostname, detail));
  const { location } = headers;
  if (!REDIRECTS.has(status) || location === undefined) throw refusal(`HTTP ${String(status)}`);
  const target = URL.canParse(location, url.href) ? new URL(location, url.href) : undefined;
  if (target?.protocol !== 'https:') throw refusal('redirected to a place that TLS does not protect');
  return target;
}
