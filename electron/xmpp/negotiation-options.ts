/** What a negotiation needs to know of us and of the connection that it runs on. */
import { localOf } from '../../shared/jid.ts';
import { bindingsOf, versionCode } from './auth/binding.ts';
import type { NegotiationOptions } from './negotiation.ts';
import type { StreamOptions } from './stream-options.ts';
import type { Reached } from './transport/transport.ts';

/**
 * Over the web there is no TLS connection that both sides know of, because much stands between a web server and the rest
 * of it, and a binding to the wrong connection would look like a wrong password.
 */
export function negotiationOptions(
  options: StreamOptions,
  domain: string,
  { transport, secured }: Pick<Reached, 'transport' | 'secured'>,
): NegotiationOptions {
  const { address, password, certificate, scramSeen, resume, memory, invalidatesToken } = options;
  const carrier = carrierOf(transport);
  const mayResume = carrier !== undefined && carrier === (resume?.carrier ?? 'tcp');
  return {
    address,
    username: localOf(address) ?? '',
    domain,
    ...(password !== undefined && { password }),
    ...(certificate !== undefined && { certificate }),
    scramSeen,
    ...(resume !== undefined && mayResume && { resume }),
    ...(carrier === undefined && { isPassing: true }),
    ...(invalidatesToken !== undefined && { invalidatesToken }),
    memory,
    bindings: secured === undefined ? [] : bindingsOf(secured),
    tls: secured && versionCode(secured.socket),
  };
}

/**
 * What a session over this transport can be resumed over, `undefined` when over nothing. Prosody 0.12 resumes a session of
 * WebSocket over TCP, and the other way round, but goes on in the framing of before; over BOSH it never answers.
 */
function carrierOf(transport: Reached['transport']): 'tcp' | 'websocket' | undefined {
  if (transport === 'bosh') return undefined;
  return transport === 'websocket' ? 'websocket' : 'tcp';
}
