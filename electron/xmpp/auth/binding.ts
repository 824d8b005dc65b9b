/**
 * Channel bindings: what ties an authentication to this one TLS connection (RFC 5056), so that nobody in the middle
 * can pass it on. Only bindings that are defined for the negotiated TLS version are offered.
 */
import { createHash } from 'node:crypto';
import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { Secured } from '../transport/tls.ts';

export interface ChannelBinding {
  /** Name in the IANA registry of channel-binding types. */
  readonly type: string;
  readonly data: Buffer;
}

/** The bindings that this connection has, strongest first. */
export function bindingsOf({ socket, certificate }: Secured): ChannelBinding[] {
  const bindings: (ChannelBinding | undefined)[] = [];
  const version = socket.getProtocol();
  if (version === 'TLSv1.3') {
    // RFC 9266 §2. On TLS 1.2 it needs the extended master secret, which Node does not report.
    bindings.push({
      type: 'tls-exporter',
      data: socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)),
    });
  } else if (version === 'TLSv1.2' && !socket.isSessionReused()) {
    // RFC 5929 §3: the first Finished message, which is ours in a full handshake; undefined for TLS 1.3.
    const finished = socket.getFinished();
    bindings.push(finished === undefined ? undefined : { type: 'tls-unique', data: finished });
  }
  bindings.push(serverEndPoint(certificate));
  return bindings.filter((binding) => binding !== undefined);
}

/** RFC 5929 §4.1: the certificate's hash by its own signature's hash function; SHA-256 instead of MD5 and SHA-1. */
function serverEndPoint(certificate: X509Certificate): ChannelBinding | undefined {
  const hash = /sha-?(1|224|256|384|512)(?!\d)|md5/i.exec(certificate.signatureAlgorithm ?? '');
  if (hash === null) return undefined;
  const bits = hash[1] ?? '1';
  return {
    type: 'tls-server-end-point',
    data: createHash(bits === '1' ? 'sha256' : `sha${bits}`)
      .update(certificate.raw)
      .digest(),
  };
}

/** The version of TLS as XEP-0515 0.1.0 §4.1 writes it. */
export function versionCode(socket: TLSSocket): string | undefined {
  return { 'TLSv1.2': '0303', 'TLSv1.3': '0304' }[socket.getProtocol() ?? ''];
}
