/** Certificates to sign in with, in the kinds of files that people get them in. */
import { readFileSync } from 'node:fs';
import { run } from '../../build/processes.ts';
import type { ServerCertificate } from './certificates.ts';
import { oddCertificate, type Oddity } from './odd-certificate.ts';

/** A certificate of the tests' authority, made out to these addresses (id-on-xmppAddr, RFC 6120 §13.7.1.4). */
export function personCertificate(addresses: readonly string[], odd?: Oddity): Promise<ServerCertificate> {
  const names = addresses.map((address) => `otherName:1.3.6.1.5.5.7.8.5;UTF8:${address}`);
  return oddCertificate('Somebody', names.length === 0 ? undefined : names.join(','), odd);
}

/**
 * The path of a PKCS#12 file.
 * @param more options of `openssl pkcs12 -export`
 */
export async function pkcs12(
  { certificate, key }: Pick<ServerCertificate, 'certificate' | 'key'>,
  passphrase: string,
  more: readonly string[] = [],
): Promise<string> {
  const path = `${certificate}${more.join('').replaceAll(/\W/g, '')}.p12`;
  const inner = more.includes('-nokeys') ? [] : ['-inkey', key];
  const secret = ['-passout', 'env:PASSPHRASE'];
  await openssl(
    ['pkcs12', '-export', '-in', certificate, ...inner, ...secret, ...more, '-out', path],
    passphrase,
  );
  return path;
}

/** The key in PEM, encrypted: in the form of PKCS#8, or the old one with a header. */
export async function sealedKey(key: string, passphrase: string, form: 'pkcs8' | 'old'): Promise<string> {
  const path = `${key}.${form}`;
  const how = form === 'pkcs8' ? ['pkcs8', '-topk8', '-v2', 'aes-256-cbc'] : ['ec', '-aes256'];
  await openssl([...how, '-in', key, '-passout', 'env:PASSPHRASE', '-out', path], passphrase);
  return readFileSync(path, 'utf8');
}

async function openssl(args: readonly string[], passphrase: string): Promise<void> {
  const { code, output } = await run('openssl', [...args], {
    env: { ...process.env, PASSPHRASE: passphrase },
  });
  if (code !== 0) throw new Error(`openssl ${args.join(' ')} failed:\n${output}`);
}
