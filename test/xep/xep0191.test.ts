/** The blocking command and the reports that go with it: the documents' examples, and what only looks like them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as blocking from '../../electron/xmpp/xep/xep0191.ts';
import * as reports from '../../electron/xmpp/xep/xep0377.ts';
import { serialize } from '../../electron/xmpp/xml.ts';
import { bare, damaged, jid, overWire, parseXml, scriptedWire, text } from '../support/xml.ts';

const anyList = fc.uniqueArray(jid, { maxLength: 4 });
const anyReport: fc.Arbitrary<reports.Report> = fc.record({
  reason: fc.constantFrom('spam', 'abuse'),
  text,
  mayForward: fc.boolean(),
});

test('read(write(x)) = x', () => {
  fc.assert(
    fc.property(anyList, anyReport, (list, report) => {
      expect(blocking.read(overWire(blocking.write(list)))).toEqual(list);
      expect(reports.read(overWire(reports.write(report)))).toEqual(report);
    }),
  );
});

test('damaged ones do not throw', () => {
  const lists = damaged(anyList.map(blocking.write));
  const all = damaged(anyReport.map(reports.write));
  fc.assert(
    fc.property(lists, (element) => {
      blocking.read(element);
      blocking.readPush(element);
    }),
  );
  fc.assert(
    fc.property(all, (element) => {
      reports.read(element);
    }),
  );
});

test('the list of the document (XEP-0191 #blocklist), and what is no address in one', async () => {
  const wire = scriptedWire(
    `<iq type='result' id='blocklist1'><blocklist xmlns='urn:xmpp:blocking'>
       <item jid='romeo@montague.net'/><item jid='Iago@shakespeare.lit'/><item jid='spam.test'/>
       <item jid='iago@shakespeare.lit'/><item jid='a@b@c'/><item/><other jid='x@y.test'/>
     </blocklist></iq>`,
    `<iq type='result'/>`,
  );
  expect(await blocking.askBlockList(wire)).toEqual([
    'romeo@montague.net',
    'iago@shakespeare.lit',
    'spam.test',
  ]);
  expect(await blocking.askBlockList(wire)).toEqual([]);
  expect(wire.asked.map(({ type, to }) => [type, to])).toEqual([
    ['get', undefined],
    ['get', undefined],
  ]);
});

const ns = "xmlns='urn:xmpp:blocking'";
test.each([
  [
    `<block ${ns}><item jid='romeo@montague.net'/></block>`,
    { kind: 'block', addresses: ['romeo@montague.net'] },
  ],
  [
    `<unblock ${ns}><item jid='romeo@montague.net'/></unblock>`,
    { kind: 'unblock', addresses: ['romeo@montague.net'] },
  ],
  [`<unblock ${ns}/>`, { kind: 'unblock-all' }],
  // What cannot be understood must never free everybody.
  [`<unblock ${ns}><item jid='@'/></unblock>`, undefined],
  [`<unblock ${ns}><what/></unblock>`, undefined],
  [`<unblock xmlns='urn:xmpp:blocking:9'/>`, undefined],
  [`<block ${ns}/>`, undefined],
  [`<blocklist ${ns}><item jid='romeo@montague.net'/></blocklist>`, undefined],
])('the push %s', (push, meant) => {
  expect(blocking.readPush(parseXml(push))).toEqual(meant);
});

test('what is asked for, with a report and without', async () => {
  const wire = scriptedWire("<iq type='result'/>", "<iq type='result'/>", "<iq type='result'/>");
  const romeo = bare('romeo@example.net');
  await blocking.askBlock(wire, [romeo]);
  await blocking.askBlock(wire, [romeo], { reason: 'spam', text: 'Never came trouble', mayForward: true });
  await blocking.askUnblock(wire, [romeo]);
  // An empty request would unblock everybody (#unblockall), or be refused.
  await blocking.askUnblock(wire, []);
  await blocking.askBlock(wire, []);
  expect(wire.asked.map(({ type, payload }) => `${type} ${serialize(payload)}`)).toEqual([
    'set <block xmlns="urn:xmpp:blocking"><item jid="romeo@example.net"/></block>',
    'set <block xmlns="urn:xmpp:blocking"><item jid="romeo@example.net"><report xmlns="urn:xmpp:reporting:1" ' +
      'reason="urn:xmpp:reporting:spam"><text>Never came trouble</text><report-origin/></report></item></block>',
    'set <unblock xmlns="urn:xmpp:blocking"><item jid="romeo@example.net"/></unblock>',
  ]);
});

test.each(["reason='urn:xmpp:reporting:other'", '', "reason='spam'"])('no report: %s', (attribute) => {
  expect(reports.read(parseXml(`<report xmlns='urn:xmpp:reporting:1' ${attribute}/>`))).toBeUndefined();
});
