/** The wire against a real Prosody: login both ways, channel binding, resumption and counters. */
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ServerAddress } from '../../electron/xmpp/wire.ts';
import { stanza, textOf, xml } from '../../electron/xmpp/xml.ts';
import type { Element } from '../../electron/xmpp/xml.ts';
import { serverCertificate } from '../support/certificates.ts';
import { startProsody } from '../support/prosody.ts';
import type { Prosody } from '../support/prosody.ts';
import { startProxy } from '../support/proxy.ts';
import type { Proxy } from '../support/proxy.ts';
import { seededRandom } from '../support/random.ts';
import { listen } from '../support/wire-listener.ts';
import type { ListenOptions, Listener, OnlineState } from '../support/wire-listener.ts';

let prosody: Prosody;
let proxy: Proxy;
let ca: string[];
const listeners: Listener[] = [];

beforeAll(async () => {
  // Without an archive to write, so that drops hit it in the middle of things.
  prosody = await startProsody({ accounts: ['alice', 'bob'], without: ['mam'] });
  proxy = await startProxy(prosody.ports.starttls);
  ca = [readFileSync(prosody.authority, 'utf8')];
});

afterEach(() => {
  for (const { wire } of listeners.splice(0)) wire.drop();
  proxy.heal();
});

afterAll(async () => {
  await proxy.stop();
  await prosody.stop();
});

function connectAs(name: 'alice' | 'bob', options: ListenOptions = {}): Listener {
  const server: ServerAddress = { host: '127.0.0.1', port: proxy.port, security: 'starttls' };
  const listener = listen({
    ca,
    server,
    resource: `${name}-${String(listeners.length)}-${String(process.pid)}`,
    ...prosody.account(name),
    onStanza: (_stanza, position, wire) => {
      wire.handled(position);
    },
    ...options,
  });
  listeners.push(listener);
  return listener;
}

const chat = (text: string): Element =>
  stanza('message', { to: 'bob@localhost', type: 'chat' }, xml('body', 'jabber:client', {}, text));
const bodies = ({ stanzas }: Listener): string[] =>
  stanzas.flatMap(({ stanza: received }) =>
    received.children.flatMap((part) =>
      typeof part !== 'string' && part.name === 'body' ? [textOf(part)] : [],
    ),
  );

const resumeOf = ({ jid, session }: OnlineState, { wire }: Listener): ListenOptions => ({
  resume: { id: session?.id ?? '', jid, received: wire.handledUpTo },
});

describe('login', () => {
  it.each(['starttls', 'direct'] as const)('over %s', async (security) => {
    const server = { host: '127.0.0.1', port: prosody.ports[security], security };
    const alice = connectAs('alice', { server });
    const { jid, session, scram } = await alice.online;
    expect(jid).toMatch(/^alice@localhost\/alice-/);
    expect(session?.id).toBeTruthy();
    expect(scram).toBe(true);
    const roster = await alice.wire.request({ type: 'get', payload: xml('query', 'jabber:iq:roster') });
    expect(roster.attrs['type']).toBe('result');
    await expect(
      alice.wire.request({ type: 'get', to: 'localhost', payload: xml('nothing', 'urn:x') }),
    ).rejects.toMatchObject({ condition: 'service-unavailable', type: 'cancel' });
    expect(await alice.wire.isAlive(5_000)).toBe(true);
    await alice.wire.close();
    expect(await alice.closed).toBeUndefined();
  });

  it('a wrong password, a wrong authority, a wrong port', async () => {
    expect((await connectAs('alice', { password: 'wrong' }).closed)?.code).toBe('credentials');
    expect((await connectAs('alice', { ca: [] }).closed)?.certificate).toMatchObject({
      reason: 'unknown-authority',
      fingerprint: prosody.fingerprint,
    });
    const pinned = connectAs('alice', { ca: [], pins: [prosody.fingerprint] });
    await pinned.online;
    const crossed = { host: '127.0.0.1', port: prosody.ports.starttls, security: 'direct' } as const;
    expect((await connectAs('alice', { server: crossed }).closed)?.code).toBe('tls-failed');
    const otherwise = { host: '127.0.0.1', port: prosody.ports.direct, security: 'starttls' } as const;
    expect(['not-xmpp', 'closed', 'timeout']).toContain(
      (await connectAs('alice', { server: otherwise, limits: { secure: 500 } }).closed)?.code,
    );
  });

  it('with channel binding over TLS 1.2', async () => {
    const { key, certificate } = await serverCertificate('localhost');
    const config = `ssl = { key = "${key}"; certificate = "${certificate}"; protocol = "tlsv1_2" }`;
    const old = await startProsody({ accounts: ['alice'], config });
    try {
      const server = { host: '127.0.0.1', port: old.ports.starttls, security: 'starttls' } as const;
      const listener = connectAs('alice', { server });
      await listener.online;
      const mechanism = listener.logs.find(({ event }) => event === 'authenticating')?.data?.['mechanism'];
      expect(mechanism).toBe('SCRAM-SHA-1-PLUS');
    } finally {
      await old.stop();
    }
  });

  it('the newer of two clients with one resource stays', async () => {
    const first = connectAs('alice', { resource: 'same' });
    await first.online;
    const second = connectAs('alice', { resource: 'same' });
    await second.online;
    expect((await first.closed)?.code).toBe('conflict');
    expect(await second.wire.isAlive(5_000)).toBe(true);
  });

  it('many at once, with requests sent the moment they are online', async () => {
    for (let round = 0; round < 3; round += 1) {
      const all = Array.from({ length: 10 }, () => connectAs('alice'));
      await Promise.all(
        all.map(async ({ online, wire }) => {
          await online;
          const asked = Array.from({ length: 5 }, () =>
            wire.request({ type: 'get', payload: xml('query', 'jabber:iq:roster') }),
          );
          await Promise.all(asked);
        }),
      );
      // A server that counts otherwise than we do ends the stream (trap X13).
      for (const { wire } of all) expect(await wire.isAlive(5_000)).toBe(true);
      for (const { wire } of all) wire.drop();
    }
  });
});

describe('stream management', () => {
  it('every message arrives once and in order through drops in both directions', async () => {
    const random = seededRandom(1198);
    const texts = Array.from({ length: 320 }, (_value, index) => String(index));
    let [alice, bob] = [connectAs('alice'), connectAs('bob')];
    const [first, second] = await Promise.all([alice.online, bob.online]);
    bob.wire.send(stanza('presence', {}));
    await bob.received(1);
    const received: string[] = [];
    /** Sent, and not acknowledged as far as we know. */
    let open: { readonly text: string; readonly position: number }[] = [];
    const settle = (acknowledged: number): void => {
      open = open.filter(({ position }) => position > acknowledged);
    };
    const send = (some: readonly string[]): void => {
      open.push(...some.map((text) => ({ text, position: alice.wire.send(chat(text)) })));
    };

    for (let start = 0; start < texts.length; start += 40) {
      send(texts.slice(start, start + 40));
      await new Promise((resolve) => setTimeout(resolve, random() * 60));
      proxy.drop();
      await Promise.all([alice.closed, bob.closed]);
      settle(alice.acknowledged.at(-1) ?? 0);
      received.push(...bodies(bob));
      alice = connectAs('alice', resumeOf(first, alice));
      bob = connectAs('bob', resumeOf(second, bob));
      const [state, other] = await Promise.all([alice.online, bob.online]);
      expect([state.resumed, other.resumed]).not.toContain(undefined);
      settle(state.resumed?.acknowledged ?? 0);
      const again = open.splice(0).map(({ text }) => text);
      send(again);
    }
    // Not one missing, doubled or out of order: the counters of both sides agree to the stanza.
    await expect.poll(() => [...received, ...bodies(bob)], { timeout: 20_000 }).toEqual(texts);
  });

  it('a session that the server does not know is bound anew', async () => {
    const first = connectAs('alice');
    const { jid } = await first.online;
    const second = connectAs('alice', { resume: { id: 'unknown', jid, received: 3 } });
    const state = await second.online;
    expect(state.resumed).toBeUndefined();
    expect(state.session?.id).toBeTruthy();
  });

  it('a half-open connection is noticed', async () => {
    const alice = connectAs('alice', { limits: { idle: 200, dead: 300 } });
    await alice.online;
    proxy.blackhole();
    expect(await alice.wire.isAlive(100)).toBe(false);
    expect((await alice.closed)?.code).toBe('timeout');
  });

  it('a server that stops says so, one that dies closes', async () => {
    const alice = connectAs('alice');
    await alice.online;
    await prosody.restart();
    // Prosody says so only when it has the time.
    expect((await alice.closed)?.code).toMatch(/^(server-error|closed)$/);
    const again = connectAs('alice');
    await again.online;
    await prosody.kill();
    expect((await again.closed)?.code).toBe('closed');
    expect((await connectAs('alice').closed)?.code).toMatch(/closed|unreachable/);
    await prosody.restart();
    await connectAs('alice').online;
  });
});
