/** H55 in SASL2: a server, or whoever stands in its place, that lies about authentication and what goes along with it. */
import { readFileSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Memory } from '../../electron/xmpp/auth/memory.ts';
import type { FullJid } from '../../shared/jid.ts';
import { authorityCertificate } from '../support/certificates.ts';
import {
  features,
  startFakeServer,
  type FakeServer,
  type FakeServerOptions,
} from '../support/fake-server.ts';
import {
  answerAuthenticate,
  sasl2Failure,
  sasl2Feature,
  serveSasl2,
  type Sasl2Options,
} from '../support/fake-sasl2.ts';
import { childText } from '../../electron/xmpp/xml.ts';
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
  server = await startFakeServer({ serve, security: 'direct' });
  listener = listen({ ca, server: server.address, ...options });
  return listener;
}

/** Signs in with these options and returns why that failed. */
async function failureOf(options: Sasl2Options, listening: ListenOptions = {}): Promise<string | undefined> {
  const { closed } = await connectTo(async (session) => {
    await serveSasl2(session, options);
    await session.gone;
  }, listening);
  expect(listener?.states.some(({ kind }) => kind === 'online')).toBe(false);
  return (await closed)?.code;
}

const fast = ['HT-SHA-256-NONE', 'HT-SHA-256-EXPR'];
const bindings = ['tls-exporter', 'tls-server-end-point'];
const mechanisms = ['SCRAM-SHA-256', 'SCRAM-SHA-256-PLUS'];
const tokens = new Map([['one', 'HT-SHA-256-EXPR']]);
const good = { fast, bindings, mechanisms, tokens };
const warm: Memory = {
  agent: AGENT,
  token: { mechanism: 'HT-SHA-256-EXPR', secret: 'one', expiry: 4e12, count: 0 },
  offer: { mechanisms, resumes: true, binds: ['urn:xmpp:sm:3'], fast },
  sasl2Seen: true,
};
const resume = { id: 'old', jid: 'alice@a.test/Waxwing~1' as FullJid, received: 7 };

describe('success', () => {
  const without = (text: string) => (honest: string) =>
    honest.replace(new RegExp(`<${text}>[^<]*</${text}>`), '');
  const asData = (text: string) => (honest: string) =>
    honest.replace(/(<additional-data>)[^<]*/, `$1${Buffer.from(text).toString('base64')}`);
  const insert = (text: string) => (honest: string) => honest.replace('</success>', `${text}</success>`);
  const identify = (jid: string) => (honest: string) =>
    honest.replace(/(<authorization-identifier>)[^<]*/, `$1${jid}`);

  it.each<[string, (honest: string) => string, string]>([
    ['without the signature', without('additional-data'), 'not-authentic'],
    ['with an empty signature', asData(''), 'not-authentic'],
    ['with a forged signature', asData(`v=${Buffer.alloc(32).toString('base64')}`), 'not-authentic'],
    ['with an error for a signature', asData('e=invalid-proof'), 'not-authentic'],
    ['with data that is no base64', (text) => text.replace(/(<additional-data>)[^<]*/, '$1!!!'), 'protocol'],
    ['for another account', identify('mallory@a.test/Waxwing~server'), 'protocol'],
    ['for another domain', identify('alice@evil.example/Waxwing~server'), 'protocol'],
    ['for nobody', without('authorization-identifier'), 'protocol'],
    ['for no address', identify('@@'), 'protocol'],
    ['bound without a resource', identify('alice@a.test'), 'protocol'],
    ['resumed without being asked', insert("<resumed xmlns='urn:xmpp:sm:3' previd='x' h='0'/>"), 'protocol'],
    ['failed to resume without being asked', insert("<failed xmlns='urn:xmpp:sm:3' h='9'/>"), 'protocol'],
    [
      'as a task',
      () => "<continue xmlns='urn:xmpp:sasl:2'><tasks><task>TOTP</task></tasks></continue>",
      'further-step',
    ],
    ['as a task of no name', () => "<continue xmlns='urn:xmpp:sasl:2'/>", 'further-step'],
    ['of the other profile', () => "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", 'protocol'],
    ['as a stanza', () => "<message from='bob@b.test'><body>PWN</body></message>", 'protocol'],
  ])('%s', async (_name, success2, code) => {
    expect(await failureOf({ success2 })).toBe(code);
    expect(listener?.stanzas).toEqual([]);
  });

  it.each<[string, (honest: string) => string]>([
    ['another session', (text) => text.replace("previd='old'", "previd='other'")],
    ['no number', (text) => text.replace("h='2'", "h='-1'")],
    ['another resource', identify('alice@a.test/somebody')],
    ['a session and binding one', insert("<bound xmlns='urn:xmpp:bind:0'/>")],
    ['a session and losing it', insert("<failed xmlns='urn:xmpp:sm:3'/>")],
  ])('resuming %s', async (_name, success2) => {
    expect(await failureOf({ session: { id: 'old', h: 2 }, success2 }, { resume })).toBe('protocol');
  });

  it('before anything was proven', async () => {
    const { closed } = await connectTo(async (session) => {
      await session.offer(sasl2Feature());
      await session.next('authenticate');
      session.send(
        "<success xmlns='urn:xmpp:sasl:2'><authorization-identifier>alice@a.test</authorization-identifier></success>",
      );
      await session.gone;
    });
    expect((await closed)?.code).toBe('not-authentic');
  });

  it('while we still compute an answer', async () => {
    const { closed } = await connectTo(async (session) => {
      await session.offer(sasl2Feature());
      const first = await session.next('authenticate');
      const initial = Buffer.from(childText(first, 'initial-response') ?? '', 'base64').toString();
      const nonce = /r=([^,]+)/.exec(initial)?.[1];
      const challenge = Buffer.from(
        `r=${nonce ?? ''}x,s=${Buffer.from('s').toString('base64')},i=1000000`,
      ).toString('base64');
      session.send(
        `<challenge xmlns='urn:xmpp:sasl:2'>${challenge}</challenge><success xmlns='urn:xmpp:sasl:2'><authorization-identifier>alice@a.test</authorization-identifier></success>`,
      );
      await session.gone;
    });
    expect((await closed)?.code).toBe('protocol');
  });
});

describe('tokens', () => {
  const forge = (text: string): string =>
    text.replace(/(<additional-data>)[^<]*/, `$1${Buffer.alloc(32).toString('base64')}`);

  it.each<[string, (honest: string) => string]>([
    ['forged', forge],
    ['missing', (text) => text.replace(/<additional-data>.*<\/additional-data>/, '')],
    ['the proof of our own', (text) => text.replace(/(<additional-data>)[^<]*/, '$1QUFBQQ==')],
  ])('the server’s proof is %s', async (_name, success2) => {
    expect(await failureOf({ ...good, success2 }, { memory: warm })).toBe('not-authentic');
  });

  it('a proof for another connection is found out by the binding', async () => {
    const { closed } = await connectTo(
      async (session) => {
        const attempt = serveSasl2(session, { ...good, bindingData: () => Buffer.alloc(32) });
        await expect(attempt).rejects.toThrow('expected <response/>, got <end/>');
      },
      { memory: warm, withoutPassword: true },
    );
    expect((await closed)?.code).toBe('credentials');
  });

  it.each([
    ['a challenge', "<challenge xmlns='urn:xmpp:sasl:2'>QQ==</challenge>"],
    ['a task', "<continue xmlns='urn:xmpp:sasl:2'><tasks><task>TOTP</task></tasks></continue>"],
  ])('%s in answer', async (_name, answer) => {
    const { closed } = await connectTo(
      async (session) => {
        await session.offer(sasl2Feature(good));
        await session.next('authenticate');
        session.send(answer);
        await session.gone;
      },
      { memory: warm },
    );
    expect(['protocol', 'further-step']).toContain((await closed)?.code);
  });

  it('success of a mechanism that is offered no more', async () => {
    // Whoever answers does know the token, but hides that the connection could be bound.
    const { closed } = await connectTo(
      async (session) => {
        await session.offer(sasl2Feature({ ...good, fast: ['HT-SHA-256-NONE'] }));
        await answerAuthenticate(session, good);
        await session.gone;
      },
      { memory: warm },
    );
    expect((await closed)?.code).toBe('protocol');
  });

  it('success before the features', async () => {
    const { closed } = await connectTo(
      async (session) => {
        await session.next('stream');
        session.send(
          "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>",
        );
        await answerAuthenticate(session, good);
        await session.gone;
      },
      { memory: warm },
    );
    expect((await closed)?.code).toBe('protocol');
  });

  it('one without binding is not asked for over a bound connection', async () => {
    let parts: readonly string[] = [];
    const { online, memories } = await connectTo(async (session) => {
      ({ parts } = await serveSasl2(session, {
        ...good,
        fast: ['HT-SHA-256-NONE'],
        issue: 'forced upon us',
      }));
      await session.gone;
    });
    await online;
    expect(parts).not.toContain('request-token');
    expect(memories.at(-1)).not.toHaveProperty('token');
  });

  it.each([
    ['an empty one', '', '2099-01-01T00:00:00Z'],
    ['one without end', 'x'.repeat(5_000), '2099-01-01T00:00:00Z'],
    ['one for ever', 'two', 'never'],
  ])('%s is not taken', async (_name, issue, expiry) => {
    const { online, memories } = await connectTo(async (session) => {
      await serveSasl2(session, { ...good, issue, expiry });
      await session.gone;
    });
    await online;
    expect(memories.at(-1)).not.toHaveProperty('token');
  });

  it('never shows anything secret to the log', async () => {
    const { online, logs } = await connectTo(
      async (session) => {
        await serveSasl2(session, { ...good, issue: 'the-new-token' });
        await session.gone;
      },
      { memory: warm },
    );
    await online;
    expect(JSON.stringify(logs)).not.toMatch(/the-new-token|"one"|secret|additional/);
  });
});

describe('what is offered', () => {
  it.each<[string, Sasl2Options, boolean]>([
    ['channel binding without its types', { mechanisms }, false],
    ['types of channel binding without a mechanism', { mechanisms: ['SCRAM-SHA-256'], bindings }, false],
    ['only types that nobody knows', { mechanisms, bindings: ['tls-made-up'] }, false],
    ['only PLAIN where SCRAM was', { mechanisms: ['PLAIN'] }, true],
    ['only what we do not know', { mechanisms: ['OPAQUE', 'X-OAUTH2', 'HT-SHA-256-NONE'] }, false],
  ])('%s', async (_name, options, scramSeen) => {
    expect(await failureOf(options, { scramSeen })).toBe('weak-authentication');
    expect(server?.sessions[0]?.text).not.toContain('<authenticate');
  });

  it('the same rules hold where SASL2 was and is hidden now', async () => {
    for (const [offered, types] of [
      [['SCRAM-SHA-256', 'SCRAM-SHA-256-PLUS'], ''],
      [['SCRAM-SHA-256'], features.bindings(bindings)],
    ] as const) {
      const { closed } = await connectTo(
        async (session) => {
          await session.offer(features.mechanisms(offered), types);
          await session.gone;
        },
        { memory: { agent: AGENT, sasl2Seen: true } },
      );
      expect((await closed)?.code).toBe('weak-authentication');
      expect(server?.sessions[0]?.text).not.toContain('<auth');
      await server?.stop();
    }
  });

  it('the list of mechanisms is checked inside SCRAM (XEP-0474), of SASL2 alone', async () => {
    const h = (await import('node:crypto'))
      .createHash('sha256')
      .update('SCRAM-SHA-256\x1eSCRAM-SHA-512')
      .digest('base64');
    expect(await failureOf({ challenge: (text) => `${text},h=${h}` })).toBe('not-authentic');
    expect(await failureOf({ challenge: (text) => `${text},t=0303` })).toBe('not-authentic');
  });
});

describe('failure', () => {
  it.each([
    ['not-authorized', 'credentials'],
    ['credentials-expired', 'credentials'],
    ['account-disabled', 'account-disabled'],
    ['temporary-auth-failure', 'server-error'],
    ['mechanism-too-weak', 'weak-authentication'],
    ['encryption-required', 'tls-required'],
    ['aborted', 'protocol'],
    ['__proto__', 'protocol'],
  ])('%s is %s', async (condition, code) => {
    const { closed } = await connectTo(async (session) => {
      await session.offer(sasl2Feature());
      await session.next('authenticate');
      session.send(sasl2Failure(condition, 'why'));
      await session.gone;
    });
    expect(await closed).toEqual({ code, host: 'a.test', detail: `${condition}: why` });
  });

  it('of a token and then of the password ends it', async () => {
    const { closed } = await connectTo(
      async (session) => {
        await session.offer(sasl2Feature(good));
        await session.next('authenticate');
        session.send(sasl2Failure('credentials-expired'));
        await session.next('authenticate');
        session.send(sasl2Failure('not-authorized'));
        await session.gone;
      },
      { memory: warm },
    );
    expect((await closed)?.code).toBe('credentials');
    expect(server?.sessions[0]?.text.match(/<authenticate /g)).toHaveLength(2);
  });
});
