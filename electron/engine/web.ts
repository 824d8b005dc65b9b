/**
 * HTTP as an account speaks it: by its proxy if it has one, with certificates verified, and never into a private network
 * because somebody else named an address there. Our own server may live in one.
 */
import { domainOf } from '../../shared/jid.ts';
import { networkName } from '../xmpp/transport/certificate.ts';
import type { HttpClient } from '../xmpp/transport/http.ts';
import type { Account } from './account.ts';
import { TransferProblem } from './transfer-problem.ts';

/** A client for the place of this address. @throws TransferProblem `not-allowed` when nothing is to be fetched at all */
export function webFor(account: Account, address: string): HttpClient {
  const { proxy, pins } = account.record();
  const isOwn = isOf(new URL(address).hostname, networkName(domainOf(account.address)));
  const client = account.profile.host.web?.({
    ...(proxy !== undefined && { proxy }),
    // The person trusted that certificate for this server, and for no other.
    pins: isOwn ? pins : [],
    isPublicOnly: !isOwn,
  });
  if (client === undefined) throw new TransferProblem('not-allowed', 'there is no web here');
  return client;
}

/** True for a domain itself, and for those below it. */
function isOf(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`);
}
