/** Addresses that others name lead to the public Internet or nowhere (hostile row H60). */
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { usualDialLimits } from '../../../electron/xmpp/transport/dial.ts';
import { fetchText } from '../../../electron/xmpp/transport/fetch-text.ts';
import { HttpClient } from '../../../electron/xmpp/transport/http.ts';
import type { Network } from '../../../electron/xmpp/transport/network.ts';
import { isPublicAddress } from '../../../electron/xmpp/transport/public-address.ts';
import { reach } from '../../../electron/xmpp/transport/reach.ts';
import type { Route } from '../../../electron/xmpp/transport/route.ts';
import { authorityCertificate } from '../../support/certificates.ts';
import { deafNetwork } from '../../support/deaf-network.ts';
import { oddCertificate } from '../../support/odd-certificate.ts';
import { hostMeta, startWebServer, type Handler, type WebServer } from '../../support/web-server.ts';

describe('which addresses are public', () => {
  it.each([
    ['8.8.8.8', true],
    ['93.184.215.14', true],
    ['100.63.255.255', true],
    ['172.32.0.1', true],
    ['223.255.255.255', true],
    ['2a00:1450:4001:82b::200e', true],
    ['64:ff9b::808:808', true],
    ['2002:808:808::1', true],
    ['0.0.0.0', false],
    ['10.1.2.3', false],
    ['100.64.0.1', false],
    ['127.0.0.1', false],
    ['127.255.255.254', false],
    ['169.254.169.254', false],
    ['172.16.0.1', false],
    ['172.31.255.255', false],
    ['192.168.1.1', false],
    ['198.18.0.1', false],
    ['224.0.0.251', false],
    ['255.255.255.255', false],
    ['::', false],
    ['::1', false],
    ['::ffff:127.0.0.1', false],
    ['::ffff:8.8.8.8', false],
    ['::127.0.0.1', false],
    ['fe80::1', false],
    ['fe80::1%eth0', false],
    ['2a00::1%eth0', false],
    ['fc00::1', false],
    ['fd12:3456:789a::1', false],
    ['ff02::fb', false],
    ['2001::1', false],
    ['2001:db8::1', false],
    ['64:ff9b::7f00:1', false],
    ['64:ff9b::a00:1', false],
    ['64:ff9b:1::808:808', false],
    ['2002:7f00:1::', false],
    ['2002:c0a8:101::1', false],
    ['localhost', false],
    ['2130706433', false],
    ['', false],
  ])('%s: %j', (address, expected) => {
    expect(isPublicAddress(address)).toBe(expected);
  });
});

/** A public address, as far as anybody here can tell. */
const PUBLIC = '93.184.215.14';
let ca: string[];
const sites: WebServer[] = [];
let connected: string[];

beforeAll(async () => {
  ca = [readFileSync(await authorityCertificate(), 'utf8')];
});

afterEach(async () => {
  await Promise.all(sites.splice(0).map((site) => site.stop()));
});

/** Names lead to these addresses, and every address to the one server of the test, when it is let through. */
async function route(names: Readonly<Record<string, readonly string[]>>, handle: Handler): Promise<Route> {
  const alternatives =
    'DNS:a.test,DNS:b.test,DNS:localhost,IP:127.0.0.1,IP:10.0.0.1,IP:169.254.169.254,IP:::1';
  const site = await startWebServer(handle, await oddCertificate('a.test', alternatives));
  sites.push(site);
  connected = [];
  const network: Network = {
    resolveSrv: () => Promise.reject(Object.assign(new Error('ENOTFOUND'), { code: 'ENOTFOUND' })),
    lookup: (name, family) =>
      Promise.resolve(
        (names[name] ?? [])
          .filter((address) => address.includes(':') === (family === 6))
          .map((address) => ({ address, family })),
      ),
    connect: (address, port) => {
      connected.push(address);
      return connect({ host: '127.0.0.1', port: port === 443 ? site.port : 1 });
    },
    isConnected: () => true,
  };
  return { network, pins: [], ca, limits: usualDialLimits };
}

const never = new AbortController().signal;
const hello: Handler = (_, response) => void response.end('hello');
const privately = { problem: { code: 'unreachable', detail: 'PRIVATE_ADDRESS' } };

describe('what others name', () => {
  it.each([
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://017700000001/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://10.0.0.1/',
    'https://169.254.169.254/latest/meta-data/',
    'https://localhost/',
    'https://a.localhost./',
    'https://a.test@127.0.0.1/',
    'https://b.test/',
  ])('is not fetched from %s', async (address) => {
    const names = { 'b.test': ['192.168.1.1', 'fd00::1'] };
    const others = { ...(await route(names, hello)), isPublicOnly: true };
    await expect(fetchText(address, { limit: 100 }, others, never)).rejects.toMatchObject(privately);
    expect(connected).toEqual([]);
    expect(sites[0]?.requests).toEqual([]);
  });

  it.each(['http://a.test/', 'file:///etc/passwd', 'gopher://a.test/', 'smb://a.test/'])(
    'is not fetched from %s: it is not HTTPS',
    async (address) => {
      const others = { ...(await route({ 'a.test': [PUBLIC] }, hello)), isPublicOnly: true };
      await expect(fetchText(address, { limit: 100 }, others, never)).rejects.toMatchObject({
        problem: { code: 'protocol' },
      });
      expect(connected).toEqual([]);
    },
  );

  it('is fetched from a public place, and where a name has private addresses as well, from the public one', async () => {
    const others = { ...(await route({ 'a.test': ['10.0.0.1', PUBLIC] }, hello)), isPublicOnly: true };
    expect(await fetchText('https://a.test/', { limit: 100 }, others, never)).toBe('hello');
    expect(connected).toEqual([PUBLIC]);
  });

  it('is looked at again for each connection: a name that changes its mind gains nothing', async () => {
    const names: Record<string, readonly string[]> = { 'a.test': [PUBLIC] };
    const others = { ...(await route(names, hello)), isPublicOnly: true };
    const client = new HttpClient(others);
    (await client.request('https://a.test/', {}, never)).discard();
    names['a.test'] = ['127.0.0.1'];
    await expect(client.request('https://a.test/', {}, never)).rejects.toMatchObject(privately);
    expect(connected).toEqual([PUBLIC]);
    client.close();
  });

  it('is not left to a proxy either, as far as it is written as an address', async () => {
    const network = deafNetwork();
    const proxy = { kind: 'socks5' as const, host: '127.0.0.1', port: 1 };
    const others: Route = { network, proxy, pins: [], limits: usualDialLimits, isPublicOnly: true };
    for (const address of ['https://10.0.0.1/', 'https://localhost/', 'https://[fd00::1]/'])
      await expect(fetchText(address, { limit: 100 }, others, never)).rejects.toMatchObject(privately);
    expect(network.connected).toEqual([]);
    // The proxy itself may well be on this computer.
    await expect(fetchText('https://a.test/', { limit: 100 }, others, never)).rejects.toMatchObject({
      problem: { code: 'proxy' },
    });
    expect(network.connected).toEqual(['127.0.0.1:1']);
  });
});

describe('a redirect', () => {
  const redirect =
    (location: string): Handler =>
    (request, response) => {
      if (request.headers.host === 'a.test') response.writeHead(302, { location }).end();
      else response.end('inside');
    };

  it.each(['https://127.0.0.1/', 'https://localhost/', 'https://b.test/', 'https://[::1]/'])(
    'does not lead from a public place to %s',
    async (location) => {
      const names = { 'a.test': [PUBLIC], 'b.test': ['10.0.0.1'] };
      const own = await route(names, redirect(location));
      await expect(fetchText('https://a.test/', { limit: 100 }, own, never)).rejects.toMatchObject(privately);
      expect(connected).toEqual([PUBLIC]);
    },
  );

  it('leads on within a private network that the person named', async () => {
    const names = { 'a.test': ['10.0.0.1'], 'b.test': ['10.0.0.2'] };
    const own = await route(names, redirect('https://b.test/'));
    expect(await fetchText('https://a.test/', { limit: 100 }, own, never)).toBe('inside');
    expect(connected).toEqual(['10.0.0.1', '10.0.0.2']);
  });
});

describe('a way over the web', () => {
  const links = hostMeta({ websocket: 'wss://b.test/ws', xbosh: 'https://b.test/bosh' });
  const reachWeb = async (names: Readonly<Record<string, readonly string[]>>): Promise<unknown> => {
    const own = await route(names, (request, response) => {
      if (request.url === '/.well-known/host-meta') response.end(links);
      else response.writeHead(404).end();
    });
    const { limits: _, ...rest } = own;
    const options = { ...rest, account: 'alice@a.test', domain: 'a.test', limits: usualDialLimits };
    return await reach(options, never).catch((error: unknown) => error);
  };

  it('that a public domain names is not one into a private network', async () => {
    await reachWeb({ 'a.test': [PUBLIC], 'b.test': ['192.168.0.1'] });
    expect(connected).not.toContain('192.168.0.1');
  });

  it('that a domain at home names may be at home', async () => {
    await reachWeb({ 'a.test': ['192.168.0.1'], 'b.test': ['192.168.0.2'] });
    expect(connected.filter((address) => address === '192.168.0.2')).toHaveLength(2);
  });

  it('that the person gave by hand may be anywhere', async () => {
    const own = await route({ 'b.test': ['127.0.0.1'] }, hello);
    const server = { url: 'https://b.test/bosh' };
    const options = { ...own, account: 'alice@a.test', domain: 'a.test', limits: usualDialLimits, server };
    await expect(reach(options, never)).rejects.toMatchObject({ problem: { code: 'not-xmpp' } });
    expect(sites[0]?.requests).toEqual(['POST /bosh']);
  });
});
