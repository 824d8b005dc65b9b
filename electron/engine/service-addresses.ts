/**
 * The addresses behind the names of services for calls. The page resolves no names (electron/shell/reach.ts), so that it is given
 * addresses alone. It asks nobody but the system's resolver, and for an account with a proxy not even that.
 */
import { isIP } from 'node:net';
import type { ExternalService } from '../xmpp/xep/xep0215.ts';

/** Of one name, so many addresses are tried. */
const MOST = 3;

/**
 * @param lookup the addresses of a name; absent: names stay unknown, and their services are left out
 * @returns a service for each address. Those over TLS are named by their certificate, which an address is not: they are left
 * out, and cost nothing of protection, for the media are encrypted from end to end (RFC 8656 §3.1)
 */
export async function withAddresses(
  services: readonly ExternalService[],
  lookup: ((name: string) => Promise<readonly string[]>) | undefined,
): Promise<ExternalService[]> {
  const reached = services.map(async (service) => {
    if (service.type === 'stuns' || service.type === 'turns') return [];
    if (isIP(service.host) !== 0) return [service];
    const addresses = (await lookup?.(service.host)) ?? [];
    return addresses.slice(0, MOST).map((host) => ({ ...service, host }));
  });
  return (await Promise.all(reached)).flat();
}
