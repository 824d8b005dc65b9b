/** A client certificate (XEP-0178): it signs in, and nobody but the right server ever sees it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ClientCertificate } from '../../electron/xmpp/wire.ts';
import { childText, textOf } from '../../electron/xmpp/xml.ts';
import { personCertificate, pkcs12 } from '../support/certificate-file.ts';
import { authorityCertificate, serverCertificate } from '../support/certificates.ts';
import {
  features,
  sasl,
  startFakeServer,
  type FakeServer,
  type FakeServerOptions,
  type FakeSession,
} from '../support/fake-server.ts';
import { serveSasl2 } from '../support/fake-sasl2.ts';
import { accepts, comesTrue, freePorts } from '../support/ports.ts';
import { listen, type ListenOptions, type Listener } from '../support/wire-listener.ts';

let ca: string[];
let certificate: ClientCertificate;
let server: FakeServer | undefined;
let listener: Listener | undefined;

async function clientCertificate(...addresses: string[]): Promise<ClientCertificate> {
  const files = await personCertificate(addresses);
  return { certificate: readFileSync(files.certificate, 'utf8'), key: readFileSync(files.key, 'utf8') };
}

beforeAll(async () => {
  ca = [readFileSync(await authorityCertificate(), 'utf8')];
  certificate = await clientCertificate('alice@a.test');
});

afterEach(async () => {
  listener?.wire.drop();
  await server?.stop();
  server = listener = undefined;
});

async function connectTo(
  serve: FakeServerOptions['serve'],
  serving: Partial<FakeServerOptions> = {},
  listening: ListenOptions = {},
): Promise<Listener> {
  server = await startFakeServer({ security: 'direct', asksCertificate: true, ...serving, serve });
  listener = listen({ ca, server: server.address, certificate, withoutPassword: true, ...listening });
  return listener;
}

/** Whom the server saw, by the certificate. */
const seen = (session: FakeSession | undefined): string | undefined => session?.clientCertificate;

/** Signs in the old way and returns the authorization identity, as it is written on the wire. */
async function external(session: FakeSession): Promise<string> {
  await session.offer(features.mechanisms(['SCRAM-SHA-256', 'EXTERNAL', 'PLAIN']));
  const auth = await session.next('auth');
  expect(auth.attrs['mechanism']).toBe('EXTERNAL');
  session.restart();
  session.send(sasl('success'));
  await session.offer(features.bind);
  await session.bind();
  return textOf(auth);
}

describe('the right server', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'sees it, over %s, and asks for no password',
    async (maxVersion) => {
      for (const security of ['direct', 'starttls'] as const) {
        let identity: string | undefined;
        const { online } = await connectTo(
          async (session) => {
            if (security === 'starttls') await session.startTls();
            identity = await external(session);
          },
          { maxVersion, security },
        );
        // The next PLAIN would be a downgrade, as after SCRAM.
        expect((await online).scram).toBe(true);
        expect(seen(server?.sessions[0])).toBe('CN=Somebody');
        // Not nothing, which would say that the response comes later (RFC 6120 §6.4.2).
        expect(identity).toBe('=');
        await server?.stop();
      }
    },
  );

  it('and inside SASL2, without a token that would outlive it', async () => {
    const { online, memories } = await connectTo(async (session) => {
      const { element, parts } = await serveSasl2(session, {
        mechanisms: ['EXTERNAL', 'SCRAM-SHA-256'],
        fast: ['HT-SHA-256-EXPR'],
        issue: 'unasked',
      });
      expect(element.attrs['mechanism']).toBe('EXTERNAL');
      expect(childText(element, 'initial-response')).toBe('');
      expect(parts).not.toContain('request-token');
      await session.gone;
    });
    await online;
    expect(memories.at(-1)).not.toHaveProperty('token');
  });

  it('sees it out of PKCS#12, too', async () => {
    const files = await personCertificate(['alice@a.test']);
    const pfx = readFileSync(await pkcs12(files, 'open sesame')).toString('base64');
    const own = { certificate: certificate.certificate, pfx, passphrase: 'open sesame' };
    const { online } = await connectTo(
      async (session) => {
        await external(session);
      },
      {},
      { certificate: own },
    );
    await online;
    expect(seen(server?.sessions[0])).toBe('CN=Somebody');
  });

  it.each([
    ['none', [], 'alice@a.test'],
    ['several', ['alice@a.test', 'alice@b.test'], 'alice@a.test'],
    ['another', ['bob@a.test'], 'alice@a.test'],
    ['ours', ['alice@a.test'], undefined],
  ])('learns who is meant when the certificate names %s', async (_name, addresses, expected) => {
    let identity: string | undefined;
    const { online } = await connectTo(
      async (session) => {
        identity = await external(session);
      },
      {},
      { certificate: await clientCertificate(...addresses) },
    );
    await online;
    expect(identity).toBe(expected === undefined ? '=' : Buffer.from(expected).toString('base64'));
  });

  it('that does not want it gets the password', async () => {
    const { online } = await connectTo(
      async (session) => {
        await session.login();
        await session.bind();
      },
      { asksCertificate: false },
      { password: 'secret' },
    );
    await online;
    expect(seen(server?.sessions[0])).toBeUndefined();
  });

  it('may be one that the person pinned', async () => {
    const own = await serverCertificate('a.test', 'self-signed');
    const { online } = await connectTo(
      async (session) => {
        await external(session);
      },
      { certificate: own },
      { pins: [own.fingerprint] },
    );
    await online;
    expect(seen(server?.sessions[0])).toBe('CN=Somebody');
  });
});

describe('a server that does not take it', () => {
  const failure = (condition: string): string =>
    `<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><${condition}/></failure>`;

  it.each(['not-authorized', 'account-disabled', 'invalid-authzid', 'credentials-expired'])(
    'says %s, and the person is told of the certificate',
    async (condition) => {
      const { closed } = await connectTo(async (session) => {
        await session.offer(features.mechanisms(['EXTERNAL']));
        await session.next('auth');
        session.send(failure(condition));
        await session.gone;
      });
      expect(await closed).toMatchObject({ code: 'own-certificate', host: 'a.test' });
    },
  );

  it('may only be busy', async () => {
    const { closed } = await connectTo(async (session) => {
      await session.offer(features.mechanisms(['EXTERNAL']));
      await session.next('auth');
      session.send(failure('temporary-auth-failure'));
      await session.gone;
    });
    expect((await closed)?.code).toBe('server-error');
  });

  it('offers something else, for which there is nothing', async () => {
    const { closed } = await connectTo(async (session) => {
      await session.offer(features.mechanisms(['SCRAM-SHA-256', 'PLAIN']));
      await session.gone;
    });
    expect((await closed)?.code).toBe('own-certificate');
  });

  // Node's own server looks at it after the handshake and says nothing.
  it.each(['-tls1_2', '-tls1_3'])('says so in TLS (%s)', async (version) => {
    const { certificate: own, key } = await serverCertificate('a.test');
    const [port = 0] = await freePorts(1);
    const place = ['-accept', `127.0.0.1:${String(port)}`, '-cert', own, '-key', key];
    const strict = ['-Verify', '1', '-verify_return_error', '-quiet', version];
    const process = spawn('openssl', ['s_server', ...place, ...strict], { stdio: 'ignore' });
    try {
      expect(await comesTrue(10_000, () => accepts(port))).toBe(true);
      const address = { host: '127.0.0.1', port, security: 'direct' } as const;
      listener = listen({ ca, server: address, certificate, withoutPassword: true });
      expect((await listener.closed)?.code).toBe('own-certificate');
    } finally {
      process.kill();
      await once(process, 'exit');
    }
  });
});

describe('nobody else sees it', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)('over %s', async (maxVersion) => {
    for (const kind of ['wrong-name', 'self-signed', 'expired', 'not-yet-valid'] as const) {
      for (const security of ['direct', 'starttls'] as const) {
        const { closed } = await connectTo(
          async (session) => {
            if (security === 'starttls') await session.startTls();
            await session.gone;
          },
          { maxVersion, security, certificate: await serverCertificate('a.test', kind) },
        );
        const problem = await closed;
        expect(problem).toMatchObject({ code: 'certificate', certificate: { reason: kind } });
        const [session] = server?.sessions ?? [];
        await session?.gone;
        expect(seen(session)).toBeUndefined();
        expect(session?.text).toBe('');
        await server?.stop();
      }
    }
  });

  it('an authority that we do not trust', async () => {
    const { closed } = await connectTo(async (session) => session.gone, {}, { ca: [] });
    expect((await closed)?.certificate?.reason).toBe('unknown-authority');
    expect(seen(server?.sessions[0])).toBeUndefined();
  });
});

it('a certificate that is none ends the attempt and nothing else', async () => {
  const { closed } = await connectTo(
    async (session) => session.gone,
    {},
    { certificate: { certificate: '-----BEGIN CERTIFICATE-----\nnonsense', key: 'PRIVATE KEY-----' } },
  );
  expect((await closed)?.code).toBe('tls-failed');
});
