/** A connection that breaks anywhere leaves whole stanzas behind, because each TLS record ends with one. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import {
  connect as connectPlain,
  createServer as createRelay,
  type AddressInfo,
  type Socket,
} from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RecordWriter } from '../../../electron/xmpp/transport/records.ts';
import { serverCertificate } from '../../support/certificates.ts';
import { seededRandom } from '../../support/random.ts';

let client: TLSSocket;
/** What the server has decrypted. */
let heard: Buffer;
/** What it had decrypted when each record of the client was through. */
let ends: string[];
let closeAll: () => void;

beforeEach(async () => {
  [heard, ends] = [Buffer.alloc(0), []];
  const { certificate, key } = await serverCertificate('localhost');
  const sockets = new Set<Socket>();
  const server = createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      heard = Buffer.concat([heard, bytes]);
      ends.push(bytes.subarray(-4).toString());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // Passes the records on one by one, each when the one before was heard.
  const relay = createRelay({ allowHalfOpen: true }, (near) => {
    const far = connectPlain((server.address() as AddressInfo).port, '127.0.0.1');
    for (const socket of [near, far]) sockets.add(socket.on('error', () => undefined).setNoDelay(true));
    let waiting = Buffer.alloc(0);
    near.on('data', (bytes: Buffer) => {
      waiting = Buffer.concat([waiting, bytes]);
    });
    far.on('data', (bytes: Buffer) => near.write(bytes));
    let isEnded = false;
    near.on('end', () => {
      isEnded = true;
    });
    const timer = setInterval(() => {
      const length = waiting.length < 5 ? Infinity : 5 + waiting.readUInt16BE(3);
      if (waiting.length >= length) {
        far.write(waiting.subarray(0, length));
        waiting = waiting.subarray(length);
      } else if (isEnded || near.destroyed) {
        clearInterval(timer);
        far.end();
      }
    }, 2);
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  client = connect({
    port: (relay.address() as AddressInfo).port,
    host: '127.0.0.1',
    rejectUnauthorized: false,
  });
  await once(client, 'secureConnect');
  closeAll = () => {
    client.destroy();
    for (const socket of sockets) socket.destroy();
    server.close();
    relay.close();
  };
});

afterEach(() => {
  closeAll();
});

it('ends every record with a stanza, whatever is written at a time', async () => {
  const random = seededRandom(20_261_121);
  const writer = new RecordWriter(client);
  const texts: string[] = [];
  let left = 0;
  for (let turn = 0; turn < 20; turn += 1) {
    const pieces = Array.from({ length: 1 + Math.floor(random() * 12) }, () => ({
      text: `<m>${'ü'.repeat(Math.floor(random() * 2_500))}</m>`,
      done: () => (left += 1),
    }));
    texts.push(...pieces.map(({ text }) => text));
    writer.write(pieces);
  }
  const all = texts.join('');
  await expect.poll(() => heard.length, { timeout: 20_000 }).toBe(Buffer.byteLength(all));
  expect(heard.toString()).toBe(all);
  expect(left).toBe(texts.length);
  expect(ends.length).toBeGreaterThan(all.length / 16_384);
  expect(new Set(ends)).toEqual(new Set(['</m>']));
});

it('takes more records for what does not fit into one, and begins a new one behind it', async () => {
  const writer = new RecordWriter(client);
  const large = `<m>${'x'.repeat(40_000)}</m>`;
  writer.write([{ text: '<m>a</m>' }, { text: large }, { text: '<m>b</m>' }]);
  await expect.poll(() => heard.length, { timeout: 20_000 }).toBe(large.length + 16);
  expect(ends.at(0)).toBe('</m>');
  expect(ends.filter((end) => end === '</m>')).toHaveLength(3);
});

it('says of everything that it did not leave when the connection is gone', () => {
  const writer = new RecordWriter(client);
  const errors: unknown[] = [];
  client.destroy();
  const done = (error?: Error | null): void => {
    errors.push(error);
  };
  writer.write([
    { text: '<m/>', done },
    { text: '<n/>', done },
  ]);
  expect(errors).toEqual([expect.any(Error), expect.any(Error)]);
});

it('ends behind what waits', async () => {
  const writer = new RecordWriter(client);
  const pieces = Array.from({ length: 50 }, (_, index) => ({
    text: `<m>${String(index).padEnd(2_000)}</m>`,
  }));
  writer.write(pieces);
  writer.end();
  await expect.poll(() => heard.length, { timeout: 20_000 }).toBe(50 * 2_007);
});
