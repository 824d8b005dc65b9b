/** XEP-0478: what is larger than the server takes is refused here, and costs neither the stream nor its counters. */
import { readFileSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { paceWithin, usualLimits } from '../../electron/xmpp/stream-options.ts';
import { stanza, xml } from '../../electron/xmpp/xml.ts';
import { authorityCertificate } from '../support/certificates.ts';
import { features, startFakeServer, type FakeServer } from '../support/fake-server.ts';
import { listen, type Listener } from '../support/wire-listener.ts';

let server: FakeServer | undefined;
let listener: Listener | undefined;

afterEach(async () => {
  listener?.wire.drop();
  await server?.stop();
});

const limits = (bytes: number): string =>
  `<limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>${String(bytes)}</max-bytes></limits>`;
const message = (length: number): ReturnType<typeof stanza> =>
  stanza('message', { to: 'bob@b.test' }, xml('body', 'jabber:client', {}, 'é'.repeat(length)));

it('refuses what is too large, in bytes, and goes on', async () => {
  const bodies: number[] = [];
  server = await startFakeServer({
    serve: async (session) => {
      await session.startTls();
      await session.authenticate();
      await session.offer(features.bind, features.sm, limits(20_000));
      await session.bind();
      await session.next('enable');
      session.send("<enabled xmlns='urn:xmpp:sm:3' id='1' resume='true'/>");
      const { children } = await session.until('message');
      bodies.push(children.length);
      await session.gone;
    },
  });
  const ca = [readFileSync(await authorityCertificate(), 'utf8')];
  listener = listen({ ca, server: server.address });
  await listener.online;
  const { wire } = listener;
  expect(wire.largestStanza).toBe(20_000);
  const tooLarge = { name: 'StanzaError', condition: 'policy-violation' };
  expect(() => wire.send(message(10_000))).toThrow(expect.objectContaining(tooLarge));
  const payload = xml('x', 'urn:x', {}, 'x'.repeat(20_000));
  await expect(wire.request({ type: 'set', payload })).rejects.toMatchObject(tooLarge);
  expect(wire.send(message(9_900))).toBe(1);
  await expect.poll(() => bodies).toEqual([1]);
});

it('gives a sign of life in time', () => {
  expect(paceWithin(usualLimits, { idleSeconds: 30 }).idle).toBe(24_000);
  expect(paceWithin(usualLimits, { idleSeconds: 1_800 }).idle).toBe(usualLimits.idle);
  expect(paceWithin(usualLimits, {}).idle).toBe(usualLimits.idle);
});
