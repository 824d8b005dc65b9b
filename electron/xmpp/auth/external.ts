/**
 * EXTERNAL (RFC 4422 appendix A; XEP-0178 1.2 #c2s): the client certificate of the TLS connection says who we are. The
 * server proves itself by its own certificate only, before it sees ours.
 */
import { X509Certificate } from 'node:crypto';
import { readBareJid } from '../../../shared/jid.ts';
import { ConnectionProblem, problem } from '../problem.ts';
import type { Mechanism } from './mechanism.ts';

/** id-on-xmppAddr (RFC 6120 §13.7.1.4) in DER, up to the length of the UTF8String; Node does not tell these names. */
const XMPP_ADDRESS = Buffer.from('06082b06010505070805', 'hex');
/** The context tag with its length, the tag UTF8String, and its length in one byte: addresses longer than 127 do not count. */
const BEFORE_TEXT = 4;

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
  const { raw } = new X509Certificate(pem);
  const addresses: string[] = [];
  for (let at = raw.indexOf(XMPP_ADDRESS); at >= 0; at = raw.indexOf(XMPP_ADDRESS, at + 1)) {
    const text = at + XMPP_ADDRESS.length + BEFORE_TEXT;
    addresses.push(raw.subarray(text, text + (raw[text - 1] ?? 0)).toString());
  }
  return addresses.length === 1 && readBareJid(addresses[0] ?? '') === address;
}
