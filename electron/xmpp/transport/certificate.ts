/**
 * Judges the certificate of a server against the domain of the address, and describes one that fails so that a person
 * can decide. It never looks at the host that was dialled: an SRV record or a redirect proves nothing (RFC 6120
 * §13.7.2, CVE-2014-5075, CVE-2022-45197).
 */
import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { Certificate } from '../../../shared/contract.ts';
import { asciiDomain } from '../../../shared/jid.ts';

/** A domain as DNS and certificates write it: A-labels, or an IP address without brackets. */
export function networkName(domain: string): string {
  const literal = domain.replace(/^\[|\]$/g, '');
  return isIP(literal) === 0 ? asciiDomain(domain) : literal;
}

/** SHA-256 of the DER encoding, in lower-case hex. */
export function fingerprintOf(certificate: X509Certificate): string {
  return certificate.fingerprint256.replaceAll(':', '').toLowerCase();
}

/**
 * What is wrong with the certificate for this domain, or `undefined` when it may be trusted.
 * @param chainError the verification code of OpenSSL for the chain, `undefined` when the chain is good
 * @param now milliseconds since 1970
 */
export function faultOf(
  certificate: X509Certificate,
  domain: string,
  chainError: string | undefined,
  now: number,
): Certificate['reason'] | undefined {
  if (now < Date.parse(certificate.validFrom)) return 'not-yet-valid';
  if (now > Date.parse(certificate.validTo)) return 'expired';
  if (chainError !== undefined && chainError !== 'ERR_TLS_CERT_ALTNAME_INVALID') return reasonOf(chainError);
  return isFor(certificate, domain) ? undefined : 'wrong-name';
}

/**
 * RFC 6125 §6.4 and RFC 9525: only names of the subjectAltName count, the common name never; a wildcard stands for
 * one whole leftmost label.
 */
function isFor(certificate: X509Certificate, domain: string): boolean {
  const name = networkName(domain);
  if (isIP(name) !== 0) return certificate.checkIP(name) !== undefined;
  return certificate.checkHost(name, { subject: 'never', partialWildcards: false }) !== undefined;
}

function reasonOf(chainError: string): Certificate['reason'] {
  switch (chainError) {
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return 'self-signed';
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return 'unknown-authority';
    case 'CERT_HAS_EXPIRED':
      return 'expired';
    case 'CERT_NOT_YET_VALID':
      return 'not-yet-valid';
    default:
      return 'other';
  }
}

/** The certificate in the words of the contract. */
export function describe(certificate: X509Certificate, reason: Certificate['reason']): Certificate {
  return {
    fingerprint: fingerprintOf(certificate),
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    names: namesOf(certificate),
    validFrom: Math.max(0, Date.parse(certificate.validFrom) || 0),
    validTo: Math.max(0, Date.parse(certificate.validTo) || 0),
    reason,
  };
}

function oneLine(name: string | undefined): string {
  return (name ?? '').split('\n').join(', ').slice(0, MAXIMUM_TEXT);
}

/** A certificate may hold anything, of any length; the person sees the beginning. */
const MAXIMUM_NAMES = 100;
const MAXIMUM_TEXT = 500;

function namesOf(certificate: X509Certificate): string[] {
  return (certificate.subjectAltName ?? '')
    .split(', ')
    .flatMap((entry) => /^(?:DNS|IP Address):(.+)$/.exec(entry)?.[1] ?? [])
    .slice(0, MAXIMUM_NAMES);
}
