/** What servers tell about themselves: software, time, contact addresses, outages. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readInfo, type Info } from '../../electron/xmpp/xep/xep0030.ts';
import * as xep0092 from '../../electron/xmpp/xep/xep0092.ts';
import { readContactAddresses } from '../../electron/xmpp/xep/xep0157.ts';
import * as xep0202 from '../../electron/xmpp/xep/xep0202.ts';
import { readOutage, readStatusAddresses } from '../../electron/xmpp/xep/xep0455.ts';
import { nonEmptyText, overWire, parseXml, scriptedWire, shape, time } from '../support/xml.ts';

const infoWith = (formType: string, fields: Readonly<Record<string, readonly string[]>>): Info => {
  const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const content = Object.entries(fields).map(
    ([name, values]) =>
      `<field var='${name}'>${values.map((value) => `<value>${escape(value)}</value>`).join('')}</field>`,
  );
  const info = readInfo(
    parseXml(`<query xmlns='http://jabber.org/protocol/disco#info'><x xmlns='jabber:x:data' type='result'>
      <field var='FORM_TYPE' type='hidden'><value>${formType}</value></field>${content.join('')}</x></query>`),
  );
  if (info === undefined) throw new Error('no information');
  return info;
};

describe('software version (0092)', () => {
  const word = nonEmptyText.map((each) => each.trim()).filter((each) => each !== '');
  test('read(write(x)) = x', () => {
    const software = shape<xep0092.Software>({ name: word, version: word, system: word }, [
      'name',
      'version',
    ]);
    fc.assert(
      fc.property(software, (value) => {
        expect(xep0092.readSoftware(overWire(xep0092.writeSoftware(value)))).toEqual(value);
      }),
    );
  });

  test('asks, and takes what is there; a name is needed', async () => {
    const reply = (content: string): string =>
      `<iq type='result'><query xmlns='jabber:iq:version'>${content}</query></iq>`;
    const wire = scriptedWire(
      reply('<name>Prosody</name><version>0.12</version>'),
      reply('<version>1</version>'),
    );
    expect(await xep0092.askSoftware(wire, 'a.test')).toEqual({ name: 'Prosody', version: '0.12' });
    expect(await xep0092.askSoftware(wire, 'a.test')).toBeUndefined();
    const long = await xep0092.askSoftware(
      scriptedWire(reply(`<name>${'x'.repeat(9_000)}</name>`)),
      'a.test',
    );
    expect(long?.name).toHaveLength(256);
  });
});

describe('entity time (0202)', () => {
  test('read(write(x)) = x', () => {
    const any = fc.record({ at: time, offset: fc.integer({ min: -14 * 60, max: 14 * 60 }) });
    fc.assert(
      fc.property(any, (value) => {
        expect(xep0202.readTime(overWire(xep0202.writeTime(value)))).toEqual(value);
      }),
    );
  });

  test('the example', async () => {
    const reply = `<iq type='result'><time xmlns='urn:xmpp:time'><tzo>-06:00</tzo><utc>2006-12-19T17:58:35Z</utc></time></iq>`;
    expect(await xep0202.askTime(scriptedWire(reply), 'a.test')).toEqual({
      at: Date.UTC(2006, 11, 19, 17, 58, 35),
      offset: -360,
    });
  });

  test.each(['', '+25:00', '06:00', '+6:00', '-14:60', '+00:00:00'])('%j is no zone', (zone) => {
    const element = parseXml(
      `<time xmlns='urn:xmpp:time'><tzo>${zone}</tzo><utc>2006-12-19T17:58:35Z</utc></time>`,
    );
    expect(xep0202.readTime(element)).toBeUndefined();
  });

  test('is told only when it is allowed', () => {
    const ask = parseXml("<time xmlns='urn:xmpp:time'/>");
    expect(xep0202.answer.handle(ask, { time: undefined })).toBeUndefined();
    expect(xep0202.answer.handle(ask, { time: { at: 0, offset: 90 } })).toEqual(
      parseXml(`<time xmlns='urn:xmpp:time'><tzo>+01:30</tzo><utc>1970-01-01T00:00:00.000Z</utc></time>`),
    );
  });
});

describe('contact addresses (0157)', () => {
  const NS = 'http://jabber.org/network/serverinfo';

  test('are read by purpose, most useful first', () => {
    expect(
      readContactAddresses(
        infoWith(NS, {
          'abuse-addresses': ['mailto:abuse@a.test', 'xmpp:abuse@a.test', 'mailto:abuse@a.test'],
          'support-addresses': ['https://a.test/help'],
          'unknown-addresses': ['mailto:x@a.test'],
        }),
      ),
    ).toEqual([
      { purpose: 'support', addresses: ['https://a.test/help'] },
      { purpose: 'abuse', addresses: ['mailto:abuse@a.test', 'xmpp:abuse@a.test'] },
    ]);
  });

  test('what could be mistaken or fills the page is left out', () => {
    const addresses = ['', 'a b', 'https://a.test/\u202Egpj', `https://a.test/${'x'.repeat(2_000)}`, 'a\nb'];
    expect(readContactAddresses(infoWith(NS, { 'admin-addresses': addresses }))).toEqual([]);
    const many = Array.from({ length: 100 }, (_, i) => `mailto:${i}@a.test`);
    expect(readContactAddresses(infoWith(NS, { 'admin-addresses': many }))[0]?.addresses).toHaveLength(8);
    expect(readContactAddresses(infoWith('urn:other', { 'admin-addresses': ['mailto:x@a.test'] }))).toEqual(
      [],
    );
  });
});

describe('outage status (0455)', () => {
  test('its addresses are https, without credentials', () => {
    const all = [
      'http://status.a.test/s.json',
      'https://status.a.test/s.json',
      'https://user:pass@status.a.test/',
      'file:///etc/passwd',
      'javascript:alert(1)',
      'not an address',
      `https://a.test/${'x'.repeat(4_000)}`,
    ];
    const info = infoWith('urn:xmpp:sos:0', { 'external-status-addresses': all });
    expect(readStatusAddresses(info)).toEqual(['https://status.a.test/s.json']);
    const many = Array.from({ length: 50 }, (_, i) => `https://${i}.a.test/`);
    expect(
      readStatusAddresses(infoWith('urn:xmpp:sos:0', { 'external-status-addresses': many })),
    ).toHaveLength(4);
  });

  const beginning = '2021-01-12T01:01:01Z';
  test('the example', () => {
    const text = JSON.stringify({
      planned: true,
      beginning,
      expected_end: '2021-01-12T05:00:00Z',
      message: { default: 'Mise à jour du serveur', EN: 'The server is being updated' },
      more: [1],
    });
    expect(readOutage(text)).toEqual({
      isPlanned: true,
      beginning: Date.UTC(2021, 0, 12, 1, 1, 1),
      expectedEnd: Date.UTC(2021, 0, 12, 5),
      messages: { default: 'Mise à jour du serveur', en: 'The server is being updated' },
    });
    expect(readOutage('{}')).toBe('none');
  });

  test.each<[string, unknown]>([
    ['no JSON', undefined],
    ['a list', []],
    ['a text', 'x'],
    ['nothing', null],
    ['no beginning', { planned: true }],
    ['a beginning that is no time', { beginning: 'soon' }],
    ['a beginning that is a number', { beginning: 5 }],
  ])('%s is no status', (_, value) => {
    expect(readOutage(value === undefined ? '<html>' : JSON.stringify(value))).toBeUndefined();
  });

  test('only what can be shown is taken over', () => {
    const message = { default: 'x'.repeat(9_000), 'a b': 'odd', de: 7, __proto__: 'y', fr: ' ' };
    const odd = JSON.parse(
      JSON.stringify({ planned: 'yes', beginning, expected_end: '2020-01-01T00:00:00Z', message }),
    ) as unknown;
    const outage = readOutage(JSON.stringify(odd));
    if (outage === undefined || outage === 'none') throw new Error('no outage');
    expect(outage.isPlanned).toBe(false);
    expect(outage.expectedEnd).toBeUndefined();
    expect(Object.keys(outage.messages)).toEqual(['default']);
    expect(outage.messages['default']).toHaveLength(2_000);
    expect(readOutage(JSON.stringify({ beginning, message: { en: 'no default' } }))).toMatchObject({
      messages: {},
    });
    expect(readOutage(' '.repeat(70_000))).toBeUndefined();
  });

  test('reading any text does not throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        readOutage(text);
      }),
    );
  });
});
