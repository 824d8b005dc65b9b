/** What a negotiation needs to know of us and of the connection that it runs on. */
import { localOf } from '../../shared/jid.ts';
import { bindingsOf, versionCode } from './auth/binding.ts';
import type { NegotiationOptions } from './negotiation.ts';
import type { Secured } from './transport/tls.ts';
import type { ConnectOptions } from './wire.ts';

/**
 * @param secured the TLS connection with the server itself; over the web there is none that both sides know of, because
 * much stands between a web server and the rest of it, and a binding to the wrong connection would be a wrong password
 */
export function negotiationOptions(
  options: ConnectOptions,
  domain: string,
  secured: Secured | undefined,
): NegotiationOptions {
  const { address, password, certificate, scramSeen, resume, memory, invalidatesToken } = options;
  return {
    address,
    username: localOf(address) ?? '',
    domain,
    ...(password !== undefined && { password }),
    ...(certificate !== undefined && { certificate }),
    scramSeen,
    ...(resume !== undefined && { resume }),
    ...(invalidatesToken !== undefined && { invalidatesToken }),
    memory,
    bindings: secured === undefined ? [] : bindingsOf(secured),
    tls: secured && versionCode(secured.socket),
  };
}
