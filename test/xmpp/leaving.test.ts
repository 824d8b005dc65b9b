/** Nothing leaves before what it stands for is durable: the connection asks, and obeys. */
import { readFileSync } from 'node:fs';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { stanza, xml } from '../../electron/xmpp/xml.ts';
import { authorityCertificate } from '../support/certificates.ts';
import { startFakeServer, type FakeServer } from '../support/fake-server.ts';
import { listen, type Listener } from '../support/wire-listener.ts';

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

const outgoing = (text: string) =>
  stanza('message', { to: 'bob@b.test' }, xml('body', 'jabber:client', {}, text));

async function connect(leaving: () => void): Promise<Listener> {
  server = await startFakeServer({
    serve: async (session) => {
      await session.online();
      for (;;) {
        const ping = await session.until('iq'); // ends by an exception when the client is gone
        session.send(`<iq type='result' id='${ping.attrs['id'] ?? ''}' from='${ping.attrs['to'] ?? ''}'/>`);
      }
    },
  });
  listener = listen({ ca, server: server.address, onLeaving: leaving });
  await listener.online;
  return listener;
}

it('asks before anything leaves', async () => {
  let asked = 0;
  const { wire } = await connect(() => (asked += 1));
  asked = 0;
  wire.send(outgoing('one'));
  expect(asked).toBe(0);
  expect(await wire.isAlive(5_000)).toBe(true);
  expect(server?.sessions[0]?.text).toContain('one');
  expect(asked).toBeGreaterThan(0);
  expect(asked).toBeLessThan(4);
});

it('lets nothing of it out when it could not be saved, and gives the connection up', async () => {
  let isFull = false;
  const { wire, closed } = await connect(() => {
    if (isFull) throw new Error('the disk is full');
  });
  wire.send(outgoing('saved'));
  expect(await wire.isAlive(5_000)).toBe(true);
  isFull = true;
  wire.send(outgoing('PWN'));
  expect(await closed).toMatchObject({ code: 'storage' });
  await server?.sessions[0]?.gone;
  expect(server?.sessions[0]?.text).toContain('saved');
  expect(server?.sessions[0]?.text).not.toContain('PWN');
});

it('asks for the farewell as well', async () => {
  let isFull = false;
  const { wire } = await connect(() => {
    if (isFull) throw new Error('the disk is full');
  });
  isFull = true;
  wire.send(outgoing('PWN'));
  await wire.close();
  await server?.sessions[0]?.gone;
  expect(server?.sessions[0]?.text).not.toContain('PWN');
});
