import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { usualDialLimits } from '../../../electron/xmpp/transport/dial.ts';
import { HttpClient, type HttpClientOptions } from '../../../electron/xmpp/transport/http.ts';
import { authorityCertificate, serverCertificate } from '../../support/certificates.ts';
import { deafNetwork } from '../../support/deaf-network.ts';
import { startProxyServer } from '../../support/proxy-server.ts';
import { webNetwork } from '../../support/web-network.ts';
import { startWebServer, type Handler, type WebServer } from '../../support/web-server.ts';

let ca: string[];
let site: WebServer;
let client: HttpClient;

beforeAll(async () => {
  ca = [readFileSync(await authorityCertificate(), 'utf8')];
});

afterEach(async () => {
  client.close();
  await site.stop();
});

async function serve(handle: Handler, options: HttpClientOptions = {}): Promise<string> {
  site = await startWebServer(handle, await serverCertificate('a.test'));
  client = new HttpClient({ network: webNetwork(), pins: [], ca, limits: usualDialLimits }, options);
  return `https://a.test:${String(site.port)}/`;
}

const never = new AbortController().signal;
const MEGABYTE = 1024 * 1024;

describe('bodies', () => {
  it('stream out with their length told ahead and heard on the way, and stream in', async () => {
    const address = await serve((request, response) => {
      const hash = createHash('sha256');
      request.on('data', (part: Buffer) => hash.update(part));
      request.on('end', () =>
        response.end(`${request.headers['content-length'] ?? 'chunked'} ${hash.digest('hex')}`),
      );
    });
    const part = Buffer.alloc(MEGABYTE / 4, 'x');
    // eslint-disable-next-line @typescript-eslint/require-await -- a source of parts
    async function* parts(): AsyncGenerator<Buffer> {
      for (let count = 0; count < 32; count++) yield part;
    }
    const progress: number[] = [];
    const answer = await client.request(
      address,
      { method: 'PUT', body: parts(), length: 8 * MEGABYTE, onSent: (bytes) => progress.push(bytes) },
      never,
    );
    const hash = createHash('sha256')
      .update('x'.repeat(8 * MEGABYTE))
      .digest('hex');
    expect((await answer.bytes(1_000)).toString()).toBe(`${String(8 * MEGABYTE)} ${hash}`);
    expect(progress).toEqual(Array.from({ length: 32 }, (_, index) => (index + 1) * part.length));
  });

  it('that fail at their source end the request', async () => {
    const address = await serve((request) => void request.resume());
    // eslint-disable-next-line @typescript-eslint/require-await -- a source of parts
    async function* parts(): AsyncGenerator<Buffer> {
      yield Buffer.from('x');
      throw new Error('the file is gone');
    }
    const asked = client.request(address, { method: 'PUT', body: parts(), length: 10 }, never);
    await expect(asked).rejects.toThrow('the file is gone');
  });

  it('longer than wanted are not read, whether they say so or not', async () => {
    for (const told of [true, false]) {
      const address = await serve((_, response) => {
        if (told) response.setHeader('content-length', 2_000);
        response.end('x'.repeat(2_000));
      });
      const answer = await client.request(address, {}, never);
      await expect(answer.bytes(1_999)).rejects.toMatchObject({ problem: { code: 'protocol' } });
      if (told) await site.stop();
    }
  });

  it('that break off are no bodies', async () => {
    const address = await serve((_, response) => {
      response.setHeader('content-length', 2_000);
      response.write('x', () => response.destroy());
    });
    const answer = await client.request(address, {}, never);
    await expect(answer.bytes(2_000)).rejects.toMatchObject({ problem: { code: 'closed' } });
  });
});

describe('a request', () => {
  it('tells nothing of the program or the person', async () => {
    const address = await serve((request, response) => void response.end(JSON.stringify(request.headers)));
    const answer = await client.request(address, {}, never);
    const { host, ...headers } = JSON.parse((await answer.bytes(1_000)).toString()) as Record<string, string>;
    expect(host).toBe(`a.test:${String(site.port)}`);
    expect(headers).toEqual({ accept: '*/*', 'accept-encoding': 'identity', connection: 'close' });
  });

  it('is given up when asked to, before the answer and in the middle of it', async () => {
    const address = await serve((request, response) => {
      if (request.url === '/half') response.write('half');
    });
    const reason = new Error('enough');
    const first = new AbortController();
    const asked = client.request(address, {}, first.signal);
    setImmediate(() => {
      first.abort(reason);
    });
    await expect(asked).rejects.toBe(reason);
    const second = new AbortController();
    const answer = await client.request(`${address}half`, {}, second.signal);
    const read = answer.bytes(1_000);
    second.abort(reason);
    await expect(read).rejects.toBe(reason);
  });

  it('does not wait for ever for a server that says nothing', async () => {
    const address = await serve(() => undefined);
    const asked = client.request(address, { patience: 50 }, never);
    await expect(asked).rejects.toMatchObject({ problem: { code: 'timeout' } });
  });

  it('goes over TLS only, and over connections that are kept if wanted', async () => {
    const address = await serve((_, response) => void response.end('x'), { keeps: 1 });
    const sockets: unknown[] = [];
    site.server.on('secureConnection', (socket) => sockets.push(socket));
    for (let count = 0; count < 3; count++) await (await client.request(address, {}, never)).bytes(10);
    expect(sockets).toHaveLength(1);
    const plain = client.request(address.replace('https', 'http'), {}, never);
    await expect(plain).rejects.toMatchObject({ problem: { code: 'protocol' } });
  });

  it.each(['socks5', 'http'] as const)(
    'goes through a proxy of kind %s, which looks up the name',
    async (kind) => {
      await serve((_, response) => void response.end('through'));
      const proxy = await startProxyServer({
        kind,
        resolve: (place) => (place === 'a.test:443' ? site.port : undefined),
      });
      const network = deafNetwork();
      const through = new HttpClient({
        network,
        proxy: proxy.address,
        pins: [],
        ca,
        limits: usualDialLimits,
      });
      const answer = await through.request('https://a.test/', {}, never);
      expect((await answer.bytes(10)).toString()).toBe('through');
      expect(network.lookedUp).toEqual([]);
      through.close();
      await proxy.stop();
    },
  );

  it('is not made of somebody else’s certificate', async () => {
    const address = await serve((_, response) => void response.end('x'));
    const asked = client.request(address.replace('a.test', 'b.test'), {}, never);
    await expect(asked).rejects.toMatchObject({ problem: { code: 'certificate', host: 'b.test' } });
    expect(site.requests).toEqual([]);
  });
});
