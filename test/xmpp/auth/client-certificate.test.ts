/** Files with certificates to sign in with, as people get them and as nobody should. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  addressesOf,
  mayBeFor,
  openCertificate,
  secureOptions,
  type Opened,
} from '../../../electron/xmpp/auth/client-certificate.ts';
import type { BareJid } from '../../../shared/jid.ts';
import {
  authorityCertificate,
  serverCertificate,
  type ServerCertificate,
} from '../../support/certificates.ts';
import { personCertificate, pkcs12, sealedKey } from '../../support/certificate-file.ts';
import { oddCertificate } from '../../support/odd-certificate.ts';

const PASSPHRASE = 'schlüssel 日本';
/** Electron is built on BoringSSL: `ELECTRON_RUN_AS_NODE=1 electron vitest.mjs run …` runs these tests on it, too. */
const isElectron = Object.hasOwn(process.versions, 'electron');
let alice: ServerCertificate;
let chain: string;
const text = (path: string): string => readFileSync(path, 'utf8');
const bytes = (content: string): Uint8Array => Buffer.from(content);

beforeAll(async () => {
  alice = await personCertificate(['alice@a.test']);
  chain = text(await authorityCertificate());
});

const open = (content: Uint8Array, passphrase?: string, now = Date.now()): Promise<Opened> =>
  openCertificate([content], passphrase, now);

/** What TLS is given shows the certificate that was meant. */
function expectReady(opened: Opened): void {
  if (opened.state !== 'ready') throw new Error(JSON.stringify(opened));
  const { certificate } = opened.certificate;
  expect(new X509Certificate(certificate).fingerprint).toBe(
    new X509Certificate(text(alice.certificate)).fingerprint,
  );
}

describe('PKCS#12', () => {
  it('opens with its passphrase, and with no other', async () => {
    const file = readFileSync(await pkcs12(alice, PASSPHRASE));
    expect(await open(file)).toEqual({ state: 'locked' });
    expect(await open(file, 'wrong')).toEqual({ state: 'locked' });
    const opened = await open(file, PASSPHRASE);
    expectReady(opened);
    expect(opened).toMatchObject({ certificate: { pfx: file.toString('base64'), passphrase: PASSPHRASE } });
  });

  it('with a passphrase that not every program can write opens, or is named as what it is', async () => {
    const opened = await open(readFileSync(await pkcs12(alice, 'schlüssel 🗝')), 'schlüssel 🗝');
    if (isElectron) expect(opened).toEqual({ state: 'unusable', reason: 'unsupported' });
    else expectReady(opened);
  });

  it('opens without one when it has none', async () => {
    expectReady(await open(readFileSync(await pkcs12(alice, '', ['-macalg', 'sha256']))));
  });

  it('of older programs opens', async () => {
    const older = ['-certpbe', 'PBE-SHA1-3DES', '-keypbe', 'PBE-SHA1-3DES', '-macalg', 'sha1'];
    expectReady(await open(readFileSync(await pkcs12(alice, PASSPHRASE, older)), PASSPHRASE));
  });

  it('of the oldest programs is named as what it is, not as a wrong passphrase', async () => {
    // 40 bits of RC2: Node refuses it, Electron opens it.
    const opened = await open(readFileSync(await pkcs12(alice, PASSPHRASE, ['-legacy'])), PASSPHRASE);
    if (isElectron) expectReady(opened);
    else expect(opened).toEqual({ state: 'unusable', reason: 'unsupported' });
  });

  it('without a key is of no use', async () => {
    const file = readFileSync(await pkcs12(alice, PASSPHRASE, ['-nokeys']));
    expect(await open(file, PASSPHRASE)).toEqual({ state: 'unusable', reason: 'no-key' });
  });

  it('that was cut off anywhere is refused', async () => {
    const file = readFileSync(await pkcs12(alice, PASSPHRASE));
    for (const length of [1, 2, 30, 100, file.length >> 1, file.length - 1]) {
      expect((await open(file.subarray(0, length), PASSPHRASE)).state).toBe('unusable');
    }
  });
});

describe('PEM', () => {
  it.each([
    ['the key first', () => text(alice.key) + text(alice.certificate)],
    ['the key last', () => text(alice.certificate) + text(alice.key)],
    ['its chain before it', () => chain + text(alice.key) + text(alice.certificate)],
    [
      'words around it',
      () => `Bag Attributes\n  a: b\n${text(alice.certificate)}# key\n${text(alice.key)}end`,
    ],
    ['lines of Windows', () => (text(alice.certificate) + text(alice.key)).replaceAll('\n', '\r\n')],
  ])('opens with %s', async (_name, content) => {
    expectReady(await open(bytes(content())));
  });

  it('opens out of two files, in either order, and with the chain in a third', async () => {
    const [own, key, between] = [text(alice.certificate), text(alice.key), chain].map(bytes);
    for (const files of [
      [own, key],
      [key, own],
      [between, key, own],
    ]) {
      expectReady(await openCertificate(files as Uint8Array[], undefined, Date.now()));
    }
    const sealed = bytes(await sealedKey(alice.key, PASSPHRASE, 'pkcs8'));
    const both = [own, sealed] as Uint8Array[];
    expect(await openCertificate(both, undefined, Date.now())).toEqual({ state: 'locked' });
    expectReady(await openCertificate(both, PASSPHRASE, Date.now()));
  });

  it('does not take one of several files for all of them', async () => {
    const p12 = readFileSync(await pkcs12(alice, PASSPHRASE));
    const own = bytes(text(alice.certificate));
    for (const files of [[p12, own], [own, p12], [p12, p12], []]) {
      const opened = await openCertificate(files, PASSPHRASE, Date.now());
      expect(opened).toEqual({ state: 'unusable', reason: 'unreadable' });
    }
    const mallory = await personCertificate(['mallory@evil.example']);
    const mixed = [own, bytes(text(mallory.key))];
    expect(await openCertificate(mixed, undefined, Date.now())).toEqual({
      state: 'unusable',
      reason: 'other-key',
    });
  });

  it('keeps its chain behind it', async () => {
    const opened = await open(bytes(chain + text(alice.key) + text(alice.certificate)));
    if (opened.state !== 'ready') throw new Error(opened.state);
    expect(opened.certificate.certificate.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  });

  it.each(['pkcs8', 'old'] as const)(
    'with an encrypted key (%s) opens, and is kept without',
    async (form) => {
      const file = bytes(text(alice.certificate) + (await sealedKey(alice.key, PASSPHRASE, form)));
      expect(await open(file)).toEqual({ state: 'locked' });
      expect(await open(file, 'wrong')).toEqual({ state: 'locked' });
      const opened = await open(file, PASSPHRASE);
      expectReady(opened);
      if (opened.state !== 'ready' || !('key' in opened.certificate)) throw new Error('no key');
      expect(createPrivateKey(opened.certificate.key).asymmetricKeyType).toBe('ec');
    },
  );
});

describe('of no use', () => {
  it.each<[string, () => string, string]>([
    ['nothing', () => '', 'unreadable'],
    ['something else', () => 'PK\u0003\u0004', 'unreadable'],
    ['a key alone', () => text(alice.key), 'unreadable'],
    ['a certificate alone', () => text(alice.certificate), 'no-key'],
    ['damaged', () => text(alice.certificate).replace(/A/g, 'B') + text(alice.key), 'unreadable'],
    ['a damaged key', () => text(alice.certificate) + text(alice.key).replace(/[a-f]/g, 'x'), 'unreadable'],
    ['blocks without end', () => '-----BEGIN CERTIFICATE-----\n'.repeat(9_000), 'unreadable'],
  ])('%s', async (_name, content, reason) => {
    expect(await open(bytes(content()))).toEqual({ state: 'unusable', reason });
  });

  it('a certificate in DER, without a key', async () => {
    const { raw } = new X509Certificate(text(alice.certificate));
    expect(await open(raw)).toEqual({ state: 'unusable', reason: 'no-key' });
  });

  it('the key of somebody else', async () => {
    const { key } = await personCertificate(['mallory@evil.example']);
    const file = bytes(text(alice.certificate) + text(key));
    expect(await open(file)).toEqual({ state: 'unusable', reason: 'other-key' });
  });

  it('what has expired, or is not valid yet', async () => {
    const expired = await serverCertificate('alice.test', 'expired');
    const file = readFileSync(await pkcs12(expired, 'p'));
    expect(await open(file, 'p')).toEqual({ state: 'unusable', reason: 'expired' });
    const early = await open(readFileSync(await pkcs12(alice, 'p')), 'p', Date.UTC(2000, 0, 1));
    expect(early).toEqual({ state: 'unusable', reason: 'not-yet-valid' });
  });

  it('a key that TLS takes for too weak', async () => {
    const weak = await oddCertificate('Weak', undefined, { key: ['rsa:1024'] });
    const opened = await open(bytes(text(weak.certificate) + text(weak.key)));
    if (!isElectron) expect(opened).toEqual({ state: 'unusable', reason: 'unsupported' });
  });
});

describe('addresses', () => {
  it.each<[string[], string, boolean]>([
    [['alice@a.test'], 'alice@a.test', true],
    [['bob@a.test', 'ALICE@A.test'], 'alice@a.test', true],
    [['bob@a.test'], 'alice@a.test', false],
    [['alice@a.test.evil.example'], 'alice@a.test', false],
    // It names nobody: the server may know whose it is (XEP-0178 1.2 #c2s).
    [[], 'alice@a.test', true],
  ])('of %j and %s', async (names, address, isFor) => {
    const certificate = new X509Certificate(text((await personCertificate(names)).certificate));
    expect(addressesOf(certificate)).toEqual(names);
    expect(mayBeFor(certificate, address as BareJid)).toBe(isFor);
  });
});

it('both kinds are what TLS takes', () => {
  expect(secureOptions({ certificate: 'c', key: 'k' })).toEqual({ cert: 'c', key: 'k' });
  const pfx = Buffer.from('file');
  expect(secureOptions({ certificate: 'c', pfx: pfx.toString('base64'), passphrase: 'p' })).toEqual({
    pfx,
    passphrase: 'p',
  });
});
