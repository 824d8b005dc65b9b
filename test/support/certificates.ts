/** A certificate authority for tests and the good and bad server certificates it signs, made once per process. */
import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../build/processes.ts';
import { temporaryFolder } from './folder.ts';

export type CertificateKind = 'good' | 'wrong-name' | 'expired' | 'not-yet-valid' | 'self-signed';

export interface ServerCertificate {
  /** Paths of PEM files. */
  readonly certificate: string;
  readonly key: string;
  /** SHA-256 of the certificate's DER, 64 lower-case hex characters. */
  readonly fingerprint: string;
}

let authority: Promise<{ folder: string; certificate: string; key: string }> | undefined;
const made = new Map<string, Promise<ServerCertificate>>();

/** The path of the authority's certificate, PEM: what a client of these tests has to trust. */
export async function authorityCertificate(): Promise<string> {
  return (await makeAuthority()).certificate;
}

/** A certificate for a domain and `conference.`, `upload.` and `proxy.` below it. */
export function serverCertificate(
  domain: string,
  kind: CertificateKind = 'good',
): Promise<ServerCertificate> {
  const name = `${kind}-${domain}`;
  const certificate = made.get(name) ?? makeCertificate(name, domain, kind);
  made.set(name, certificate);
  return certificate;
}

const keyOptions = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

function makeAuthority(): NonNullable<typeof authority> {
  authority ??= (async () => {
    const folder = temporaryFolder('certificates').path;
    const [certificate, key] = [join(folder, 'authority.pem'), join(folder, 'authority.key')];
    await openssl(
      ['req', '-x509', ...keyOptions, '-days', '30', '-subj', '/CN=Waxwing test authority'],
      ['-keyout', key, '-out', certificate],
      ['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
    );
    return { folder, certificate, key };
  })();
  return authority;
}

/** Days from now: the start and the end of validity. */
const validity: Record<CertificateKind, [number, number]> = {
  good: [-1, 29],
  'wrong-name': [-1, 29],
  'self-signed': [-1, 29],
  expired: [-20, -10],
  'not-yet-valid': [10, 20],
};

async function makeCertificate(
  name: string,
  domain: string,
  kind: CertificateKind,
): Promise<ServerCertificate> {
  const { folder, certificate: authorityPath, key: authorityKey } = await makeAuthority();
  const path = (extension: string): string => join(folder, `${name}.${extension}`);
  const subject = kind === 'wrong-name' ? 'somewhere-else.example' : domain;
  const names = ['', 'conference.', 'upload.', 'proxy.'].map((prefix) => `DNS:${prefix}${subject}`);
  writeFileSync(
    path('ext'),
    `basicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\nsubjectAltName=${names.join(',')}\n`,
  );
  const request = ['-keyout', path('key'), '-out', path('csr'), '-subj', `/CN=${subject}`];
  await openssl(['req', ...keyOptions], request);
  // `openssl ca`, because only it takes a start of validity in every release of OpenSSL 3.
  writeFileSync(path('index'), '');
  writeFileSync(
    path('cnf'),
    `[ca]\ndefault_ca=signer\n[signer]\ndatabase=${path('index')}\nnew_certs_dir=${folder}\n` +
      'rand_serial=yes\ndefault_md=sha256\nunique_subject=no\npolicy=any\n[any]\ncommonName=supplied\n',
  );
  const signer =
    kind === 'self-signed'
      ? ['-selfsign', '-keyfile', path('key')]
      : ['-cert', authorityPath, '-keyfile', authorityKey];
  const [start, end] = validity[kind];
  await openssl(
    ['ca', '-batch', '-notext', '-config', path('cnf'), '-extfile', path('ext'), ...signer],
    ['-startdate', timestamp(start), '-enddate', timestamp(end), '-in', path('csr'), '-out', path('pem')],
  );
  const fingerprint = new X509Certificate(readFileSync(path('pem'))).fingerprint256;
  return {
    certificate: path('pem'),
    key: path('key'),
    fingerprint: fingerprint.replaceAll(':', '').toLowerCase(),
  };
}

/** `YYMMDDHHMMSSZ`, the given number of days from now. */
function timestamp(days: number): string {
  const date = new Date(Date.now() + days * 86_400_000).toISOString();
  return `${date.slice(2, 19).replaceAll(/\D/g, '')}Z`;
}

async function openssl(...args: string[][]): Promise<void> {
  const { code, output } = await run('openssl', args.flat());
  if (code !== 0) throw new Error(`openssl ${args.flat().join(' ')} failed:\n${output}`);
}
