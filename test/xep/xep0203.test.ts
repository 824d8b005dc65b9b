import fc from 'fast-check';
import { expect, test } from 'vitest';
import { delayIn, readDelay, writeDelay, type Delay } from '../../electron/xmpp/xep/xep0203.ts';
import { jid, overWire, parseXml, shape, time } from '../support/xml.ts';

test('read(write(x)) = x', () => {
  fc.assert(
    fc.property(shape<Delay>({ from: jid, at: time }, ['at']), (delay) => {
      expect(readDelay(overWire(writeDelay(delay)))).toEqual(delay);
    }),
  );
});

test('the delay of a message (#examples)', () => {
  const message = parseXml(
    "<message><delay xmlns='urn:xmpp:delay' from='capulet.com' stamp='2002-09-10T23:08:25Z'>Offline Storage</delay></message>",
  );
  expect(delayIn(message)).toEqual({ from: 'capulet.com', at: Date.UTC(2002, 8, 10, 23, 8, 25) });
});

test('H75: of several the last well-formed one counts', () => {
  const delay = (from: string, stamp: string): string =>
    `<delay xmlns='urn:xmpp:delay' from='${from}' stamp='${stamp}'/>`;
  const message = parseXml(
    `<message>${delay('mal@m.test', '2001-01-01T00:00:00Z')}${delay('a.test', '2002-01-01T00:00:00Z')}` +
      `${delay('a@b@c', '2003-01-01T00:00:00Z')}${delay('a.test', '9999-99-99T00:00:00Z')}</message>`,
  );
  expect(delayIn(message)).toEqual({ from: 'a.test', at: Date.UTC(2002, 0, 1) });
  expect(
    delayIn(parseXml("<message><delay xmlns='jabber:x:delay' stamp='20020910T23:08:25'/></message>")),
  ).toBeUndefined();
});
