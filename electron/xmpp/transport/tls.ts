/**
 * Puts TLS over a connected socket and lets nobody speak on it until the certificate is accepted: by the chain and the
 * domain of the address, or because the person pinned exactly this certificate.
 */
import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { ConnectionProblem, problem, problemOf, problemOfSocket, systemCode } from '../problem.ts';
import type { Problem } from '../../../shared/contract.ts';
import { secureOptions } from '../auth/client-certificate.ts';
import type { ClientCertificate } from '../wire.ts';
import { describe, faultOf, fingerprintOf, networkName } from './certificate.ts';
import { Gate } from './gate.ts';

/** A connection on which TLS stands, with the certificate that was accepted. */
export interface Secured {
  readonly socket: TLSSocket;
  readonly certificate: X509Certificate;
  /** TLS from the first byte. */
  readonly isDirect: boolean;
}

export interface TlsOptions {
  /** The domain of the address; decides the name that is asked for (SNI) and the name that is checked. */
  readonly domain: string;
  /** TLS from the first byte (XEP-0368), announced by ALPN. */
  readonly isDirect: boolean;
  /** Another domain whose certificate will do as well; nothing is asked for in its name. */
  readonly orDomain?: string;
  /** What is spoken inside, by ALPN, when it is not a stream of XMPP. */
  readonly protocol?: 'http/1.1';
  readonly pins: readonly string[];
  /** PEM certificates of the only authorities to trust, instead of the usual ones. */
  readonly ca?: readonly string[];
  /** Shown when the server asks for it, after its own certificate was accepted. */
  readonly client?: ClientCertificate;
}

/**
 * A TLS connection over `socket` whose certificate is accepted. The socket is destroyed when this fails.
 * @throws ConnectionProblem `certificate` with the whole description, or `tls-failed`
 */
export async function startTls(socket: Socket, options: TlsOptions, signal: AbortSignal): Promise<Secured> {
  signal.throwIfAborted();
  const { domain } = options;
  const gate = options.client === undefined ? undefined : new Gate(socket);
  const secured = greet(gate ?? socket, options);
  let presented: X509Certificate | undefined;
  const refused = new AbortController();
  // The one moment between the server's certificate and ours, in TLS 1.2 and 1.3: OpenSSL asks for a stapled OCSP
  // response whether or not there is one. To destroy the socket in here would crash Node: the gate just stays closed.
  secured.on('OCSPResponse', () => {
    presented = secured.getPeerX509Certificate();
    const refusal =
      presented === undefined
        ? problem('tls-failed', domain, 'the server presented no certificate')
        : judge(presented, chainErrorSoFar(secured), options);
    if (refusal === undefined) gate?.open();
    else setImmediate(() => refused.abort(new ConnectionProblem(refusal)));
  });
  // Stays for the life of the socket: an error without a listener would end the process.
  secured.on('error', () => undefined);
  try {
    await handshake(secured, domain, AbortSignal.any([signal, refused.signal]));
    // A renegotiation could present another certificate after this one was judged.
    secured.disableRenegotiation();
    // Asked once: Node hands the certificate out only the first time.
    const certificate = presented ?? secured.getPeerX509Certificate();
    if (certificate === undefined) {
      throw new ConnectionProblem(problem('tls-failed', domain, 'the server presented no certificate'));
    }
    // Typed as an error, but the code is what arrives. An unauthorized socket without one is refused all the same.
    const failure: unknown = secured.authorizationError;
    const chainError = secured.authorized ? undefined : systemCode(failure) || String(failure);
    const refusal = judge(certificate, chainError, options);
    if (refusal !== undefined) throw new ConnectionProblem(refusal);
    return { socket: secured, certificate, isDirect: options.isDirect };
  } catch (error) {
    secured.destroy();
    socket.destroy();
    throw error;
  }
}

/** Begins the handshake. @throws ConnectionProblem `tls-failed` when our own certificate cannot be read */
function greet(socket: Duplex, { domain, isDirect, protocol, ca, client }: TlsOptions): TLSSocket {
  const name = networkName(domain);
  try {
    return connect({
      socket,
      // Server Name Indication carries names only (RFC 6066 §3).
      servername: isIP(name) === 0 ? name : '',
      minVersion: 'TLSv1.2',
      // Judged later, where a failure can be described; Node would only throw the description away.
      rejectUnauthorized: false,
      ...(isDirect ? { ALPNProtocols: [protocol ?? 'xmpp-client'] } : {}),
      ...(ca === undefined ? {} : { ca: [...ca] }),
      ...(client === undefined ? {} : { ...secureOptions(client), requestOCSP: true }),
    });
  } catch (error) {
    socket.destroy();
    throw new ConnectionProblem(problemOf(error, 'tls-failed', domain));
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
      settle(new ConnectionProblem(problemOfSocket(error, 'tls-failed', domain)));
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

/**
 * What OpenSSL thinks of the chain while the handshake still goes on, when nothing public tells: the method that Node's
 * own `secureConnect` uses. Should it ever be gone, the certificate counts as refused.
 */
function chainErrorSoFar(secured: TLSSocket): string | undefined {
  const { _handle: handle } = secured as unknown as { _handle?: { verifyError?: () => Error | null } };
  if (handle?.verifyError === undefined) return 'UNKNOWN';
  const error = handle.verifyError();
  return error === null ? undefined : systemCode(error) || error.message;
}

/** @param chainError what OpenSSL has against the chain */
function judge(
  certificate: X509Certificate,
  chainError: string | undefined,
  { domain, orDomain, pins }: TlsOptions,
): Problem | undefined {
  if (pins.includes(fingerprintOf(certificate))) return undefined;
  const reason = faultOf(certificate, domain, chainError, Date.now());
  if (reason === undefined) return undefined;
  if (orDomain !== undefined && faultOf(certificate, orDomain, chainError, Date.now()) === undefined)
    return undefined;
  return { ...problem('certificate', domain, chainError), certificate: describe(certificate, reason) };
}
