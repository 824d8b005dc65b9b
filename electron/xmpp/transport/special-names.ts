/**
 * Names that mean something without the domain name system, and must never be asked of it (RFC 6761). It knows them
 * in every spelling that a resolver would take for them; what is done about them is decided elsewhere.
 */
import { domainToASCII } from 'node:url';
import { asciiDomain } from '../../../shared/jid.ts';

/** RFC 6761 §6.3: this computer. */
export function isLocalhost(host: string): boolean {
  return /(^|\.)localhost\.?$/i.test(host);
}

/**
 * RFC 7686 §2: names of Tor. Both readings count, ours and that of Node, which converts every name it looks up: a
 * dot of another script must not carry the name past us.
 */
export function isOnion(host: string): boolean {
  return [host, asciiDomain(host), domainToASCII(host)].some((name) => /(^|\.)onion\.?$/i.test(name));
}
