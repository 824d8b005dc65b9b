/** Registration before authentication, against a server that does what a test tells it. */
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { openRegistration, type RegistrationOptions } from '../../electron/xmpp/registration.ts';
import { StanzaError, WireClosed } from '../../electron/xmpp/wire.ts';
import { authorityCertificate, serverCertificate } from '../support/certificates.ts';
import { startFakeServer, type FakeServer, type FakeSession } from '../support/fake-server.ts';
import { bare } from '../support/xml.ts';

let server: FakeServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

const register = "<register xmlns='http://jabber.org/features/iq-register'/>";
const tokens = "<register xmlns='urn:xmpp:ibr-token:0'/>";
const result = (id: string | undefined, inner = '', from = ''): string =>
  `<iq type='result' id='${id ?? ''}' ${from}>${inner}</iq>`;
const refusal = (id: string | undefined, condition: string, type = 'cancel', text = ''): string =>
  `<iq type='error' id='${id ?? ''}'><error type='${type}'>
  <${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>${
    text === '' ? '' : `<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>${text}</text>`
  }</error></iq>`;
const fields =
  "<query xmlns='jabber:iq:register'><instructions>Hi</instructions><username/><password/></query>";

async function start(
  serve: (session: FakeSession) => Promise<void> | void,
  more: Partial<Parameters<typeof startFakeServer>[0]> = {},
): Promise<RegistrationOptions> {
  server = await startFakeServer({ serve, ...more });
  return {
    domain: bare(server.domain),
    server: server.address,
    pins: [],
    ca: [readFileSync(await authorityCertificate(), 'utf8')],
    limits: { step: 2_000 },
  };
}

const never = new AbortController().signal;
const answers = new Map([
  ['username', ['bill']],
  ['password', ['Calliope']],
]);

describe('the usual way', () => {
  test('asks inside TLS, names nobody outside of it, and hands in what was asked for', async () => {
    const options = await start(async (session) => {
      await session.startTls();
      await session.offer(register);
      session.send(result((await session.next('iq')).attrs['id'], fields));
      session.send(result((await session.next('iq')).attrs['id']));
      await session.until('end');
    });
    const registration = await openRegistration(options, never);
    expect(registration.offer).toMatchObject({ kind: 'fields', instructions: 'Hi' });
    expect(registration.offer.fields.map(({ name }) => name)).toEqual(['username', 'password']);
    await registration.submit(answers);
    registration.close();
    await server?.sessions[0]?.gone;
    expect(server?.sessions[0]?.text).toContain(
      '<query xmlns="jabber:iq:register"><username>bill</username><password>Calliope</password></query>',
    );
    expect(server?.sessions[0]?.clear).not.toMatch(/bill|Calliope|register/);
    expect(registration.isOpen).toBe(false);
  });

  test('a refusal leaves the form open: the person chooses another name', async () => {
    const options = await start(async (session) => {
      await session.startTls();
      await session.offer(register);
      session.send(result((await session.next('iq')).attrs['id'], fields));
      session.send(refusal((await session.next('iq')).attrs['id'], 'conflict', 'cancel', 'Taken.'));
      session.send(result((await session.next('iq')).attrs['id']));
      await session.until('end');
    });
    const registration = await openRegistration(options, never);
    await expect(registration.submit(answers)).rejects.toMatchObject({
      condition: 'conflict',
      text: 'Taken.',
    });
    await registration.submit(answers);
    registration.close();
  });

  test.each([
    ['accepted', [tokens, register], (id: string | undefined) => result(id)],
    ['refused', [tokens, register], (id: string | undefined) => refusal(id, 'item-not-found')],
    ['ignored', [register], undefined],
  ] as const)('a token is %s', async (outcome, features, reply) => {
    const options = await start(async (session) => {
      await session.startTls();
      await session.offer(...features);
      if (reply !== undefined) {
        const preauth = await session.next('iq');
        session.send(reply(preauth.attrs['id']));
      }
      session.send(result((await session.next('iq')).attrs['id'], fields));
      await session.until('end');
    });
    const registration = await openRegistration({ ...options, token: 'TOKEN' }, never);
    expect(registration.offer.token).toBe(outcome);
    expect(server?.sessions[0]?.text.includes('token="TOKEN"')).toBe(outcome !== 'ignored');
    registration.close();
  });
});

describe('what a server may do', () => {
  const opened = (options: RegistrationOptions): Promise<unknown> => openRegistration(options, never);

  test('no TLS, no registration: nothing is asked', async () => {
    const options = await start(async (session) => {
      await session.offer(register);
      await session.gone;
    });
    await expect(opened(options)).rejects.toMatchObject({ problem: { code: 'tls-required' } });
    expect(server?.sessions[0]?.clear).not.toContain('jabber:iq:register');
  });

  test('a certificate for another name is refused, unless it was pinned', async () => {
    const other = await serverCertificate('evil.test');
    const serve = async (session: FakeSession): Promise<void> => {
      await session.startTls();
      await session.offer(register);
      session.send(result((await session.next('iq')).attrs['id'], fields));
      await session.until('end');
    };
    const options = await start(serve, { certificate: other });
    await expect(opened(options)).rejects.toMatchObject({
      problem: { code: 'certificate', certificate: { reason: 'wrong-name', fingerprint: other.fingerprint } },
    });
    const registration = await openRegistration({ ...options, pins: [other.fingerprint] }, never);
    registration.close();
  });

  test.each([
    ['service-unavailable', 'cancel'],
    ['not-allowed', 'cancel'],
    ['forbidden', 'auth'],
    ['policy-violation', 'wait'],
    ['resource-constraint', 'wait'],
  ])('it registers nobody: %s', async (condition, type) => {
    const options = await start(async (session) => {
      await session.startTls();
      await session.offer();
      session.send(refusal((await session.next('iq')).attrs['id'], condition, type));
      await session.until('end');
    });
    const failure = await opened(options).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StanzaError);
    expect(failure).toMatchObject({ condition, type });
  });

  test.each([
    [
      'a stream error',
      "<stream:error><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>",
      'server-error',
    ],
    [
      'a redirect',
      "<stream:error><see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>evil.test</see-other-host></stream:error>",
      'server-error',
    ],
    ['an entity', '<x>&lol;</x>', 'protocol'],
    ['a document type', '<!DOCTYPE x [<!ENTITY a "b">]>', 'protocol'],
    ['a stanza without end', `<iq>${'x'.repeat(70_000)}`, 'protocol'],
    ['the end', '</stream:stream>', 'closed'],
  ])('instead of a form it sends %s', async (_name, text, code) => {
    const options = await start(async (session) => {
      await session.startTls();
      await session.offer(register);
      await session.next('iq');
      session.send(text);
      await session.gone;
    });
    await expect(opened(options)).rejects.toMatchObject({ problem: { code } });
  });

  test('an answer that is no form, and one that somebody else gives', async () => {
    const options = await start(async (session) => {
      await session.startTls();
      await session.offer(register);
      const { id } = (await session.next('iq')).attrs;
      session.send(result(id, fields, "from='mallory@evil.test'"));
      session.send(result('guessed', fields));
      session.send(`<message><body>Hello</body></message>${result(id, "<query xmlns='jabber:iq:roster'/>")}`);
      await session.gone;
    });
    await expect(opened(options)).rejects.toMatchObject({ problem: { code: 'protocol' } });
  });

  test('it never offers anything: the person is told in time', async () => {
    const options = await start(async (session) => {
      await session.startTls();
      await session.next('stream');
      await session.gone;
    });
    await expect(opened({ ...options, limits: { step: 50 } })).rejects.toMatchObject({
      problem: { code: 'timeout' },
    });
  });

  test('it goes away while the form is being filled in, or in the middle of the answer', async () => {
    const options = await start(async (session) => {
      await session.startTls();
      await session.offer(register);
      session.send(result((await session.next('iq')).attrs['id'], fields));
      await session.next('iq');
      session.end();
    });
    const registration = await openRegistration(options, never);
    await expect(registration.submit(answers)).rejects.toBeInstanceOf(WireClosed);
    expect(registration.isOpen).toBe(false);
    await expect(registration.submit(answers)).rejects.toBeInstanceOf(WireClosed);
  });

  test('giving up ends the connection', async () => {
    const giving = new AbortController();
    const options = await start(async (session) => {
      await session.startTls();
      await session.offer(register);
      await session.next('iq');
      giving.abort(new Error('given up'));
      await session.gone;
    });
    await expect(openRegistration(options, giving.signal)).rejects.toThrow('given up');
    await server?.sessions[0]?.gone;
  });
});
