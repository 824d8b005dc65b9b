/**
 * Puts TLS over a connected socket and lets nobody speak on it until the certificate is accepted: by the chain and the
 * domain of the address, or because the person pinned exactly this certificate.
 */
import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { ConnectionProblem, problem, systemCode } from '../problem.ts';
import type { Problem } from '../../../shared/contract.ts';
import { describe, faultOf, fingerprintOf, networkName } from './certificate.ts';

/** A connection on which TLS stands, with the certificate that was accepted. */
export interface Secured {
  readonly socket: TLSSocket;
  readonly certificate: X509Certificate;
}

export interface TlsOptions {
  /** The domain of the address; decides the name that is asked for (SNI) and the name that is checked. */
  readonly domain: string;
  /** TLS from the first byte (XEP-0368), announced by ALPN. */
  readonly isDirect: boolean;
  readonly pins: readonly string[];
  /** PEM certificates of the only authorities to trust, instead of the usual ones. */
  readonly ca?: readonly string[];
}

/**
 * A TLS connection over `socket` whose certificate is accepted. The socket is destroyed when this fails.
 * @throws ConnectionProblem `certificate` with the whole description, or `tls-failed`
 */
export async function startTls(socket: Socket, options: TlsOptions, signal: AbortSignal): Promise<Secured> {
  signal.throwIfAborted();
  const { domain } = options;
  const name = networkName(domain);
  const secured = connect({
    socket,
    // Server Name Indication carries names only (RFC 6066 §3).
    servername: isIP(name) === 0 ? name : '',
    minVersion: 'TLSv1.2',
    // Judged below, where a failure can be described; Node would only throw the description away.
    rejectUnauthorized: false,
    ...(options.isDirect ? { ALPNProtocols: ['xmpp-client'] } : {}),
    ...(options.ca === undefined ? {} : { ca: [...options.ca] }),
  });
  // Stays for the life of the socket: an error without a listener would end the process.
  secured.on('error', () => undefined);
  try {
    await handshake(secured, domain, signal);
    // A renegotiation could present another certificate after this one was judged.
    secured.disableRenegotiation();
    // Asked once: Node hands the certificate out only the first time.
    const certificate = secured.getPeerX509Certificate();
    if (certificate === undefined) {
      throw new ConnectionProblem(problem('tls-failed', domain, 'the server presented no certificate'));
    }
    const refusal = judge(certificate, secured, options);
    if (refusal !== undefined) throw new ConnectionProblem(refusal);
    return { socket: secured, certificate };
  } catch (error) {
    secured.destroy();
    socket.destroy();
    throw error;
  }
}

async function handshake(secured: TLSSocket, domain: string, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const settle = (outcome?: Error): void => {
      secured.off('secureConnect', onSecure).off('error', onError).off('close', onClose);
      signal.removeEventListener('abort', onAbort);
      if (outcome === undefined) resolve();
      else reject(outcome);
    };
    const onSecure = (): void => {
      settle();
    };
    const onError = (error: Error): void => {
      settle(new ConnectionProblem(problem('tls-failed', domain, systemCode(error) || error.message)));
    };
    const onClose = (): void => {
      settle(new ConnectionProblem(problem('tls-failed', domain, 'closed during the TLS handshake')));
    };
    const onAbort = (): void => {
      settle(signal.reason as Error);
    };
    secured.on('secureConnect', onSecure).on('error', onError).on('close', onClose);
    signal.addEventListener('abort', onAbort);
  });
}

function judge(
  certificate: X509Certificate,
  secured: TLSSocket,
  { domain, pins }: TlsOptions,
): Problem | undefined {
  if (pins.includes(fingerprintOf(certificate))) return undefined;
  // Typed as an error, but the code is what arrives. An unauthorized socket without one is refused all the same.
  const failure: unknown = secured.authorizationError;
  const chainError = secured.authorized ? undefined : systemCode(failure) || String(failure);
  const reason = faultOf(certificate, domain, chainError, Date.now());
  if (reason === undefined) return undefined;
  return { ...problem('certificate', domain, chainError), certificate: describe(certificate, reason) };
}
