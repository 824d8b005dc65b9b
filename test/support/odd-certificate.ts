/** Server certificates with chosen names, signed by the tests' authority: the ones that nobody should be issued. */
import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { run } from '../../build/processes.ts';
import { authorityCertificate, type ServerCertificate } from './certificates.ts';

let count = 0;

/**
 * @param commonName the subject's CN
 * @param names a subjectAltName in OpenSSL's notation, for example `DNS:a.test`; none when absent
 */
export async function oddCertificate(commonName: string, names?: string): Promise<ServerCertificate> {
  const authority = await authorityCertificate();
  const base = authority.replace(/authority\.pem$/, `odd-${String(count++)}`);
  const [key, request, certificate, extensions] = ['key', 'csr', 'pem', 'ext'].map(
    (end) => `${base}.${end}`,
  ) as [string, string, string, string];
  writeFileSync(
    extensions,
    names === undefined ? 'basicConstraints=CA:FALSE\n' : `subjectAltName=${names}\n`,
  );
  const subject = ['-subj', `/CN=${commonName}`, '-keyout', key, '-out', request];
  await openssl(['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', ...subject]);
  const signer = [
    '-CA',
    authority,
    '-CAkey',
    authority.replace(/pem$/, 'key'),
    '-set_serial',
    String(1000 + count),
  ];
  await openssl([
    'x509',
    '-req',
    '-in',
    request,
    ...signer,
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
