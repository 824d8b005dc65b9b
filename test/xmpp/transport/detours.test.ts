/** Broken ways to a server are gone around; how fast, `npm run chaos -- R15` measures. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dial, usualDialLimits } from '../../../electron/xmpp/transport/dial.ts';
import { authorityCertificate } from '../../support/certificates.ts';
import { detours, slowRecords } from '../../support/detours.ts';
import { startFakeServer, type FakeServer } from '../../support/fake-server.ts';
import { slowNetwork } from '../../support/slow-network.ts';

let server: FakeServer;
let ca: string[];

beforeAll(async () => {
  ca = [readFileSync(await authorityCertificate(), 'utf8')];
  server = await startFakeServer({
    serve: async (session) => {
      await session.startTls();
      await session.gone;
    },
  });
});

afterAll(async () => {
  await server.stop();
});

// Shorter than a name server of these takes: whoever waits for it fails.
const limits = { ...usualDialLimits, overall: 4_000, stagger: 100 };

it.each([...detours, slowRecords])('$name', async ({ network }) => {
  const { socket, certificate } = await dial(
    { domain: 'a.test', pins: [], ca, network: network(server.address.port), limits },
    new AbortController().signal,
  );
  expect(certificate.checkHost('a.test')).toBe('a.test');
  socket.destroy();
});

it('a late refusal of the service ends the attempt that did not wait for it', async () => {
  const network = slowNetwork({
    srv: { '_xmpp-client._tcp.a.test': [{ priority: 0, weight: 0, port: 0, name: '.' }] },
    hosts: { 'a.test': ['192.0.2.1'] },
    holes: ['192.0.2.1'],
    delay: (question) => (question.startsWith('SRV') ? 200 : 0),
  });
  const refused = dial(
    { domain: 'a.test', pins: [], ca, network, limits: { ...limits, connect: 300 } },
    new AbortController().signal,
  );
  await expect(refused).rejects.toMatchObject({ problem: { host: 'a.test' } });
});

it('late places are tried when the usual one fails', async () => {
  const { port } = server.address;
  const network = slowNetwork({
    srv: { '_xmpp-client._tcp.a.test': [{ priority: 0, weight: 0, port, name: 'im.a.test' }] },
    hosts: { 'im.a.test': ['192.0.2.1'] },
    delay: (question) => (question.startsWith('SRV') ? 300 : 0),
  });
  const { socket } = await dial(
    { domain: 'a.test', pins: [], ca, network, limits },
    new AbortController().signal,
  );
  expect(socket.remotePort).toBe(port);
  socket.destroy();
});
