import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readPresence, writePresence } from '../../electron/xmpp/xep/presence.ts';
import { idleIn, readIdle, writeIdle } from '../../electron/xmpp/xep/xep0319.ts';
import { overWire, parseXml, time } from '../support/xml.ts';

test('read(write(x)) = x, in whole seconds', () => {
  fc.assert(
    fc.property(time, (since) => {
      expect(readIdle(overWire(writeIdle(since)))).toBe(Math.floor(since / 1_000) * 1_000);
    }),
  );
});

test('the presence of somebody who went away (#last-interact), and of somebody who is back (#back-from-idle)', () => {
  const away = parseXml(
    `<presence xmlns='jabber:client' from='juliet@capulet.com/balcony'><show>away</show>
     <idle xmlns='urn:xmpp:idle:1' since='2019-07-21T02:56:15Z'/></presence>`,
  );
  expect(readPresence(away)).toMatchObject({
    availability: 'away',
    idleSince: Date.UTC(2019, 6, 21, 2, 56, 15),
  });
  const back = parseXml(`<presence xmlns='jabber:client' from='juliet@capulet.com/balcony'/>`);
  expect(readPresence(back)).not.toHaveProperty('idleSince');
  const own = overWire(writePresence({ availability: 'xa', idleSince: 1_700_000_000_500 }));
  expect(readPresence(own)).toMatchObject({ availability: 'xa', idleSince: 1_700_000_000_000 });
});

// The example's own time is before the times that we read: nobody has waited since then (XEP-0082).
test.each([
  `<idle xmlns='urn:xmpp:idle:1' since='1969-07-21T02:56:15Z'/>`,
  `<idle xmlns='urn:xmpp:idle:1'/>`,
  `<idle xmlns='urn:xmpp:idle:1' since='yesterday'/>`,
  `<idle xmlns='urn:xmpp:idle:1' since='9999-99-99T00:00:00Z'/>`,
  `<idle xmlns='urn:xmpp:idle:0' since='2020-01-01T00:00:00Z'/>`,
  `<idle xmlns='urn:xmpp:idle:1' since='2020-01-01T00:00:00Z'/><idle xmlns='urn:xmpp:idle:1' since='2021-01-01T00:00:00Z'/>`,
])('says nothing: %s', (idle) => {
  expect(idleIn(parseXml(`<presence xmlns='jabber:client'>${idle}</presence>`))).toBeUndefined();
});
