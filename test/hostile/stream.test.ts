/** Servers, and those who stand before them, that lie before and during login: nothing secret may reach them. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { authorityCertificate, serverCertificate } from '../support/certificates.ts';
import type { CertificateKind } from '../support/certificates.ts';
import { decode, features, sasl, startFakeServer } from '../support/fake-server.ts';
import type { FakeServer, FakeServerOptions, LoginOptions } from '../support/fake-server.ts';
import { oddCertificate } from '../support/odd-certificate.ts';
import { listen } from '../support/wire-listener.ts';
import type { ListenOptions, Listener } from '../support/wire-listener.ts';

let ca: string[];
let server: FakeServer | undefined;
let listener: Listener | undefined;

beforeAll(async () => {
  ca = [readFileSync(await authorityCertificate(), 'utf8')];
});

afterEach(async () => {
  listener?.wire.drop();
  await server?.stop();
  server = listener = undefined;
});

async function connectTo(
  serve: FakeServerOptions['serve'],
  { security, certificate, ...rest }: ListenOptions & Omit<FakeServerOptions, 'serve'> = {},
): Promise<Listener> {
  server = await startFakeServer({
    serve,
    ...(security && { security }),
    ...(certificate && { certificate }),
  });
  listener = listen({ ca, server: server.address, ...rest });
  return listener;
}

/** Nothing of authentication, and nothing that names the account, in all that the client said. */
function expectNothingTold(): void {
  for (const { clear, text } of server?.sessions ?? []) {
    for (const said of [clear, text]) expect(said).not.toMatch(/<auth|<response|alice|secret|SCRAM/);
  }
}

describe('H54: before TLS', () => {
  it.each([
    ['features without STARTTLS', '', 'tls-required'],
    ['mechanisms instead', features.mechanisms(['SCRAM-SHA-1', 'PLAIN']), 'tls-required'],
    ['STARTTLS of another namespace', "<starttls xmlns='urn:x'/>", 'tls-required'],
  ])('%s', async (_name, offered, code) => {
    const { closed } = await connectTo(async (session) => {
      await session.offer(offered);
      await session.gone;
    });
    expect((await closed)?.code).toBe(code);
    expectNothingTold();
  });

  it.each([
    ['a failure', "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>", 'tls-failed'],
    ['success of SASL', sasl('success'), 'timeout'],
    [
      'injected features',
      `<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/><stream:features>${features.mechanisms(['PLAIN'])}</stream:features>`,
      'protocol',
    ],
    ['injected bytes', "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>x", 'protocol'],
    ['proceed of another namespace', "<proceed xmlns='urn:x'/>", 'timeout'],
    [
      'a redirect',
      "<stream:error><see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>evil.example</see-other-host></stream:error>",
      'server-error',
    ],
  ])('instead of TLS: %s', async (_name, answer, code) => {
    const { closed } = await connectTo(
      async (session) => {
        await session.offer(features.starttls);
        await session.next('starttls');
        session.send(answer);
        await session.gone;
      },
      { limits: { secure: 300 } },
    );
    expect((await closed)?.code).toBe(code);
    expect(server?.sessions).toHaveLength(1);
    expectNothingTold();
  });

  it('bytes between <proceed/> and the handshake do not become part of the stream', async () => {
    const { closed } = await connectTo(async (session) => {
      await session.offer(features.starttls);
      await session.next('starttls');
      session.restart();
      session.send("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
      await new Promise((resolve) => setTimeout(resolve, 20));
      session.send(`<stream:features>${features.mechanisms(['PLAIN'])}</stream:features>`);
      session.upgrade();
      await session.gone;
    });
    expect((await closed)?.code).toBe('tls-failed');
    expectNothingTold();
  });

  it.each([
    ['a web server', 'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'],
    ['a captive portal', '<!DOCTYPE html><html><body>Please log in</body></html>'],
    ['a page in XHTML', "<html xmlns='http://www.w3.org/1999/xhtml'/>"],
    ['a mail server', '220 mail.example ESMTP\r\n'],
    ['a TLS server', Buffer.from([0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46])],
    [
      'a server stream',
      "<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams'>",
    ],
  ])('%s is not XMPP', async (_name, greeting) => {
    const { closed } = await connectTo(async (session) => {
      session.send(greeting);
      await session.gone;
    });
    expect((await closed)?.code).toBe('not-xmpp');
    expectNothingTold();
  });

  it('a web server behind TLS is not XMPP', async () => {
    const { closed } = await connectTo(
      async (session) => {
        session.send('HTTP/1.1 400 Bad Request\r\n\r\n');
        await session.gone;
      },
      { security: 'direct' },
    );
    expect((await closed)?.code).toBe('not-xmpp');
  });

  it('a port that closes, refuses or says nothing', async () => {
    const silent = createServer(() => undefined);
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    const { port } = silent.address() as AddressInfo;
    for (const security of ['starttls', 'direct'] as const) {
      const waiting = listen({ server: { host: '127.0.0.1', port, security }, limits: { secure: 100 } });
      expect((await waiting.closed)?.code).toBe('timeout');
    }
    silent.close();
    const refused = listen({ server: { host: '127.0.0.1', port, security: 'direct' } });
    expect(await refused.closed).toEqual({ code: 'unreachable', host: '127.0.0.1', detail: 'ECONNREFUSED' });
  });
});

describe('H57: certificates', () => {
  it.each([
    ['expired', 'expired'],
    ['not-yet-valid', 'not-yet-valid'],
    ['self-signed', 'self-signed'],
    ['wrong-name', 'wrong-name'],
  ] as const)('%s', async (kind: CertificateKind, reason) => {
    for (const security of ['starttls', 'direct'] as const) {
      const certificate = await serverCertificate('a.test', kind);
      const { closed } = await connectTo(
        async (session) => {
          await (security === 'starttls' ? session.startTls() : undefined);
          await session.gone;
        },
        { certificate, security },
      );
      const problem = await closed;
      expect(problem).toMatchObject({
        code: 'certificate',
        host: 'a.test',
        certificate: { reason, fingerprint: certificate.fingerprint },
      });
      expect(problem?.certificate?.names).toContain(
        kind === 'wrong-name' ? 'somewhere-else.example' : 'a.test',
      );
      expectNothingTold();
      expect(server?.sessions[0]?.text).toBe('');
      await server?.stop();
    }
  });

  it('an unknown authority', async () => {
    const { closed } = await connectTo(async (session) => session.startTls(), { ca: [] });
    expect((await closed)?.certificate?.reason).toBe('unknown-authority');
  });

  it.each([
    ['only the common name', 'a.test', undefined],
    ['the host that was dialled', 'localhost', 'DNS:localhost,IP:127.0.0.1'],
    ['a wildcard for a top-level domain', 'x', 'DNS:*.test'],
    ['a wildcard inside a label', 'x', 'DNS:a*.test,DNS:*a.test'],
    ['a wildcard below', 'x', 'DNS:*.a.test'],
    ['a longer domain', 'x', 'DNS:a.test.evil.example,DNS:xa.test'],
    ['an XMPP address only', 'x', 'otherName:1.3.6.1.5.5.7.8.5;UTF8:a.test'],
    ['a mail address or web address', 'x', 'email:alice@a.test,URI:xmpp://a.test'],
  ])('names %s', async (_name, commonName, names) => {
    const certificate = await oddCertificate(commonName, names);
    const { closed } = await connectTo(async (session) => session.startTls(), { certificate });
    expect((await closed)?.certificate?.reason).toBe('wrong-name');
    expectNothingTold();
  });

  it('a wildcard for the right level, and an address, are fine', async () => {
    const rows = [
      ['DNS:*.a.test', 'alice@im.a.test', 'im.a.test'],
      ['IP:127.0.0.1', 'alice@127.0.0.1', '127.0.0.1'],
      ['IP:::1', 'alice@[::1]', '[::1]'],
    ] as const;
    for (const [names, address, domain] of rows) {
      const { online } = await connectTo(
        async (session) => {
          await session.login();
          await session.bind(`${address}/d1`);
        },
        { certificate: await oddCertificate('x', names), address, domain },
      );
      expect((await online).jid).toBe(`${address}/d1`);
      await server?.stop();
    }
  });

  it('a pin accepts exactly one certificate', async () => {
    const [pinned, other] = [
      await serverCertificate('a.test', 'self-signed'),
      await serverCertificate('a.test', 'expired'),
    ];
    const pins = ['0'.repeat(64), pinned.fingerprint];
    const { online } = await connectTo(
      async (session) => {
        await session.online();
      },
      {
        certificate: pinned,
        pins,
      },
    );
    await online;
    listener?.wire.drop();
    await server?.stop();
    const { closed } = await connectTo(async (session) => session.startTls(), { certificate: other, pins });
    expect(await closed).toMatchObject({
      code: 'certificate',
      certificate: { fingerprint: other.fingerprint },
    });
    expectNothingTold();
  });
});

describe('H55: authentication', () => {
  const hash = (text: string): string => createHash('sha256').update(text).digest('base64');
  const lies: [string, LoginOptions, string][] = [
    ['one iteration', { iterations: 1 }, 'weak-authentication'],
    ['too few iterations', { iterations: 4095 }, 'weak-authentication'],
    ['a thousand million iterations', { iterations: 1_000_000_000 }, 'weak-authentication'],
    ['too many iterations', { iterations: 1_000_001 }, 'weak-authentication'],
    [
      'no continuation of our nonce',
      { challenge: (text, nonce) => text.replace(/r=[^,]+/, `r=${nonce}`) },
      'not-authentic',
    ],
    ['another nonce', { challenge: (text) => text.replace(/r=./, 'r=~') }, 'not-authentic'],
    ['no nonce', { challenge: (text) => text.replace(/r=[^,]+,/, '') }, 'not-authentic'],
    ['no salt', { challenge: (text) => text.replace(/s=[^,]+/, 's=') }, 'not-authentic'],
    ['a broken salt', { challenge: (text) => text.replace(/s=[^,]+/, 's=***') }, 'not-authentic'],
    ['negative iterations', { challenge: (text) => text.replace(/i=\d+/, 'i=-4096') }, 'not-authentic'],
    [
      'iterations in hexadecimal',
      { challenge: (text) => text.replace(/i=\d+/, 'i=0x1000') },
      'not-authentic',
    ],
    ['a mandatory extension', { challenge: (text) => `m=x,${text}` }, 'not-authentic'],
    ['an extension twice', { challenge: (text) => `${text},h=x,h=y` }, 'not-authentic'],
    ['an empty challenge', { challenge: () => '' }, 'not-authentic'],
    ['an error for a challenge', { challenge: () => 'e=other-error' }, 'not-authentic'],
    [
      'another list of mechanisms',
      { challenge: (text) => `${text},h=${hash('SCRAM-SHA-1\x1eSCRAM-SHA-512')}` },
      'not-authentic',
    ],
    ['another version of TLS', { challenge: (text) => `${text},t=0303` }, 'not-authentic'],
    ['a wrong signature', { success: () => `v=${Buffer.alloc(32).toString('base64')}` }, 'not-authentic'],
    ['a cut signature', { success: (text) => text.slice(0, 20) }, 'not-authentic'],
    ['an empty signature', { success: () => 'v=' }, 'not-authentic'],
    ['a success without signature', { success: () => undefined }, 'not-authentic'],
    ['a success with an empty text', { success: () => '' }, 'not-authentic'],
    ['an error for success', { success: () => 'e=invalid-proof' }, 'not-authentic'],
  ];
  it.each(lies)('%s', async (_name, lie, code) => {
    const { closed } = await connectTo(async (session) => {
      await session.startTls();
      await session.authenticate(lie);
      await session.offer(features.bind);
      throw new Error('the client went on');
    });
    expect((await closed)?.code).toBe(code);
  });

  it('accepts the right announcements of XEP-0474 and XEP-0515', async () => {
    const mechanisms = ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256', 'SCRAM-SHA-1'];
    const list = 'SCRAM-SHA-1\x1eSCRAM-SHA-256\x1eSCRAM-SHA-256-PLUS\x1ftls-exporter\x1etls-server-end-point';
    const { online } = await connectTo(async (session) => {
      await session.login({
        mechanisms,
        bindings: ['tls-server-end-point', 'tls-exporter'],
        challenge: (text) => `${text},h=${hash(list)},t=0304,x=more`,
      });
      await session.bind();
    });
    expect((await online).scram).toBe(true);
  });

  it.each([
    ['success at once', [sasl('success')]],
    ['success at once, with a text', [sasl('success', 'v=AAAA')]],
    [
      'a challenge that is no base64',
      ["<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>!!!</challenge>"],
    ],
    ['features again', ['<stream:features/>']],
    ['a stanza', ["<message from='bob@b.test'><body>PWN</body></message>"]],
    ['something else', ["<success xmlns='urn:x'/>"]],
  ])('%s', async (_name, answers) => {
    const { closed, stanzas } = await connectTo(async (session) => {
      await session.startTls();
      await session.offer(features.mechanisms(['SCRAM-SHA-1']));
      await session.next('auth');
      for (const answer of answers) session.send(answer);
      await session.gone;
    });
    expect(['not-authentic', 'protocol']).toContain((await closed)?.code);
    expect(stanzas).toEqual([]);
    expect(server?.sessions[0]?.text).not.toContain('<response');
  });

  it.each([
    ['only PLAIN after SCRAM was seen', ['PLAIN'], true],
    ['PLAIN beside a SCRAM that we do not know', ['PLAIN', 'SCRAM-SHA3-512'], false],
    ['nothing that we know', ['EXTERNAL', 'DIGEST-MD5', 'ANONYMOUS', 'X-OAUTH2'], false],
    ['nothing', [], false],
  ])('%s', async (_name, mechanisms, scramSeen) => {
    const { closed } = await connectTo(
      async (session) => {
        await session.startTls();
        await session.offer(features.mechanisms(mechanisms));
        await session.gone;
      },
      { scramSeen },
    );
    expect((await closed)?.code).toBe('weak-authentication');
    expect(server?.sessions[0]?.text).not.toContain('<auth');
  });

  it('only unknown channel bindings', async () => {
    const { closed } = await connectTo(async (session) => {
      await session.startTls();
      await session.offer(
        features.mechanisms(['SCRAM-SHA-1-PLUS', 'SCRAM-SHA-1']),
        features.bindings(['tls-made-up']),
      );
      await session.gone;
    });
    expect((await closed)?.code).toBe('weak-authentication');
  });

  it('hidden -PLUS mechanisms are told to the server', async () => {
    let initial = '';
    const { closed } = await connectTo(async (session) => {
      await session.startTls();
      await session.offer(features.mechanisms(['SCRAM-SHA-1']));
      initial = decode(await session.next('auth'));
      session.reset();
    });
    await closed;
    expect(initial).toMatch(/^y,,n=alice,r=/);
  });

  it('a stranger in the middle of TLS is found out by the binding', async () => {
    const { closed } = await connectTo(async (session) => {
      await session.startTls();
      const bindingData = (): Buffer => Buffer.alloc(32);
      const attempt = session.authenticate({
        mechanisms: ['SCRAM-SHA-256-PLUS'],
        bindings: ['tls-exporter'],
        bindingData,
      });
      await expect(attempt).rejects.toThrow('wrong channel binding');
      session.reset();
    });
    expect((await closed)?.code).toBe('closed');
  });

  it('data sent along with success', async () => {
    const { closed } = await connectTo(async (session) => {
      await session.startTls();
      const send = session.send.bind(session);
      session.send = (data) => {
        send(typeof data === 'string' && data.startsWith('<success') ? `${data}<message/>` : data);
      };
      await session.authenticate();
      await session.gone;
    });
    expect((await closed)?.code).toBe('protocol');
    expect(server?.sessions[0]?.text.match(/<stream:stream/g)).toHaveLength(1);
  });
});

describe('H53, H56: other wishes of the server', () => {
  it('offers of compression, another session or a redirect are not taken up', async () => {
    const { online } = await connectTo(async (session) => {
      await session.login(
        {},
        "<compression xmlns='http://jabber.org/features/compress'><method>zlib</method></compression>",
        "<session xmlns='urn:ietf:params:xml:ns:xmpp-session'/>",
        "<authentication xmlns='urn:xmpp:sasl:2'><mechanism>PLAIN</mechanism></authentication>",
        features.starttls,
      );
      await session.bind();
    });
    await online;
    expect(server?.sessions[0]?.text).not.toMatch(/compress|authenticate|starttls|xmpp-session/);
  });

  it('a redirect after login goes nowhere', async () => {
    const { online, closed } = await connectTo(async (session) => {
      await session.online();
      session.send(
        "<stream:error><see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>127.0.0.1:1</see-other-host></stream:error></stream:stream>",
      );
      await session.gone;
    });
    await online;
    expect((await closed)?.code).toBe('server-error');
    expect(server?.sessions).toHaveLength(1);
  });

  it.each([
    ['no binding', ''],
    ['nothing but stream management', features.sm],
  ])('%s', async (_name, offered) => {
    const { closed } = await connectTo(async (session) => {
      await session.startTls();
      await session.authenticate();
      await session.offer(offered);
      await session.gone;
    });
    expect((await closed)?.code).toBe('protocol');
  });
});
