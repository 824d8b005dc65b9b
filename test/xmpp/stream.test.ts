import { readFileSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { StanzaError, WireClosed } from '../../electron/xmpp/wire.ts';
import type { ResumableSession } from '../../electron/xmpp/wire.ts';
import { stanza, xml } from '../../electron/xmpp/xml.ts';
import type { FullJid } from '../../shared/jid.ts';
import { authorityCertificate } from '../support/certificates.ts';
import { features, startFakeServer } from '../support/fake-server.ts';
import type { FakeServer, FakeServerOptions, FakeSession } from '../support/fake-server.ts';
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
  options: ListenOptions & Omit<FakeServerOptions, 'serve'> = {},
): Promise<Listener> {
  const { security, certificate, maxVersion, domain, ...rest } = options;
  server = await startFakeServer({
    serve,
    ...(security && { security }),
    ...(certificate && { certificate }),
    ...(maxVersion && { maxVersion }),
    ...(domain && { domain }),
  });
  listener = listen({ ca, server: server.address, ...rest });
  return listener;
}

const message = (text: string, from = 'bob@b.test/r'): string =>
  `<message from='${from}' to='alice@a.test/d1' type='chat'><body>${text}</body></message>`;
const outgoing = (text: string): ReturnType<typeof stanza> =>
  stanza('message', { to: 'bob@b.test' }, xml('body', 'jabber:client', {}, text));

/** How the stream is connected has tests of its own. */
const details: unknown = expect.objectContaining({ mechanism: 'SCRAM-SHA-256' });

describe('login', () => {
  it.each(['starttls', 'direct'] as const)('over %s', async (security) => {
    const { online, states, logs } = await connectTo(
      async (session) => {
        await session.online();
      },
      { security },
    );
    await expect(online).resolves.toEqual({
      kind: 'online',
      jid: 'alice@a.test/d1',
      scram: true,
      details,
      session: { id: 'session-1' },
    });
    expect(states.map(({ kind }) => kind)).toEqual(['connecting', 'online']);
    const [session] = server?.sessions ?? [];
    if (security === 'starttls') expect(session?.clear).not.toMatch(/alice|SCRAM/);
    expect(session?.text).toContain('from="alice@a.test"');
    expect(JSON.stringify(logs)).not.toMatch(/secret|n=alice/);
  });

  it('answers for a domain in Unicode', async () => {
    const { online } = await connectTo(
      async (session) => {
        await session.login({ username: 'юзер' });
        await session.bind('юзер@bücher.test/d1');
      },
      { domain: 'xn--bcher-kva.test', address: 'юзер@bücher.test' },
    );
    expect((await online).jid).toBe('юзер@bücher.test/d1');
    expect(server?.sessions[0]?.clear).toContain('to="bücher.test"'.replace('ü', 'Ã¼'));
  });

  it.each([
    ['SCRAM-SHA-512', ['PLAIN', 'SCRAM-SHA-1', 'SCRAM-SHA-256', 'SCRAM-SHA-512'], undefined, 'TLSv1.3'],
    ['SCRAM-SHA-256', ['SCRAM-SHA-1', 'SCRAM-SHA-256', 'EXTERNAL'], undefined, 'TLSv1.3'],
    ['SCRAM-SHA-1', ['SCRAM-SHA-1'], undefined, 'TLSv1.3'],
    [
      'SCRAM-SHA-256-PLUS',
      ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-512'],
      ['tls-exporter', 'tls-server-end-point'],
      'TLSv1.3',
    ],
    ['SCRAM-SHA-1-PLUS', ['SCRAM-SHA-1-PLUS', 'SCRAM-SHA-1'], ['tls-server-end-point'], 'TLSv1.3'],
    ['SCRAM-SHA-1-PLUS', ['SCRAM-SHA-1-PLUS', 'SCRAM-SHA-1'], ['tls-unique'], 'TLSv1.2'],
    ['SCRAM-SHA-1-PLUS', ['SCRAM-SHA-1-PLUS', 'SCRAM-SHA-1'], undefined, 'TLSv1.2'],
    ['SCRAM-SHA-1', ['SCRAM-SHA-1-PLUS', 'SCRAM-SHA-1'], undefined, 'TLSv1.3'],
    ['PLAIN', ['PLAIN', 'ANONYMOUS'], undefined, 'TLSv1.3'],
  ] as const)('by %s of %j, bindings %j, %s', async (mechanism, mechanisms, bindings, maxVersion) => {
    const { online } = await connectTo(
      async (session) => {
        await session.login({ mechanisms, password: 'pässword😀', ...(bindings && { bindings }) });
        await session.bind();
      },
      { password: 'pässword😀', maxVersion },
    );
    const { scram, details: { mechanism: name, channelBinding } = {} } = await online;
    const binding = mechanism.endsWith('-PLUS') ? (bindings?.[0] ?? 'tls-unique') : undefined;
    expect([scram, name, channelBinding]).toEqual([mechanism !== 'PLAIN', mechanism, binding]);
  });

  it('takes a last SCRAM message in a challenge of its own', async () => {
    const { online } = await connectTo(async (session) => {
      await session.login({ lastChallenge: true });
      await session.bind();
    });
    expect((await online).scram).toBe(true);
  });

  it.each([
    ['not-authorized', 'credentials'],
    ['account-disabled', 'account-disabled'],
    ['temporary-auth-failure', 'server-error'],
    ['__proto__', 'protocol'],
  ])('failure %s is %s', async (condition, code) => {
    const { closed } = await connectTo(async (session) => {
      await session.startTls();
      await session.offer(features.mechanisms(['SCRAM-SHA-1']));
      await session.next('auth');
      session.send(
        `<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><${condition}/><text>why</text></failure>`,
      );
      await session.gone;
    });
    expect(await closed).toEqual({ code, host: 'a.test', detail: `${condition}: why` });
  });

  it.each([
    ['conflict', 'conflict'],
    ['host-unknown', 'unknown-host'],
    ['system-shutdown', 'server-error'],
    ['not-well-formed', 'protocol'],
  ])('stream error %s is %s', async (condition, code) => {
    const { closed, online } = await connectTo(async (session) => {
      await session.online();
      session.send(
        `<stream:error><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>`,
      );
      await session.gone;
    });
    await online;
    expect(await closed).toMatchObject({ code, host: 'a.test', detail: condition });
  });

  it('refuses to be bound to another address', async () => {
    const { closed } = await connectTo(async (session) => {
      await session.login();
      await session.bind('mallory@a.test/d1');
      await session.gone;
    });
    expect((await closed)?.code).toBe('protocol');
  });

  it.each(['not@a@jid', '', 'alice@a.test'])('refuses to be bound to %j', async (jid) => {
    const { closed } = await connectTo(async (session) => {
      await session.login();
      await session.bind(jid);
      await session.gone;
    });
    expect((await closed)?.code).toBe('protocol');
  });

  it('keeps stanzas that come before stream management is on, and delivers them after', async () => {
    const { received, stanzas, states } = await connectTo(async (session) => {
      await session.login({}, features.sm);
      await session.bind();
      await session.next('enable');
      session.send(`${message('early')}<enabled xmlns='urn:xmpp:sm:3' id='s'/>${message('first')}`);
      await session.gone;
    });
    await received(2);
    expect(stanzas.map(({ position }) => position)).toEqual([0, 1]);
    expect(states.at(-1)).toEqual({ kind: 'online', jid: 'alice@a.test/d1', scram: true, details });
  });

  it('goes on without stream management when the server will not enable it', async () => {
    const { online, received, stanzas, wire } = await connectTo(async (session) => {
      await session.login({}, features.sm);
      await session.bind();
      await session.next('enable');
      session.send(`<failed xmlns='urn:xmpp:sm:3'/>${message('hello')}`);
      await session.gone;
    });
    expect(await online).not.toHaveProperty('session');
    await received(1);
    expect(stanzas[0]?.position).toBe(0);
    expect(wire.nextPosition).toBe(0);
    expect(wire.send(outgoing('hi'))).toBe(0);
  });

  it('times out at every step', async () => {
    const silences: ((session: FakeSession) => Promise<void>)[] = [
      async (session) => session.gone,
      async (session) => {
        await session.offer(features.starttls);
        await session.gone;
      },
      async (session) => {
        await session.startTls();
        await session.gone;
      },
      async (session) => {
        await session.startTls();
        await session.offer(features.mechanisms(['SCRAM-SHA-1']));
        await session.gone;
      },
      async (session) => {
        await session.login();
        await session.gone;
      },
      async (session) => {
        await session.login({}, features.sm);
        await session.bind();
        await session.gone;
      },
    ];
    for (const silence of silences) {
      const { closed } = await connectTo(silence, { limits: { step: 100, secure: 150, overall: 1_000 } });
      expect((await closed)?.code).toBe('timeout');
      await server?.stop();
    }
  });
});

describe('stream management', () => {
  const resume: ResumableSession = { id: 'old', jid: 'alice@a.test/d1' as FullJid, received: 2 ** 32 + 5 };

  it('counts in both directions from <enabled/> on', async () => {
    const done = Promise.withResolvers<string>();
    const { online, received, stanzas, acknowledged, wire } = await connectTo(async (session) => {
      await session.login({}, features.sm);
      await session.bind();
      await session.next('enable');
      // In one segment: what follows <enabled/> immediately has to be counted (trap X13).
      session.send(
        `<enabled xmlns='urn:xmpp:sm:3' id='s' resume='1'/>${message('1')}<r xmlns='urn:xmpp:sm:3'/>${message('2')}`,
      );
      const answers: (string | undefined)[] = [];
      for (;;) {
        const { name, attrs } = await session.next();
        if (name === 'r') session.send("<a xmlns='urn:xmpp:sm:3' h='2'/>");
        if (name === 'a') answers.push(attrs['h']);
        if (attrs['h'] === '2') done.resolve(answers.join(' '));
      }
    });
    await online;
    expect(wire.nextPosition).toBe(1);
    expect([wire.send(outgoing('a')), wire.send(outgoing('b'))]).toEqual([1, 2]);
    await received(2);
    expect(stanzas.map(({ position }) => position)).toEqual([1, 2]);
    wire.handled(2);
    expect(wire.handledUpTo).toBe(0);
    wire.handled(1);
    wire.handled(1);
    wire.handled(7);
    expect(wire.handledUpTo).toBe(2);
    expect(await done.promise).toMatch(/^(0 )?2$/);
    await expect.poll(() => acknowledged).toEqual([2]);
  });

  it('resumes, with counters beyond 2³²', async () => {
    const h = Promise.withResolvers<string | undefined>();
    const { online, wire, received, stanzas } = await connectTo(
      async (session) => {
        await session.login({}, features.sm);
        const asked = await session.next('resume');
        expect(asked.attrs).toMatchObject({ previd: 'old', h: '5' });
        session.send(`<resumed xmlns='urn:xmpp:sm:3' previd='old' h='4294967295'/>${message('missed')}`);
        const sent = await session.until('message');
        expect(sent.attrs['to']).toBe('bob@b.test');
        session.send("<a xmlns='urn:xmpp:sm:3' h='1'/>");
        h.resolve((await session.until('a')).attrs['h']);
        await session.gone;
      },
      {
        resume,
        onStanza: (_stanza, position, online) => {
          online.handled(position);
        },
      },
    );
    expect(await online).toEqual({
      kind: 'online',
      jid: 'alice@a.test/d1',
      scram: true,
      details,
      session: { id: 'old' },
      resumed: { acknowledged: 4_294_967_295 },
    });
    expect(wire.nextPosition).toBe(4_294_967_296);
    expect([wire.send(outgoing('x')), wire.send(outgoing('y'))]).toEqual([4_294_967_296, 4_294_967_297]);
    await received(1);
    expect(stanzas[0]?.position).toBe(2 ** 32 + 6);
    expect(await h.promise).toBe('6');
    expect(wire.handledUpTo).toBe(2 ** 32 + 6);
    await expect.poll(() => listener?.acknowledged).toEqual([4_294_967_297]);
  });

  it('binds anew when the session is lost, and tells how far the server had come', async () => {
    const { online, acknowledged, states } = await connectTo(
      async (session) => {
        await session.login({}, features.sm);
        await session.next('resume');
        session.send(
          "<failed xmlns='urn:xmpp:sm:3' h='17'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>",
        );
        await session.bind();
        await session.next('enable');
        session.send("<enabled xmlns='urn:xmpp:sm:3' id='new' resume='true' location='[2001:db8::1]:5222'/>");
      },
      { resume },
    );
    expect(await online).toMatchObject({ session: { id: 'new', location: '[2001:db8::1]:5222' } });
    expect(states.at(-1)).not.toHaveProperty('resumed');
    expect(acknowledged).toEqual([17]);
  });

  it('binds when the server offers no stream management any more', async () => {
    const { online } = await connectTo(
      async (session) => {
        await session.login();
        await session.bind();
      },
      { resume },
    );
    expect(await online).toEqual({ kind: 'online', jid: 'alice@a.test/d1', scram: true, details });
  });

  it('asks once for a burst, and again while it goes on', async () => {
    const seen: string[] = [];
    const { online, wire } = await connectTo(async (session) => {
      await session.online();
      for (;;) {
        const { name } = await session.next();
        seen.push(name);
      }
    });
    await online;
    for (let count = 0; count < 5; count += 1) wire.send(outgoing(String(count)));
    await expect.poll(() => seen.length).toBe(6);
    expect(seen).toEqual([...Array.from({ length: 5 }, () => 'message'), 'r']);
    // No answer comes; sending one by one still asks after every ten.
    for (let count = 0; count < 25; count += 1) {
      wire.send(outgoing(String(count)));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await expect.poll(() => seen.filter((name) => name === 'message').length).toBe(30);
    expect(seen.filter((name) => name === 'r')).toHaveLength(3);
  });

  it('acknowledges without being asked, after ten stanzas or a while', async () => {
    const answers: (string | undefined)[] = [];
    const { online } = await connectTo(
      async (session) => {
        await session.online();
        session.send(message('x').repeat(12));
        for (;;) answers.push((await session.until('a')).attrs['h']);
      },
      {
        limits: { acknowledgeWithin: 50 },
        onStanza: (_stanza, position, wire) => {
          wire.handled(position);
        },
      },
    );
    await online;
    await expect.poll(() => answers).toEqual(['10', '12']);
  });
});

describe('requests', () => {
  const query = { type: 'get', payload: xml('query', 'urn:x') } as const;
  const result = (id: string, from?: string): string =>
    `<iq type='result' id='${id}'${from === undefined ? '' : ` from='${from}'`}><ok xmlns='urn:x'/></iq>`;

  it.each([
    [undefined, undefined],
    [undefined, 'alice@a.test'],
    [undefined, 'alice@a.test/d1'],
    [undefined, 'a.test'],
    ['bob@b.test/r', 'bob@b.test/r'],
    ['alice@a.test', undefined],
    ['ROOM@muc.A.test', 'room@muc.a.test'],
  ])('to %s are answered by %s', async (to, from) => {
    const { online, wire } = await connectTo(async (session) => {
      await session.online();
      const { attrs } = await session.until('iq');
      session.send(result(attrs['id'] ?? '', from));
      await session.gone;
    });
    await online;
    const reply = await wire.request({ ...query, ...(to !== undefined && { to }) });
    expect(reply.children).toEqual([xml('ok', 'urn:x')]);
  });

  it.each([
    [undefined, 'mallory@evil.example'],
    [undefined, 'alice@a.test/other'],
    [undefined, 'not@a@jid'],
    ['bob@b.test/r', 'bob@b.test'],
    ['bob@b.test/r', undefined],
    ['bob@b.test', 'mallory@evil.example/bob@b.test'],
    ['a.test', 'alice@a.test'],
  ])('to %s are not answered by %s', async (to, from) => {
    const { online, wire, logs, stanzas } = await connectTo(async (session) => {
      await session.online();
      const { attrs } = await session.until('iq');
      session.send(result(attrs['id'] ?? '', from) + result('guess', 'a.test') + message('after'));
      await session.gone;
    });
    await online;
    await expect(wire.request({ ...query, ...(to !== undefined && { to }), timeout: 200 })).rejects.toThrow(
      WireClosed,
    );
    expect(logs.filter(({ event }) => event === 'ignored')).toHaveLength(2);
    expect(stanzas.map(({ position }) => position)).toEqual([3]);
    // Both replies count as handled, so that the message alone is missing from `h`.
    expect(wire.handledUpTo).toBe(2);
  });

  it('have ids that nobody can guess', async () => {
    const ids = new Set<string>();
    const { online, wire } = await connectTo(async (session) => {
      await session.online();
      for (;;) {
        const { attrs } = await session.until('iq');
        ids.add(attrs['id'] ?? '');
        session.send(result(attrs['id'] ?? ''));
      }
    });
    await online;
    await Promise.all(Array.from({ length: 50 }, () => wire.request(query)));
    expect(ids.size).toBe(50);
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });

  it('reject with the error of the other side', async () => {
    const errors = [
      "<error type='auth'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>no</text></error>",
      "<error><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>",
      '',
    ];
    const { online, wire } = await connectTo(async (session) => {
      await session.online();
      for (const error of errors) {
        const { attrs } = await session.until('iq');
        session.send(`<iq type='error' id='${attrs['id'] ?? ''}'>${error}</iq>`);
      }
      await session.gone;
    });
    await online;
    await expect(wire.request(query)).rejects.toMatchObject({ type: 'auth', text: 'no' });
    await expect(wire.request(query)).rejects.toMatchObject({
      condition: 'undefined-condition',
      type: 'cancel',
    });
    await expect(wire.request(query)).rejects.toThrow(StanzaError);
  });

  it('fail when the connection ends', async () => {
    const { online, wire } = await connectTo(async (session) => {
      await session.online();
      await session.until('iq');
      session.reset();
    });
    await online;
    await expect(wire.request(query)).rejects.toThrow(WireClosed);
    expect(() => wire.send(outgoing('x'))).toThrow(WireClosed);
    await expect(wire.request(query)).rejects.toThrow(WireClosed);
  });
});

describe('life and end', () => {
  it('sends nothing before it is online', async () => {
    const { wire, online } = await connectTo(async (session) => {
      await session.online();
      await session.gone;
    });
    expect(() => wire.send(outgoing('x'))).toThrow(WireClosed);
    await expect(wire.request({ type: 'get', payload: xml('q', 'urn:x') })).rejects.toThrow(WireClosed);
    await online;
    expect(() => wire.send(xml('success', 'urn:ietf:params:xml:ns:xmpp-sasl'))).toThrow(TypeError);
    expect(server?.sessions[0]?.text).not.toContain('<message');
  });

  it('closes in an orderly way', async () => {
    const goodbye: string[] = [];
    const { wire, online, closed, states, stanzas } = await connectTo(
      async (session) => {
        await session.online();
        session.send(message('1'));
        goodbye.push((await session.next('a')).attrs['h'] ?? '');
        goodbye.push((await session.next()).name);
        session.send(`${message('too late')}</stream:stream>`);
        await session.gone;
      },
      {
        limits: { acknowledgeWithin: 5_000 },
        onStanza: (_stanza, position, online) => {
          online.handled(position);
          void online.close();
        },
      },
    );
    await online;
    expect(await closed).toBeUndefined();
    await wire.close();
    expect(goodbye).toEqual(['1', 'end']);
    expect(stanzas).toHaveLength(1);
    expect(states.at(-1)).toEqual({ kind: 'closed' });
    expect(await wire.isAlive(10)).toBe(false);
  });

  it('does not wait for a server that does not close', async () => {
    const { wire, online } = await connectTo(
      async (session) => {
        await session.online();
        await session.gone;
      },
      { limits: { close: 50 } },
    );
    await online;
    await wire.close();
    await server?.sessions[0]?.gone;
  });

  it('drops at once and says nothing more', async () => {
    const { wire, online, states } = await connectTo(async (session) => {
      await session.online();
      session.send(message('x'));
      await session.gone;
    });
    await online;
    wire.drop();
    wire.drop();
    await wire.close();
    expect(states.at(-1)).toEqual({ kind: 'closed' });
    await server?.sessions[0]?.gone;
    expect(server?.sessions[0]?.text).not.toContain('</stream:stream>');
  });

  it.each([0, 1, 5, 20, 60])('can be closed %i ms after the start', async (delay) => {
    const { wire, closed, states } = await connectTo(async (session) => {
      await session.online();
      await session.gone;
    });
    await new Promise((resolve) => setTimeout(resolve, delay));
    await wire.close();
    expect(await closed).toBeUndefined();
    expect(states.filter(({ kind }) => kind === 'closed')).toHaveLength(1);
    expect(states.at(-1)).toEqual({ kind: 'closed' });
  });

  it('tells when the server closes, resets or ends', async () => {
    const ends: ((session: FakeSession) => void)[] = [
      (session) => {
        session.send('</stream:stream>');
      },
      (session) => {
        session.end();
      },
      (session) => {
        session.reset();
      },
    ];
    for (const end of ends) {
      const { closed } = await connectTo(async (session) => {
        await session.online();
        end(session);
        await session.gone;
      });
      expect((await closed)?.code).toBe('closed');
      await server?.stop();
    }
  });

  it.each([true, false])('notices a dead server, stream management %s', async (managed) => {
    const { closed, online, wire } = await connectTo(
      async (session) => {
        await (managed ? session.online() : session.login().then(() => session.bind()));
        await session.gone;
      },
      { limits: { idle: 50, dead: 100 } },
    );
    await online;
    expect(await wire.isAlive(20)).toBe(false);
    expect((await closed)?.code).toBe('timeout');
  });

  it.each([true, false])('stays with a server that answers, stream management %s', async (managed) => {
    const { online, wire, states } = await connectTo(
      async (session) => {
        await (managed ? session.online() : session.login().then(() => session.bind()));
        for (;;) {
          const { name, attrs } = await session.next();
          if (name === 'r') session.send("<a xmlns='urn:xmpp:sm:3' h='0'/>");
          if (name === 'iq') session.send(`<iq type='error' id='${attrs['id'] ?? ''}' from='a.test'/>`);
        }
      },
      { limits: { idle: 30, dead: 60 } },
    );
    await online;
    expect(await wire.isAlive(2_000)).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(states.at(-1)?.kind).toBe('online');
    expect(await wire.isAlive(2_000)).toBe(true);
  });

  it('does not take an old acknowledgement for a sign of life', async () => {
    // After a sleep, one that arrived before it may still be in the socket.
    const { online, wire, acknowledged } = await connectTo(async (session) => {
      await session.online();
      await session.next();
      session.send("<a xmlns='urn:xmpp:sm:3' h='0'/><a xmlns='urn:xmpp:sm:3' h='1'/>");
      await session.gone;
    });
    await online;
    expect(await wire.isAlive(300)).toBe(false);
    expect(acknowledged).toEqual([1]);
  });

  it('survives a listener that throws', async () => {
    const { received, logs, wire } = await connectTo(
      async (session) => {
        await session.online();
        session.send(message('1') + message('2'));
        await session.gone;
      },
      {
        onStanza: (_stanza, position) => {
          if (position === 1) throw new Error('a fault of ours');
        },
      },
    );
    await received(1);
    expect(logs.filter(({ event }) => event === 'listener-failed')).toHaveLength(1);
    expect(wire.send(outgoing('still here'))).toBe(1);
  });
});
