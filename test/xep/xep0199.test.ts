import { expect, test } from 'vitest';
import { answer, askPing } from '../../electron/xmpp/xep/xep0199.ts';
import { parseXml, scriptedWire } from '../support/xml.ts';

test('asks for a sign of life', async () => {
  const wire = scriptedWire("<iq type='result'/>", "<iq type='result'/>");
  await askPing(wire);
  await askPing(wire, 'bob@b.test/r', 5_000);
  const payload = parseXml("<ping xmlns='urn:xmpp:ping'/>");
  expect(wire.asked).toEqual([
    { type: 'get', payload },
    { type: 'get', payload, to: 'bob@b.test/r', timeout: 5_000 },
  ]);
});

test('the sign of life is an empty result', () => {
  expect([answer.ns, answer.name, answer.handle()]).toEqual(['urn:xmpp:ping', 'ping', 'empty']);
});
