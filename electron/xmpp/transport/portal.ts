/**
 * Tells whether the network is a captive portal, which wants the person to sign in to it with a browser first.
 *
 * The only one that is asked is the person's own domain, over plain HTTP, and only when it could not be reached in any
 * way: its name went over this network a moment ago for everybody to read, so the question gives nothing away, and no
 * third party learns that somebody is here. Nothing else is in the request, and nothing of the answer is kept.
 */
import { networkName } from './certificate.ts';
import type { HttpAnswer } from './http.ts';
import { HttpClient } from './http.ts';
import type { Problem } from '../../../shared/contract.ts';
import type { Route } from './route.ts';
import { timeLimit } from './deadline.ts';

/** Milliseconds that the question may take: a portal answers from around the corner. */
const PATIENCE = 2_000;

/** Failures of a protected connection that somebody in between is the likely reason of. */
const MEDDLING: ReadonlySet<Problem['code']> = new Set(['certificate', 'tls-failed', 'not-xmpp']);

/**
 * True when somebody else answers in the name of a host.
 * @param name the domain, or the server that was given by hand instead
 * @param failures why its server and its web server were not reached by TLS
 */
export async function isPortal(
  name: string,
  failures: readonly Problem[],
  route: Route,
  signal: AbortSignal,
): Promise<boolean> {
  const host = networkName(name);
  // Behind a proxy it is the proxy that is not reached, and around it nothing is ever asked.
  if (route.proxy !== undefined || host.includes(':') || /^[\d.]+$/.test(host)) return false;
  const client = new HttpClient(route, { isPlain: true });
  const limited = AbortSignal.any([signal, timeLimit(PATIENCE, host)]);
  try {
    const address = `http://${host}/.well-known/host-meta`;
    const answer = await client.request(address, { patience: PATIENCE }, limited);
    answer.discard();
    return isForeign(
      host,
      answer,
      failures.some(({ code }) => MEDDLING.has(code)),
    );
  } catch {
    signal.throwIfAborted();
    return false; // nobody answers: no network, but no portal either
  } finally {
    client.close();
  }
}

/** @param isMeddled true when TLS with the domain was not just unreachable, but answered by somebody else */
function isForeign(host: string, { status, headers }: HttpAnswer, isMeddled: boolean): boolean {
  // RFC 6585 §6: made for this.
  if (status === 511) return true;
  const { location = '', 'content-type': type = '' } = headers;
  if (status >= 300 && status < 400 && URL.canParse(location, `http://${host}`)) {
    return !isRelated(new URL(location, `http://${host}`).hostname, host);
  }
  // Web servers answer everything with a page, too; so this alone means nothing.
  return isMeddled && status === 200 && /^text\/html\b/i.test(type);
}

/** True for the domain itself, and for those above and below it. */
function isRelated(target: string, host: string): boolean {
  return target === host || target.endsWith(`.${host}`) || host.endsWith(`.${target}`);
}
