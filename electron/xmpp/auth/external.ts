/**
 * EXTERNAL (RFC 4422 appendix A; XEP-0178 1.2 #c2s): the client certificate of the TLS connection says who we are. The
 * server proves itself by its own certificate only, before it sees ours.
 */
import { X509Certificate } from 'node:crypto';
import { readBareJid } from '../../../shared/jid.ts';
import { ConnectionProblem, problem } from '../problem.ts';
import { addressesOf } from './client-certificate.ts';
import type { Mechanism } from './mechanism.ts';

/** @param certificate PEM */
export function createExternal(address: string, domain: string, certificate: string): Mechanism {
  return {
    name: 'EXTERNAL',
    isStrong: true,
    isBound: true,
    start: () => Buffer.from(isOnlyAddress(certificate, address) ? '' : address),
    respond: () =>
      Promise.reject(new ConnectionProblem(problem('protocol', domain, 'EXTERNAL has no challenge'))),
    finish: () => undefined,
  };
}

/** XEP-0178 1.2 #c2s, step 10: with this one address in the certificate no other may be asked for. */
function isOnlyAddress(pem: string, address: string): boolean {
  const addresses = addressesOf(new X509Certificate(pem));
  return addresses.length === 1 && readBareJid(addresses[0] ?? '') === address;
}
