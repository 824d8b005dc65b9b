/**
 * Certificates to sign in with, as people get them: PEM with a private key, or PKCS#12. Reads a file, says what is in
 * it, and what is wrong with it. It stores nothing and decides nothing about servers.
 */
import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { duplexPair } from 'node:stream';
import { connect, createSecureContext, TLSSocket, type SecureContext } from 'node:tls';
import { readBareJid, type BareJid } from '../../../shared/jid.ts';
import type { ClientCertificate } from '../wire.ts';

/** Why a file is of no use. */
export type Unusable =
  | 'unreadable' // neither PEM nor PKCS#12, or damaged
  | 'no-key' // a certificate alone proves nothing
  | 'other-key' // the key belongs to another certificate
  | 'expired'
  | 'not-yet-valid'
  | 'unsupported'; // encrypted or signed in a way that TLS here does not know

export type Opened =
  | { readonly state: 'ready'; readonly certificate: ClientCertificate }
  /** It needs a passphrase: there was none, or a wrong one. */
  | { readonly state: 'locked' }
  | { readonly state: 'unusable'; readonly reason: Unusable };

/** Ends the reading of a file early. */
class Obstacle extends Error {
  readonly opened: Opened;

  constructor(reason: Unusable | 'locked') {
    super(reason);
    this.opened = reason === 'locked' ? { state: 'locked' } : { state: 'unusable', reason };
  }
}

/**
 * Opens a file with a certificate and its private key, or the files that PEM came in.
 * @param passphrase absent when nobody was asked for one yet
 * @param now milliseconds since 1970
 */
export async function openCertificate(
  files: readonly Uint8Array[],
  passphrase: string | undefined,
  now: number,
): Promise<Opened> {
  try {
    const texts = files.map((bytes) => Buffer.from(bytes).toString('latin1'));
    const [first] = files;
    const certificate =
      texts.every((text) => text.includes('-----BEGIN ')) || first === undefined
        ? openPem(texts.join('\n'), passphrase)
        : await openPkcs12(files.length === 1 ? Buffer.from(first) : fail('unreadable'), passphrase ?? '');
    const { validFrom, validTo } = await presented(contextOf(certificate));
    if (!(now <= Date.parse(validTo))) throw new Obstacle('expired');
    if (!(now >= Date.parse(validFrom))) throw new Obstacle('not-yet-valid');
    return { state: 'ready', certificate };
  } catch (error) {
    if (error instanceof Obstacle) return error.opened;
    throw error;
  }
}

/** What TLS wants to be given. @throws Error when it cannot be read */
export function secureOptions(
  certificate: ClientCertificate,
): { cert: string; key: string } | { pfx: Buffer; passphrase: string } {
  return 'pfx' in certificate
    ? { pfx: Buffer.from(certificate.pfx, 'base64'), passphrase: certificate.passphrase }
    : { cert: certificate.certificate, key: certificate.key };
}

// ————— PEM (RFC 7468) ————————————————————————————————————————————————————————————————————————————————————————

const BOUNDARY = /^-----(BEGIN|END) ([A-Z0-9 ]{1,40})-----\s*$/;
/** A certificate with its chain has a few; more than this is something else. */
const MOST_BLOCKS = 32;

/** The blocks of a file; what stands around them does not count. */
function blocksOf(text: string): { readonly label: string; readonly pem: string }[] {
  const blocks: { label: string; pem: string }[] = [];
  let begun: { label: string; lines: string[] } | undefined;
  for (const line of text.split('\n')) {
    const [, kind, label = ''] = BOUNDARY.exec(line) ?? [];
    if (kind === 'BEGIN') begun = { label, lines: [] };
    begun?.lines.push(line.trimEnd());
    if (kind !== 'END') continue;
    if (begun?.label === label) blocks.push({ label, pem: `${begun.lines.join('\n')}\n` });
    begun = undefined;
  }
  return blocks.slice(0, MOST_BLOCKS);
}

function openPem(text: string, passphrase: string | undefined): ClientCertificate {
  const blocks = blocksOf(text);
  const certificates = blocks
    .filter(({ label }) => label === 'CERTIFICATE')
    .map(({ pem }) => readCertificate(pem) ?? fail('unreadable'));
  const sealed = blocks.find(({ label }) => label.endsWith('PRIVATE KEY'));
  if (certificates.length === 0) throw new Obstacle('unreadable');
  if (sealed === undefined) throw new Obstacle('no-key');
  const key = readKey(sealed.pem, passphrase);
  const own = certificates.find((each) => each.checkPrivateKey(key)) ?? fail('other-key');
  const chain = certificates.filter((each) => each !== own);
  return {
    certificate: [own, ...chain].map(String).join(''),
    key: String(key.export({ type: 'pkcs8', format: 'pem' })),
  };
}

function readKey(pem: string, passphrase: string | undefined): KeyObject {
  // PKCS#8 says it in the label, the older forms in a header (RFC 1421 §4.6.1.1).
  const isSealed = pem.includes('ENCRYPTED');
  if (isSealed && (passphrase === undefined || passphrase === '')) throw new Obstacle('locked');
  try {
    return createPrivateKey({ key: pem, ...(isSealed && { passphrase }) });
  } catch {
    // Padding that does not fit, or what a wrong key made of it: there is no other sign of a wrong passphrase.
    throw new Obstacle(isSealed ? 'locked' : 'unreadable');
  }
}

function readCertificate(source: string | Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(source);
  } catch {
    return undefined; // the parser says in many words that it is none
  }
}

function fail(reason: Unusable): never {
  throw new Obstacle(reason);
}

// ————— PKCS#12 (RFC 7292) ————————————————————————————————————————————————————————————————————————————————————

/** Node opens these for TLS only, and shows nothing of what is in them: TLS has to present the certificate. */
async function openPkcs12(file: Buffer, passphrase: string): Promise<ClientCertificate> {
  try {
    const own = await presented(createSecureContext({ pfx: file, passphrase }));
    return { certificate: own.toString(), pfx: file.toString('base64'), passphrase };
  } catch (error) {
    if (error instanceof Obstacle) throw error;
    throw new Obstacle(reasonOf(error instanceof Error ? error.message : '', file));
  }
}

/** The words of OpenSSL, which Node is built on, and of BoringSSL, which Electron is. */
function reasonOf(message: string, file: Buffer): Unusable | 'locked' {
  if (/mac verify failure|INCORRECT_PASSWORD/.test(message)) return 'locked';
  if (message.includes('Unable to load private key')) return 'no-key';
  // BoringSSL knows no passphrase with characters beyond the basic plane (RFC 7292 appendix B.1 has no others).
  if (
    /Unsupported PKCS12|UNSUPPORTED|UNKNOWN_(?:ALGORITHM|CIPHER|DIGEST)|MISSING_MAC|INVALID_CHARACTERS/.test(
      message,
    )
  )
    return 'unsupported';
  return readCertificate(file) === undefined ? 'unreadable' : 'no-key';
}

function contextOf(certificate: ClientCertificate): SecureContext {
  try {
    return createSecureContext(secureOptions(certificate));
  } catch {
    throw new Obstacle('unsupported'); // too small a key, too weak a signature
  }
}

/** The certificate as the other side of a connection sees it, which proves as well that the key can sign. */
async function presented(secureContext: SecureContext): Promise<X509Certificate> {
  const [near, far] = duplexPair();
  const showing = new TLSSocket(near, { isServer: true, secureContext });
  const looking = connect({ socket: far, rejectUnauthorized: false });
  try {
    return await new Promise((resolve, reject) => {
      const refuse = (): void => {
        reject(new Obstacle('unsupported'));
      };
      showing.on('error', refuse).on('close', refuse);
      looking.on('error', refuse).on('secureConnect', () => {
        const certificate = looking.getPeerX509Certificate();
        if (certificate === undefined) refuse();
        else resolve(certificate);
      });
    });
  } finally {
    looking.destroy();
    showing.destroy();
  }
}

// ————— What is in it ——————————————————————————————————————————————————————————————————————————————————————————

/** id-on-xmppAddr (RFC 6120 §13.7.1.4) in DER, up to the length of the UTF8String; Node does not tell these names. */
const XMPP_ADDRESS = Buffer.from('06082b06010505070805', 'hex');
/** The context tag with its length, the tag UTF8String, and its length in one byte: addresses longer than 127 do not count. */
const BEFORE_TEXT = 4;

/** The addresses that a certificate is made out to, as they are written in it, if it names any. */
export function addressesOf({ raw }: X509Certificate): string[] {
  const addresses: string[] = [];
  for (let at = raw.indexOf(XMPP_ADDRESS); at >= 0; at = raw.indexOf(XMPP_ADDRESS, at + 1)) {
    const text = at + XMPP_ADDRESS.length + BEFORE_TEXT;
    addresses.push(raw.subarray(text, text + (raw[text - 1] ?? 0)).toString());
  }
  return addresses;
}

/** False when the certificate names addresses, and this is none of them. */
export function mayBeFor(certificate: X509Certificate, address: BareJid): boolean {
  const addresses = addressesOf(certificate);
  return addresses.length === 0 || addresses.some((each) => readBareJid(each) === address);
}
