import { readFileSync } from 'node:fs';
import type { LookupAddress, SrvRecord } from 'node:dns';
import { Socket, connect } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readLocation } from '../../../electron/xmpp/transport/location.ts';
import { connectToHost } from '../../../electron/xmpp/transport/race.ts';
import type { Network } from '../../../electron/xmpp/transport/network.ts';
import { authorityCertificate, serverCertificate } from '../../support/certificates.ts';
import { features, startFakeServer } from '../../support/fake-server.ts';
import type { FakeServer } from '../../support/fake-server.ts';
import { listen } from '../../support/wire-listener.ts';

let ca: string[];
const servers: FakeServer[] = [];

beforeAll(async () => {
  ca = [readFileSync(await authorityCertificate(), 'utf8')];
});

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

async function serve(...parameters: Parameters<typeof startFakeServer>): Promise<FakeServer> {
  const server = await startFakeServer(...parameters);
  servers.push(server);
  return server;
}

const failure = (code: string): Error => Object.assign(new Error(code), { code });

/** A network in which every host is 127.0.0.1 unless the zone says otherwise. */
function network(
  changes: Partial<Network> & { readonly srv?: Readonly<Record<string, SrvRecord[]>> } = {},
): Network {
  const { srv = {}, ...rest } = changes;
  return {
    resolveSrv: (name) => {
      const records = srv[name];
      return records === undefined ? Promise.reject(failure('ENOTFOUND')) : Promise.resolve(records);
    },
    lookup: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
    connect: (address, port) => connect(port, address),
    isConnected: () => true,
    ...rest,
  };
}

const record = (server: FakeServer, priority: number, name = 'target.elsewhere.example'): SrvRecord => ({
  priority,
  weight: 0,
  port: server.address.port,
  name,
});

describe('dialling by SRV', () => {
  it('goes on to the next place until one serves, and asks each for the domain of the address', async () => {
    const stripped = await serve({
      serve: async (session) => {
        await session.offer('');
        await session.gone;
      },
    });
    const wrong = await serve({
      security: 'direct',
      certificate: await serverCertificate('target.elsewhere.example'),
      serve: (session) => session.gone,
    });
    const names: (string | false | null)[] = [];
    const good = await serve({
      security: 'direct',
      serve: async (session) => {
        await session.login();
        names.push(session.tls.servername, session.tls.alpnProtocol);
        await session.bind();
        await session.gone;
      },
    });
    const srv = {
      '_xmpp-client._tcp.a.test': [record(stripped, 1)],
      '_xmpps-client._tcp.a.test': [record(wrong, 2), record(good, 3)],
    };
    const { online, wire } = listen({ ca, network: network({ srv }) });
    await online;
    expect(names).toEqual(['a.test', 'xmpp-client']);
    expect(wrong.sessions[0]?.text).toBe('');
    wire.drop();
  });

  it('tells of the failure that says most', async () => {
    const wrong = await serve({
      security: 'direct',
      certificate: await serverCertificate('a.test', 'self-signed'),
      serve: (session) => session.gone,
    });
    const closedPort = { priority: 0, weight: 0, port: 1, name: 'closed.example' };
    const srv = { '_xmpps-client._tcp.a.test': [closedPort, record(wrong, 2)] };
    const { closed } = listen({ ca, network: network({ srv }) });
    expect((await closed)?.certificate?.reason).toBe('self-signed');
  });

  it('looks up domains in Unicode in their ASCII form', async () => {
    const asked: string[] = [];
    const { closed } = listen({
      address: 'alice@bücher.test',
      network: network({
        resolveSrv: (name) => {
          asked.push(name);
          return Promise.reject(failure('ENODATA'));
        },
        lookup: (host) => {
          asked.push(host);
          return Promise.reject(failure('ENOTFOUND'));
        },
      }),
    });
    expect(await closed).toMatchObject({ code: 'unknown-host', host: 'xn--bcher-kva.test' });
    expect(asked.toSorted()).toEqual([
      '_xmpp-client._tcp.xn--bcher-kva.test',
      '_xmpps-client._tcp.xn--bcher-kva.test',
      // For each family of addresses.
      'xn--bcher-kva.test',
      'xn--bcher-kva.test',
    ]);
  });

  it('tries the place that a session prefers first, and the others when it lies', async () => {
    const liar = await serve({
      certificate: await serverCertificate('evil.example'),
      serve: async (session) => {
        await session.startTls();
        await session.gone;
      },
    });
    const good = await serve({
      serve: async (session) => {
        await session.login({}, features.sm);
        await session.next('resume');
        session.send("<resumed xmlns='urn:xmpp:sm:3' previd='old' h='0'/>");
        await session.gone;
      },
    });
    const resume = {
      id: 'old',
      jid: 'alice@a.test/d1' as never,
      received: 0,
      location: `127.0.0.1:${liar.address.port}`,
    };
    const srv = { '_xmpp-client._tcp.a.test': [record(good, 1)] };
    const { online, wire } = listen({ ca, network: network({ srv }), resume });
    await online;
    expect(liar.sessions).toHaveLength(1);
    expect(liar.sessions[0]?.text).toBe('');
    wire.drop();
  });

  it.each([
    ['ENOTFOUND', true, 'unknown-host'],
    ['EAI_AGAIN', true, 'unreachable'],
    ['EAI_AGAIN', false, 'offline'],
  ] as const)('%s, connected: %s', async (code, isConnected, expected) => {
    const { closed } = listen({
      network: network({ lookup: () => Promise.reject(failure(code)), isConnected: () => isConnected }),
    });
    expect((await closed)?.code).toBe(expected);
  });

  it('does not wait for a name server for ever', async () => {
    const silent = network({ resolveSrv: () => new Promise(() => undefined) });
    expect((await listen({ network: silent, limits: { overall: 50 } }).closed)?.code).toBe('timeout');
    const silentLookup = network({ lookup: () => new Promise(() => undefined) });
    expect((await listen({ network: silentLookup, limits: { connect: 50 } }).closed)?.code).toBe('timeout');
  });

  it('can be dropped while it dials', async () => {
    const { wire, closed, states } = listen({
      network: network({ lookup: () => new Promise(() => undefined) }),
    });
    await new Promise((resolve) => setTimeout(resolve, 10));
    wire.drop();
    expect(await closed).toBeUndefined();
    expect(states.map(({ kind }) => kind)).toEqual(['connecting', 'closed']);
  });
});

describe('happy eyeballs', () => {
  const signal = new AbortController().signal;
  const addresses = (...list: string[]): (() => Promise<LookupAddress[]>) => {
    const found = list.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    return () => Promise.resolve(found);
  };

  it('alternates between the families and takes whoever answers', async () => {
    const server = await serve({ serve: (session) => session.gone });
    const tried: string[] = [];
    const socket = await connectToHost(
      'a.test',
      server.address.port,
      network({
        lookup: addresses('2001:db8::1', '2001:db8::2', '2001:db8::3', '192.0.2.1', '127.0.0.1'),
        connect: (address, port) => {
          tried.push(address);
          // The others never get an answer.
          return address === '127.0.0.1' ? connect(port, address) : new Socket();
        },
      }),
      signal,
    );
    expect(tried).toEqual(['2001:db8::1', '192.0.2.1', '2001:db8::2', '127.0.0.1']);
    socket.destroy();
  });

  it('does not wait after a refusal', async () => {
    const server = await serve({ serve: (session) => session.gone });
    const socket = await connectToHost(
      'a.test',
      server.address.port,
      network({ lookup: addresses('::1', '127.0.0.1') }),
      signal,
    );
    expect(socket.remoteAddress).toBe('127.0.0.1');
    socket.destroy();
  });

  it('fails when all fail', async () => {
    const refused = connectToHost(
      'a.test',
      1,
      network({ lookup: addresses('127.0.0.1', '127.0.0.2') }),
      signal,
    );
    await expect(refused).rejects.toMatchObject({ problem: { code: 'unreachable', detail: 'ECONNREFUSED' } });
    const none = connectToHost('a.test', 1, network({ lookup: addresses() }), signal);
    await expect(none).rejects.toMatchObject({ problem: { code: 'unknown-host' } });
  });
});

describe('the place that a session prefers', () => {
  it.each([
    ['im.a.test', { host: 'im.a.test', port: 5222 }],
    ['im.a.test:443', { host: 'im.a.test', port: 443 }],
    ['192.0.2.1:1', { host: '192.0.2.1', port: 1 }],
    ['[2001:db8::1]:5223', { host: '2001:db8::1', port: 5223 }],
    ['[2001:db8::1]', { host: '2001:db8::1', port: 5222 }],
  ])('%s', (text, place) => {
    expect(readLocation(text)).toEqual({ ...place, security: 'starttls' });
  });

  it.each([
    undefined,
    '',
    ':5222',
    'a b',
    'a.test:0',
    'a.test:65536',
    'a.test:x',
    '[zz]',
    '[::1',
    'user@a.test',
    'a/b',
  ])('%j is none', (text) => {
    expect(readLocation(text)).toBeUndefined();
  });
});
