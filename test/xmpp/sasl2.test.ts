/** Signing in by SASL2 against a server that does as it is told: what is asked for, what is remembered, how often one waits. */
import { readFileSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Memory, Sasl2Offer, Token } from '../../electron/xmpp/auth/memory.ts';
import type { ResumableSession } from '../../electron/xmpp/wire.ts';
import { childElements } from '../../electron/xmpp/xml.ts';
import type { FullJid } from '../../shared/jid.ts';
import { authorityCertificate } from '../support/certificates.ts';
import {
  features,
  startFakeServer,
  type FakeServer,
  type FakeServerOptions,
} from '../support/fake-server.ts';
import { sasl2Failure, sasl2Feature, serveSasl2, type Asked } from '../support/fake-sasl2.ts';
import { AGENT, listen, type ListenOptions, type Listener } from '../support/wire-listener.ts';

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

async function connectTo(serve: FakeServerOptions['serve'], options: ListenOptions = {}): Promise<Listener> {
  listener?.wire.drop();
  await server?.stop();
  server = await startFakeServer({ serve, security: 'direct' });
  listener = listen({ ca, server: server.address, ...options });
  return listener;
}

const binding = ['tls-exporter', 'tls-server-end-point'];
const fast = ['HT-SHA-256-NONE', 'HT-SHA-256-ENDP', 'HT-SHA-256-EXPR'];
const resume: ResumableSession = { id: 'old', jid: 'alice@a.test/Waxwing~1' as FullJid, received: 7 };
const token: Token = { mechanism: 'HT-SHA-256-EXPR', secret: 'one', expiry: 4e12, count: 4 };
const offer: Sasl2Offer = { mechanisms: ['SCRAM-SHA-256'], resumes: true, binds: ['urn:xmpp:sm:3'], fast };
const warm: Memory = { agent: AGENT, token, offer, sasl2Seen: true };
const good = {
  fast,
  bindings: binding,
  mechanisms: ['SCRAM-SHA-256', 'SCRAM-SHA-256-PLUS'],
  tokens: new Map([['one', 'HT-SHA-256-EXPR']]),
};

describe('by a password', () => {
  it('binds, counts and gets carbons and a token, all at once', async () => {
    let asked: Asked | undefined;
    const { online, memories } = await connectTo(async (session) => {
      asked = await serveSasl2(session, { ...good, issue: 'two' });
      await session.gone;
    });
    expect(await online).toMatchObject({
      kind: 'online',
      jid: 'alice@a.test/Waxwing~server',
      session: { id: 'session-2' },
      scram: true,
      carbons: true,
    });
    const [agent, bind, request] = childElements(asked?.element ?? never()).slice(1);
    expect(agent?.attrs['id']).toBe(AGENT);
    expect(childElements(bind ?? never()).map(({ name, ns }) => `${name} ${ns}`)).toEqual([
      'tag urn:xmpp:bind:0',
      'enable urn:xmpp:carbons:2',
      'enable urn:xmpp:sm:3',
    ]);
    expect(request?.attrs['mechanism']).toBe('HT-SHA-256-EXPR');
    expect(memories.at(-1)).toMatchObject({
      agent: AGENT,
      sasl2Seen: true,
      token: { mechanism: 'HT-SHA-256-EXPR', secret: 'two', count: 0, expiry: Date.UTC(2099, 0) },
      keys: { family: 'SCRAM-SHA-256', iterations: 4096 },
      offer: { resumes: true, binds: ['urn:xmpp:sm:3', 'urn:xmpp:carbons:2'], fast },
    });
    expect(server?.sessions[0]?.roundTrips).toBe(3);
  });

  it.each(['SCRAM-SHA-1', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'PLAIN'])('%s', async (mechanism) => {
    const { online } = await connectTo(
      async (session) => {
        await serveSasl2(session, { mechanisms: [mechanism], password: 'pässword😀' });
        await session.gone;
      },
      { password: 'pässword😀' },
    );
    expect((await online).scram).toBe(mechanism !== 'PLAIN');
  });

  it.each([
    ['no Bind 2', { binds: false }, false],
    ['Bind 2 without stream management', { binds: [] }, true],
  ] as const)('with %s, stream management comes afterwards', async (_name, options, isBound) => {
    const { online } = await connectTo(async (session) => {
      await serveSasl2(session, options);
      if (!isBound) await session.bind();
      await session.next('enable');
      session.send("<enabled xmlns='urn:xmpp:sm:3' id='session-3' resume='true'/>");
      await session.gone;
    });
    const state = await online;
    expect(state.session?.id).toBe('session-3');
    expect(state).not.toHaveProperty('carbons');
    expect(state.jid).toBe(isBound ? 'alice@a.test/Waxwing~server' : 'alice@a.test/d1');
  });

  it('resumes at once, and binds at once when the session is lost', async () => {
    for (const session of [{ id: 'old', h: 12 }, undefined]) {
      const { online, acknowledged } = await connectTo(
        async (connection) => {
          await serveSasl2(connection, session === undefined ? {} : { session });
          await connection.gone;
        },
        { resume },
      );
      const state = await online;
      expect(state.resumed).toEqual(session && { acknowledged: 12 });
      expect(state.jid).toBe(session === undefined ? 'alice@a.test/Waxwing~server' : resume.jid);
      expect(acknowledged).toEqual(session === undefined ? [3] : []);
    }
  });

  it('resumes afterwards where it cannot be done at once, and binds nothing before', async () => {
    const { online } = await connectTo(
      async (session) => {
        const { parts } = await serveSasl2(session, { resumes: false });
        expect(parts).not.toContain('bind');
        await session.next('resume');
        session.send("<resumed xmlns='urn:xmpp:sm:3' previd='old' h='1'/>");
        await session.gone;
      },
      { resume },
    );
    expect((await online).resumed).toEqual({ acknowledged: 1 });
  });

  it('takes large stanzas afterwards, as the stream is not restarted', async () => {
    const { received, stanzas } = await connectTo(async (session) => {
      await serveSasl2(session);
      session.send(`<message from='a.test'><body>${'x'.repeat(400_000)}</body></message>`);
      await session.gone;
    });
    await received(1);
    expect(stanzas).toHaveLength(1);
  });
});

describe('by a token', () => {
  it('with everything remembered, the whole way is one round trip', async () => {
    const { online, memories } = await connectTo(
      async (session) => {
        const { parts, element } = await serveSasl2(session, { ...good, session: { id: 'old', h: 5 } });
        expect(parts).toEqual(['initial-response', 'user-agent', 'resume', 'bind', 'fast']);
        expect(childElements(element, 'fast')[0]?.attrs['count']).toBe('5');
        await session.gone;
      },
      { memory: warm, resume },
    );
    expect((await online).resumed).toEqual({ acknowledged: 5 });
    expect(server?.sessions[0]?.roundTrips).toBe(1);
    expect(server?.sessions[0]?.text).toMatch(/^<\?xml[^>]*><stream:stream[^>]*><authenticate /);
    expect(memories[0]?.token?.count).toBe(5);
    expect(memories.at(-1)).toMatchObject({ token: { secret: 'one', count: 5 } });
  });

  it('and so it is when the session is lost: a new one is bound along', async () => {
    const { online } = await connectTo(
      async (session) => {
        await serveSasl2(session, good);
        await session.gone;
      },
      { memory: warm, resume },
    );
    expect((await online).session?.id).toBe('session-2');
    expect(server?.sessions[0]?.roundTrips).toBe(1);
  });

  it('with nothing remembered of the offer, it waits for the features', async () => {
    const { offer: _, ...cold } = warm;
    const { online } = await connectTo(
      async (session) => {
        await serveSasl2(session, good);
        await session.gone;
      },
      { memory: cold },
    );
    await online;
    expect(server?.sessions[0]?.roundTrips).toBe(2);
  });

  it('takes a new token and forgets the old one', async () => {
    const { online, memories } = await connectTo(
      async (session) => {
        await serveSasl2(session, { ...good, issue: 'three' });
        await session.gone;
      },
      { memory: warm },
    );
    await online;
    expect(memories.at(-1)?.token).toMatchObject({ secret: 'three', mechanism: 'HT-SHA-256-EXPR', count: 0 });
  });

  it('lets it be forgotten', async () => {
    const { online, memories } = await connectTo(
      async (session) => {
        const { element } = await serveSasl2(session, good);
        expect(childElements(element, 'fast')[0]?.attrs['invalidate']).toBe('true');
        await session.gone;
      },
      { memory: warm, invalidatesToken: true },
    );
    await online;
    expect(memories.at(-1)).not.toHaveProperty('token');
  });

  it.each([
    ['unknown to the server', { ...warm, token: { ...token, secret: 'nobody knows' } }],
    ['of another mechanism', { ...warm, token: { ...token, mechanism: 'HT-SHA-256-ENDP' } }],
  ])('one %s gives way to the password, on the same stream', async (_name, memory) => {
    const { online, memories } = await connectTo(
      async (session) => {
        const { element } = await serveSasl2(session, { ...good, issue: 'four' });
        expect(element.attrs['mechanism']).toBe('SCRAM-SHA-256-PLUS');
        await session.gone;
      },
      { memory },
    );
    await online;
    expect(memories.some((each) => each.token === undefined)).toBe(true);
    expect(memories.at(-1)?.token?.secret).toBe('four');
    expect(server?.sessions).toHaveLength(1);
  });

  it('an expired one is not shown', async () => {
    const { online } = await connectTo(
      async (session) => {
        const { element } = await serveSasl2(session, good);
        expect(element.attrs['mechanism']).toBe('SCRAM-SHA-256-PLUS');
        await session.gone;
      },
      { memory: { ...warm, token: { ...token, expiry: 1_000 } } },
    );
    await online;
  });

  it('is kept when the server only has a bad moment', async () => {
    const { closed, memories } = await connectTo(
      async (session) => {
        await session.offer(sasl2Feature(good));
        await session.next('authenticate');
        session.send(sasl2Failure('temporary-auth-failure'));
        await session.gone;
      },
      { memory: warm },
    );
    expect((await closed)?.code).toBe('server-error');
    expect(memories.at(-1)?.token).toBeDefined();
  });
});

describe('without the password', () => {
  const keysOf = async (): Promise<Memory> => {
    const salt = Buffer.from('salted');
    const { online, memories } = await connectTo(async (session) => {
      await serveSasl2(session, { salt });
      await session.gone;
    });
    await online;
    return memories.at(-1) ?? never();
  };

  it('keys sign in, by either profile', async () => {
    const memory = await keysOf();
    const salt = Buffer.from('salted');
    for (const profile of [1, 2]) {
      const { online } = await connectTo(
        async (session) => {
          if (profile === 2) await serveSasl2(session, { salt });
          else {
            await session.login({ salt });
            await session.bind();
          }
          await session.gone;
        },
        { withoutPassword: true, memory },
      );
      expect((await online).scram).toBe(true);
    }
  });

  it.each([
    ['another salt', { salt: Buffer.from('other') }],
    ['another count of iterations', { salt: Buffer.from('salted'), iterations: 5_000 }],
    ['another hash', { salt: Buffer.from('salted'), mechanisms: ['SCRAM-SHA-512'] }],
    ['nothing but PLAIN', { mechanisms: ['PLAIN'] }],
  ])('%s makes it needed again', async (_name, options) => {
    const memory = await keysOf();
    const { closed } = await connectTo(
      async (session) => {
        await serveSasl2(session, options);
        await session.gone;
      },
      { withoutPassword: true, memory },
    );
    expect((await closed)?.code).toBe('credentials');
  });

  it('keys of a weaker hash are used while that is offered beside stronger ones', async () => {
    const memory = await keysOf();
    const { online } = await connectTo(
      async (session) => {
        await serveSasl2(session, {
          salt: Buffer.from('salted'),
          mechanisms: ['SCRAM-SHA-512', 'SCRAM-SHA-256'],
        });
        await session.gone;
      },
      { withoutPassword: true, memory },
    );
    await online;
  });

  it('a refused token without keys asks for it', async () => {
    const { closed, memories } = await connectTo(
      async (session) => {
        await serveSasl2(session, { ...good, tokens: new Map() });
        await session.gone;
      },
      { withoutPassword: true, memory: warm },
    );
    expect((await closed)?.code).toBe('credentials');
    expect(memories.at(-1)).not.toHaveProperty('token');
  });
});

it('a server that offers SASL2 no more is signed in to by the old profile the next time', async () => {
  const serve: FakeServerOptions['serve'] = async (session) => {
    await session.offer(features.mechanisms(['SCRAM-SHA-256']));
    await session.next();
    session.reset();
  };
  const { closed, memories } = await connectTo(serve, { memory: warm });
  expect((await closed)?.code).toBe('server-error');
  const memory = memories.at(-1) ?? never();
  expect(memory).not.toHaveProperty('offer');
  const { online } = await connectTo(
    async (session) => {
      await session.login();
      await session.bind();
    },
    { memory },
  );
  expect((await online).scram).toBe(true);
});

function never(): never {
  throw new Error('it is not there');
}
