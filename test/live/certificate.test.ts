/**
 * Signing in by a client certificate (SASL EXTERNAL, XEP-0178) on real servers: Prosody with the community's
 * `mod_auth_ccert`, which then takes nothing else, and ejabberd, which takes it beside passwords.
 */
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ClientCertificate } from '../../electron/xmpp/wire.ts';
import { serverCertificate } from '../support/certificates.ts';
import { personCertificate } from '../support/certificate-file.ts';
import { startEjabberd } from '../support/ejabberd.ts';
import type { Oddity } from '../support/odd-certificate.ts';
import { startProsody } from '../support/prosody.ts';
import type { XmppServer } from '../support/server.ts';
import { listen, type ListenOptions, type Listener } from '../support/wire-listener.ts';

async function certificateOf(addresses: readonly string[], odd?: Oddity): Promise<ClientCertificate> {
  const files = await personCertificate(addresses, odd);
  return { certificate: readFileSync(files.certificate, 'utf8'), key: readFileSync(files.key, 'utf8') };
}

const options = { accounts: ['alice', 'bob'], clientCertificates: true };

describe.each([
  ['Prosody', startProsody],
  ['ejabberd', startEjabberd],
] as const)('%s', (_name, startServer) => {
  let server: XmppServer;
  let certificate: ClientCertificate;
  const listeners: Listener[] = [];

  beforeAll(async () => {
    server = await startServer(options);
    certificate = await certificateOf(['alice@localhost']);
  });

  afterEach(() => {
    for (const { wire } of listeners.splice(0)) wire.drop();
  });

  afterAll(async () => {
    await server.stop();
  });

  function connect(chosen: ListenOptions, security: 'starttls' | 'direct' = 'direct'): Listener {
    const listener = listen({
      ca: [readFileSync(server.authority, 'utf8')],
      server: { host: '127.0.0.1', port: server.ports[security], security },
      address: 'alice@localhost',
      withoutPassword: true,
      ...chosen,
    });
    listeners.push(listener);
    return listener;
  }

  it.each(['starttls', 'direct'] as const)(
    'signs in and goes on without a password, over %s',
    async (way) => {
      const first = connect({ certificate }, way);
      const { details, session, jid } = await first.online;
      expect(details?.mechanism).toBe('EXTERNAL');
      first.wire.drop();
      const resume = { id: session?.id ?? '', jid, received: first.wire.handledUpTo };
      expect((await connect({ certificate, resume }, way).online).resumed).toBeDefined();
    },
  );

  it('takes one of several addresses', async () => {
    const both = await certificateOf(['alice@localhost', 'bob@localhost']);
    for (const address of ['alice@localhost', 'bob@localhost']) {
      const { jid } = await connect({ certificate: both, address }).online;
      expect(jid.startsWith(`${address}/`)).toBe(true);
    }
  });

  it('does not let the certificate of somebody else in', async () => {
    const { closed } = connect({ certificate: await certificateOf(['bob@localhost']) });
    expect((await closed)?.code).toBe('own-certificate');
  });

  it('does not let a certificate of an unknown authority in', async () => {
    const signer = await serverCertificate('nobody.example', 'self-signed');
    const { closed } = connect({ certificate: await certificateOf(['alice@localhost'], { signer }) });
    expect((await closed)?.code).toBe('own-certificate');
  });
});
