/** The proxies that break connections, broken on purpose: what passes is what was sent, in order, up to where they cut. */
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startBodyCutter } from '../support/body-cutter.ts';
import { startProxy, type Proxy } from '../support/proxy.ts';
import { seededRandom } from '../support/random.ts';

describe('a proxy for any protocol', () => {
  let server: Server;
  let proxy: Proxy;
  let heard: Buffer;
  let there: Socket | undefined;

  beforeEach(async () => {
    heard = Buffer.alloc(0);
    server = createServer((socket) => {
      there = socket;
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => {
        heard = Buffer.concat([heard, chunk]);
        socket.write(`${String(heard.length)};`);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    proxy = await startProxy((server.address() as AddressInfo).port, { random: seededRandom(1) });
  });

  afterEach(async () => {
    await proxy.stop();
    there?.destroy();
    server.close();
  });

  const dial = async (): Promise<{ socket: Socket; said: () => string; closed: Promise<unknown> }> => {
    const socket = connect(proxy.port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => (text += String(chunk)));
    socket.on('error', () => undefined);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await once(socket, 'connect');
    return { socket, said: () => text, closed };
  };
  const until = async (isSo: () => boolean): Promise<void> => {
    while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  const letters = Buffer.from('abcdefghijklmnopqrstuvwxyz'.repeat(40));

  it('keeps every byte and their order, however late and in whatever crumbs', async () => {
    const { socket } = await dial();
    proxy.slow(20);
    proxy.shred(7);
    socket.write(letters);
    proxy.heal();
    socket.write('the end');
    await until(() => heard.length === letters.length + 7);
    expect(heard.toString()).toBe(`${letters.toString()}the end`);
  });

  it('cuts behind the byte that was asked for, and serves the next', async () => {
    proxy.cutAfter('toServer', 100);
    const { socket, closed } = await dial();
    socket.write(letters);
    await closed;
    await until(() => heard.length === 100);
    expect(heard.equals(letters.subarray(0, 100))).toBe(true);
    const again = await dial();
    again.socket.write('x');
    await until(() => heard.length === 101);
  });

  it('loses answers while the server hears all, and strands only who is there', async () => {
    const one = await dial();
    proxy.deafen();
    one.socket.write('heard');
    await until(() => heard.length === 5);
    expect(one.said()).toBe('');
    proxy.heal();
    await one.closed;
    const two = await dial();
    two.socket.write('x');
    await until(() => two.said() !== '');
    proxy.strand();
    two.socket.write('lost');
    const three = await dial();
    three.socket.write('y');
    await until(() => three.said() !== '');
    expect(heard.toString()).toBe('heardxy');
  });
});

describe('a proxy for uploads and downloads', () => {
  it('cuts a body at a byte by its seed, with nothing behind it, and lets the next pass', async () => {
    const bodies: { length: number; isWhole: boolean }[] = [];
    const server = createHttpServer((incoming, response) => {
      let length = 0;
      incoming.on('error', () => undefined);
      incoming.on('data', (chunk: Buffer) => (length += chunk.length));
      incoming.on('close', () => {
        bodies.push({ length, isWhole: incoming.complete });
        response.end('d'.repeat(5_000));
      });
      incoming.on('end', () => response.writeHead(201, { 'content-length': 5_000 }));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const cutter = await startBodyCutter((server.address() as AddressInfo).port, { random: seededRandom(7) });
    const put = async (): Promise<number> => {
      const body = 'u'.repeat(100_000);
      const reply = await fetch(`http://127.0.0.1:${String(cutter.port)}/file`, { method: 'PUT', body });
      return (await reply.text()).length;
    };
    try {
      cutter.cutNext('upload');
      await expect(put()).rejects.toThrow('fetch failed');
      expect(await put()).toBe(5_000);
      cutter.cutNext('download', 1_234);
      await expect(put()).rejects.toThrow('terminated');
      const [upload, download] = cutter.cuts;
      expect(download).toEqual({ passed: 1_234, of: 5_000 });
      expect(upload).toEqual({ passed: Math.floor(seededRandom(7)() * 100_000), of: 100_000 });
      expect(bodies[0]?.isWhole).toBe(false);
      expect(bodies[0]?.length).toBeLessThanOrEqual(upload?.passed ?? 0);
      expect(bodies[1]).toEqual({ length: 100_000, isWhole: true });
    } finally {
      await cutter.stop();
      server.closeAllConnections();
      server.close();
    }
  });
});
