/** What a negotiation needs to know of us and of the connection that it runs on. */
import { localOf } from '../../shared/jid.ts';
import { bindingsOf, versionCode } from './auth/binding.ts';
import type { NegotiationOptions } from './negotiation.ts';
import type { Secured } from './transport/tls.ts';
import type { ConnectOptions } from './wire.ts';

export function negotiationOptions(
  options: ConnectOptions,
  domain: string,
  secured: Secured,
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
    bindings: bindingsOf(secured),
    tls: versionCode(secured.socket),
  };
}
