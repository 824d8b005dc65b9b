import { readFileSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { usualDialLimits } from '../../../electron/xmpp/transport/dial.ts';
import { askHostMeta } from '../../../electron/xmpp/transport/host-meta.ts';
import type { Route } from '../../../electron/xmpp/transport/route.ts';
import { authorityCertificate, serverCertificate } from '../../support/certificates.ts';
import { webNetwork } from '../../support/web-network.ts';
import { hostMeta, startWebServer, type Handler, type WebServer } from '../../support/web-server.ts';

let ca: string[];
const sites: WebServer[] = [];

beforeAll(async () => {
  ca = [readFileSync(await authorityCertificate(), 'utf8')];
});

afterEach(async () => {
  await Promise.all(sites.splice(0).map((site) => site.stop()));
});

/** The route to a domain whose web server answers so. */
async function domain(handle: Handler, certificate = 'a.test'): Promise<Route> {
  const site = await startWebServer(handle, await serverCertificate(certificate));
  sites.push(site);
  return { network: webNetwork({ 443: site.port }), pins: [], ca, limits: usualDialLimits };
}

const ask = (route: Route): ReturnType<typeof askHostMeta> =>
  askHostMeta('a.test', route, new AbortController().signal);
const links = { websocket: 'wss://web.test/ws', xbosh: 'https://web.test/bosh' };
const found = { websocket: ['wss://web.test/ws'], bosh: ['https://web.test/bosh'], isPublic: false };
const none = { websocket: [], bosh: [], isPublic: true };
const jrd = JSON.stringify({
  links: Object.entries(links).map(([rel, href]) => ({ rel: `urn:xmpp:alt-connections:${rel}`, href })),
});

it('reads what the domain says, and asks for nothing else', async () => {
  const route = await domain((_, response) => void response.end(hostMeta(links)));
  expect(await ask(route)).toEqual(found);
  expect(sites[0]?.requests).toEqual(['GET /.well-known/host-meta']);
});

it('takes the other form when the first is missing or broken', async () => {
  for (const file of ['', '<XRD', '<XRD/>', '{}']) {
    const route = await domain((request, response) => {
      const isJson = request.url?.endsWith('.json') === true;
      if (file === '' && !isJson) response.writeHead(404);
      response.end(isJson ? jrd : file);
    });
    expect(await ask(route)).toEqual(found);
  }
});

it('follows where TLS protects the way', async () => {
  const route = await domain((request, response) => {
    if (request.url === '/elsewhere') response.end(hostMeta(links));
    else response.writeHead(302, { location: '/elsewhere' }).end();
  });
  expect(await ask(route)).toEqual(found);
});

describe('gives nothing on', () => {
  const entity = `<!DOCTYPE XRD [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>${hostMeta(links).replace(/^.*\n/, '').replace('</XRD>', '&x;</XRD>')}`;
  const wrong = (href: string): string => hostMeta({ websocket: href, xbosh: href });
  it.each<[string, string]>([
    ['an external entity', entity],
    ['a bomb', `<!DOCTYPE a [<!ENTITY a '${'x'.repeat(1_000)}'>]><XRD>${'&a;'.repeat(1_000)}</XRD>`],
    ['a megabyte', `${hostMeta(links)}${' '.repeat(1024 * 1024)}`],
    ['another namespace', hostMeta(links).replace('xrd-1.0', 'xrd-2.0')],
    ['another encoding', hostMeta(links).replace('utf-8', 'utf-16')],
    ['two documents', hostMeta(links) + hostMeta(links)],
    ['addresses that TLS does not protect', wrong('ws://web.test/ws') + wrong('http://web.test/')],
    ['a script', wrong('javascript:alert(1)')],
    ['a password', wrong('wss://user:password@web.test/')],
    ['a fragment', wrong('wss://web.test/#x')],
    ['no address', wrong('web.test')],
    [
      'links that are none',
      JSON.stringify({ links: [null, 1, {}, { rel: 'urn:xmpp:alt-connections:websocket', href: {} }] }),
    ],
    ['a list', '[]'],
    ['nothing', ''],
  ])('%s', async (_name, file) => {
    const route = await domain((_, response) => void response.end(file));
    expect(await ask(route)).toEqual(none);
  });

  it.each<[string, Handler]>([
    [
      'a redirect to where nothing is protected',
      (_, response) => void response.writeHead(301, { location: 'http://a.test/' }).end(),
    ],
    [
      'a redirect in circles',
      (request, response) => void response.writeHead(302, { location: request.url }).end(),
    ],
    ['a redirect to nowhere', (_, response) => void response.writeHead(302).end()],
    ['an error', (_, response) => void response.writeHead(500).end(hostMeta(links))],
    [
      'a page that never ends',
      (_, response) => {
        const more = (): void => {
          if (!response.destroyed) response.write('x'.repeat(16_384), () => setImmediate(more));
        };
        more();
      },
    ],
  ])('%s', async (_name, handle) => {
    expect(await ask(await domain(handle))).toEqual(none);
    expect(sites[0]?.requests.length).toBeLessThan(10);
  });
});

it('believes nobody but the domain itself', async () => {
  const route = await domain((_, response) => void response.end(hostMeta(links)), 'other.test');
  await expect(ask(route)).rejects.toMatchObject({ problem: { code: 'certificate', host: 'a.test' } });
  expect(sites[0]?.requests).toEqual([]);
});
