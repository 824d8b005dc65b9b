/**
 * Servers, and those who stand before them, that want a secret by a weaker way than there is: scripts with what the
 * client may have told them at most, and why it has to give up.
 */
import { createHash } from 'node:crypto';
import type { ProblemCode } from '../../shared/contract.ts';
import { serverCertificate, type CertificateKind, type ServerCertificate } from './certificates.ts';
import { features, sasl } from './fake-server.ts';
import type { FakeServerOptions, FakeSession, LoginOptions } from './fake-server.ts';
import { sasl2Feature } from './fake-sasl2.ts';
import { oddCertificate, type Oddity } from './odd-certificate.ts';

export interface Downgrade {
  readonly name: string;
  /**
   * What the other side may learn: nothing at all, that XMPP is spoken, a name and a nonce, or a proof of the password
   * that is of no use to anybody else.
   */
  readonly tells: 'nothing' | 'name' | 'proof';
  readonly code: readonly ProblemCode[];
  readonly scramSeen?: boolean;
  /** The domain of the address, `a.test` when absent. */
  readonly domain?: string;
  readonly server: Partial<Pick<FakeServerOptions, 'security' | 'minVersion' | 'maxVersion' | 'ciphers'>>;
  readonly certificate?: () => Promise<ServerCertificate>;
  readonly serve: FakeServerOptions['serve'];
}

const DOMAIN = 'a.test';
const PROCEED = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
const REDIRECT =
  "<stream:error><see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>127.0.0.1:1</see-other-host></stream:error></stream:stream>";

/** A lie before TLS. */
function clear(name: string, code: ProblemCode[], serve: FakeServerOptions['serve']): Downgrade {
  return { name: `before TLS: ${name}`, tells: 'nothing', code, server: {}, serve };
}

const instead = (answer: string) => async (session: FakeSession) => {
  await session.offer(features.starttls);
  await session.next('starttls');
  session.send(answer);
  await session.gone;
};
const greeting = (offered: string) => async (session: FakeSession) => {
  await session.offer(offered);
  await session.gone;
};

/** A certificate, or a way to speak TLS, that nobody may be trusted with; in both kinds of connection. */
function tls(
  name: string,
  certificate: () => Promise<ServerCertificate>,
  server: Downgrade['server'] = {},
  code: ProblemCode[] = ['certificate'],
): Downgrade[] {
  return (['starttls', 'direct'] as const).map((security) => ({
    name: `${security}: ${name}`,
    tells: 'nothing',
    code,
    server: { ...server, security },
    certificate,
    serve: async (session) => {
      if (security === 'starttls') await session.startTls();
      await session.gone;
    },
  }));
}

const standard = (kind: CertificateKind) => () => serverCertificate(DOMAIN, kind);
const odd =
  (names: string | undefined, oddity?: Oddity, commonName = 'x') =>
  () =>
    oddCertificate(commonName, names, oddity);
const good = () => serverCertificate(DOMAIN);
const OLD = { minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
const WEAK = { ciphers: 'DEFAULT@SECLEVEL=0' } as const;

/** An exchange of SCRAM with one lie in it, by a server whose certificate is good. */
function lie(name: string, tells: 'name' | 'proof', code: ProblemCode, options: LoginOptions): Downgrade {
  return {
    name: `SCRAM: ${name}`,
    tells,
    code: [code],
    server: { security: 'direct' },
    serve: async (session) => {
      await session.authenticate(options);
      await session.offer(features.bind);
      throw new Error('the client went on');
    },
  };
}

/** Features of a server that has less than it should. */
function offer(name: string, offered: string[], scramSeen = false): Downgrade {
  return {
    name: `offer: ${name}`,
    tells: 'nothing',
    code: ['weak-authentication'],
    scramSeen,
    server: { security: 'direct' },
    serve: greeting(offered.join('')),
  };
}

function early(name: string, answer: string): Downgrade {
  return {
    name: `authentication: ${name}`,
    tells: 'name',
    code: ['not-authentic', 'protocol', 'server-error'],
    server: { security: 'direct' },
    serve: async (session) => {
      await session.offer(features.mechanisms(['SCRAM-SHA-256']));
      await session.next('auth');
      session.send(answer);
      await session.gone;
    },
  };
}

const hash = (list: string): string => createHash('sha256').update(list).digest('base64');

export const downgrades: readonly Downgrade[] = [
  clear('no STARTTLS', ['tls-required'], greeting('')),
  clear(
    'mechanisms instead of STARTTLS',
    ['tls-required'],
    greeting(features.mechanisms(['SCRAM-SHA-1', 'PLAIN'])),
  ),
  clear(
    'SASL2 instead of STARTTLS',
    ['tls-required'],
    greeting("<authentication xmlns='urn:xmpp:sasl:2'><mechanism>PLAIN</mechanism></authentication>"),
  ),
  clear('STARTTLS of another namespace', ['tls-required'], greeting("<starttls xmlns='urn:x'/>")),
  clear(
    'a failure',
    ['tls-failed'],
    instead("<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>"),
  ),
  clear('success of SASL', ['timeout', 'protocol'], instead(sasl('success'))),
  clear(
    'features injected behind <proceed/>',
    ['protocol'],
    instead(`${PROCEED}<stream:features>${features.mechanisms(['PLAIN'])}</stream:features>`),
  ),
  clear('one byte injected behind <proceed/>', ['protocol'], instead(`${PROCEED}x`)),
  clear('a redirect behind features', ['tls-required'], greeting(`</stream:features>${REDIRECT}`)),
  clear('a redirect instead of TLS', ['server-error'], instead(REDIRECT)),
  clear('a web server', ['not-xmpp'], (session) => {
    session.send('HTTP/1.1 200 OK\r\n\r\n<html/>');
  }),

  ...tls('expired', standard('expired')),
  ...tls('not yet valid', standard('not-yet-valid')),
  ...tls('self-signed', standard('self-signed')),
  ...tls('another name', standard('wrong-name')),
  ...tls('the name as common name only', odd(undefined, {}, DOMAIN)),
  ...tls('the host that was dialled', odd('DNS:localhost,IP:127.0.0.1')),
  ...tls('a wildcard for a top-level domain', odd('DNS:*.test')),
  ...tls('a wildcard within a label', odd('DNS:a*.test,DNS:*a.test')),
  ...tls('a wildcard within a longer label', odd('DNS:ch*.a.test,DNS:*at.a.test,DNS:c*t.a.test')).map(
    (each) => ({
      ...each,
      domain: 'chat.a.test',
    }),
  ),
  ...tls('a wildcard below', odd('DNS:*.a.test')),
  ...tls('a longer domain', odd('DNS:a.test.evil.example,DNS:xa.test')),
  ...tls('an XMPP address only', odd('otherName:1.3.6.1.5.5.7.8.5;UTF8:a.test')),
  ...tls('a web address only', odd('email:alice@a.test,URI:xmpp://a.test')),
  ...tls('for clients only', odd('DNS:a.test', { extensions: 'extendedKeyUsage=clientAuth' })),
  ...tls('signed by who is no authority', async () =>
    oddCertificate('x', 'DNS:a.test', { signer: await good() }),
  ),
  ...tls('a key of 1,024 bits', odd('DNS:a.test', { key: ['rsa:1024'] }), WEAK),
  ...tls('signed over SHA-1', odd('DNS:a.test', { digest: 'sha1' }), WEAK),
  ...tls('TLS 1.0', good, { ...OLD, maxVersion: 'TLSv1' }, ['tls-failed']),
  ...tls('TLS 1.1', good, { ...OLD, maxVersion: 'TLSv1.1' }, ['tls-failed']),
  ...tls('only ciphers without encryption', good, { maxVersion: 'TLSv1.2', ciphers: 'NULL@SECLEVEL=0' }, [
    'tls-failed',
  ]),
  ...tls('only ciphers without a certificate', good, { maxVersion: 'TLSv1.2', ciphers: 'aNULL@SECLEVEL=0' }, [
    'tls-failed',
  ]),

  offer('only PLAIN after SCRAM was seen', [features.mechanisms(['PLAIN'])], true),
  offer('PLAIN beside a SCRAM that nobody knows', [features.mechanisms(['PLAIN', 'SCRAM-SHA3-512'])]),
  offer('DIGEST-MD5 and EXTERNAL', [features.mechanisms(['EXTERNAL', 'DIGEST-MD5', 'CRAM-MD5'])]),
  offer('nothing', [features.mechanisms([])]),
  offer('only unknown channel bindings', [
    features.mechanisms(['SCRAM-SHA-1-PLUS', 'SCRAM-SHA-1']),
    features.bindings(['tls-made-up']),
  ]),
  offer('SASL2, only PLAIN after SCRAM was seen', [sasl2Feature({ mechanisms: ['PLAIN'] })], true),
  offer('SASL2, channel binding without its types (XEP-0440)', [
    sasl2Feature({
      mechanisms: ['SCRAM-SHA-256', 'SCRAM-SHA-256-PLUS'],
    }),
  ]),
  offer('SASL2, types of channel binding without a mechanism', [
    sasl2Feature({
      mechanisms: ['SCRAM-SHA-256'],
      bindings: ['tls-exporter'],
    }),
  ]),

  lie('one iteration', 'name', 'weak-authentication', { iterations: 1 }),
  lie('4,095 iterations', 'name', 'weak-authentication', { iterations: 4_095 }),
  lie('a thousand million iterations', 'name', 'weak-authentication', { iterations: 1_000_000_000 }),
  lie('another nonce', 'name', 'not-authentic', { challenge: (text) => text.replace(/r=./, 'r=~') }),
  lie('only our own nonce', 'name', 'not-authentic', {
    challenge: (text, nonce) => text.replace(/r=[^,]+/, `r=${nonce}`),
  }),
  lie('no salt', 'name', 'not-authentic', { challenge: (text) => text.replace(/s=[^,]+/, 's=') }),
  lie('a mandatory extension', 'name', 'not-authentic', { challenge: (text) => `m=x,${text}` }),
  lie('another list of mechanisms (XEP-0474)', 'name', 'not-authentic', {
    challenge: (text) => `${text},h=${hash('SCRAM-SHA-256\x1eSCRAM-SHA-512')}`,
  }),
  lie('a list with channel bindings that were stripped (XEP-0474)', 'name', 'not-authentic', {
    challenge: (text) => `${text},h=${hash('SCRAM-SHA-256\x1eSCRAM-SHA-256-PLUS\x1ftls-exporter')}`,
  }),
  lie('another version of TLS (XEP-0515)', 'name', 'not-authentic', {
    challenge: (text) => `${text},t=0303`,
  }),
  lie('a wrong signature', 'proof', 'not-authentic', {
    success: () => `v=${Buffer.alloc(32).toString('base64')}`,
  }),
  lie('a cut signature', 'proof', 'not-authentic', { success: (text) => text.slice(0, 20) }),
  lie('no signature', 'proof', 'not-authentic', { success: () => undefined }),
  lie('an error for a signature', 'proof', 'not-authentic', { success: () => 'e=invalid-proof' }),
  early('success at once', sasl('success')),
  early('success with somebody else’s signature', sasl('success', 'v=AAAA')),
  early(
    'features again, with PLAIN only',
    `<stream:features>${features.mechanisms(['PLAIN'])}</stream:features>`,
  ),
  early('a redirect to another domain', REDIRECT),
];

/** Nothing of SASL, nor who asks. `to` and the domain of `from` are no secrets inside of TLS, but the name is. */
const TELLING: Readonly<Record<Downgrade['tells'], RegExp>> = {
  nothing: /<auth|<response|<authenticate|alice|secret|SCRAM|YWxpY2|c2VjcmV0/,
  name: /<response|secret|c2VjcmV0|PLAIN/,
  proof: /secret|c2VjcmV0|PLAIN/,
};

/** What was told that should not have been, if anything. */
export function toldTooMuch({ tells }: Downgrade, session: FakeSession): string | undefined {
  for (const said of [session.clear, session.text]) {
    // Our address in the header of a secured stream is no part of authentication.
    const found = TELLING[tells].exec(said.replaceAll(/ from="[^"]*"/g, ''))?.[0];
    if (found !== undefined) return found;
  }
  return TELLING.nothing.exec(session.clear)?.[0];
}
