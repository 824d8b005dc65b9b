/** Server certificates with chosen names, signed by the tests' authority: the ones that nobody should be issued. */
import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { run } from '../../build/processes.ts';
import { authorityCertificate, type ServerCertificate } from './certificates.ts';

export interface Oddity {
  /** Options of `openssl req` for the key; a good one when absent. */
  readonly key?: readonly string[];
  /** The hash that is signed, SHA-256 when absent. */
  readonly digest?: string;
  /** Further lines of the extensions. */
  readonly extensions?: string;
  /** Who signs instead of the tests' authority. */
  readonly signer?: ServerCertificate;
}

let count = 0;

/**
 * @param commonName the subject's CN
 * @param names a subjectAltName in OpenSSL's notation, for example `DNS:a.test`; none when absent
 * @param odd what else is odd about it
 */
export async function oddCertificate(
  commonName: string,
  names?: string,
  odd: Oddity = {},
): Promise<ServerCertificate> {
  const authority = await authorityCertificate();
  const base = authority.replace(/authority\.pem$/, `odd-${String(count++)}`);
  const [key, request, certificate, extensions] = ['key', 'csr', 'pem', 'ext'].map(
    (end) => `${base}.${end}`,
  ) as [string, string, string, string];
  writeFileSync(
    extensions,
    `${names === undefined ? 'basicConstraints=CA:FALSE' : `subjectAltName=${names}`}\n${odd.extensions ?? ''}\n`,
  );
  const subject = ['-subj', `/CN=${commonName}`, '-keyout', key, '-out', request];
  const { key: kind = ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'], digest = 'sha256' } = odd;
  await openssl(['req', '-newkey', ...kind, '-nodes', ...subject]);
  const signer = [
    '-CA',
    odd.signer?.certificate ?? authority,
    '-CAkey',
    odd.signer?.key ?? authority.replace(/pem$/, 'key'),
    '-set_serial',
    String(1000 + count),
  ];
  await openssl([
    'x509',
    '-req',
    '-in',
    request,
    ...signer,
    `-${digest}`,
    '-days',
    '20',
    '-extfile',
    extensions,
    '-out',
    certificate,
  ]);
  const fingerprint = new X509Certificate(readFileSync(certificate)).fingerprint256;
  return { certificate, key, fingerprint: fingerprint.replaceAll(':', '').toLowerCase() };
}

async function openssl(args: readonly string[]): Promise<void> {
  const { code, output } = await run('openssl', [...args]);
  if (code !== 0) throw new Error(`openssl ${args.join(' ')} failed:\n${output}`);
}
