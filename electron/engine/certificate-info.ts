/** What may be shown of a certificate to sign in with, and whether it is for an address. Pure. */
import { X509Certificate } from 'node:crypto';
import type { ClientCertificateInfo } from '../../shared/contract.ts';
import type { BareJid } from '../../shared/jid.ts';
import { addressesOf, mayBeFor } from '../xmpp/auth/client-certificate.ts';

/** A certificate may hold anything, of any length; the person sees the beginning. */
const MOST_ADDRESSES = 20;
const LONGEST = 500;

/** @param pem the certificate, perhaps with others after it; `undefined` for what is none */
export function certificateInfo(pem: string): ClientCertificateInfo | undefined {
  const certificate = readCertificate(pem);
  if (certificate === undefined) return undefined;
  const { subject, issuer, validFrom, validTo } = certificate;
  return {
    subject: nameOf(subject),
    issuer: nameOf(issuer),
    addresses: addressesOf(certificate)
      .slice(0, MOST_ADDRESSES)
      .map((address) => address.slice(0, LONGEST)),
    validFrom: Math.max(0, Date.parse(validFrom) || 0),
    validTo: Math.max(0, Date.parse(validTo) || 0),
  };
}

/** True unless the certificate names addresses, and this is none of them: then the server would say no. */
export function isCertificateFor(pem: string, address: BareJid): boolean {
  const certificate = readCertificate(pem);
  return certificate !== undefined && mayBeFor(certificate, address);
}

function readCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined; // kept by something else than this program
  }
}

/** Node writes one attribute on each line; the common name is what people know. */
function nameOf(name: string | undefined): string {
  const lines = (name ?? '').split('\n');
  const common = lines.find((line) => line.startsWith('CN='));
  return (common?.slice(3) ?? lines.join(', ')).slice(0, LONGEST);
}
