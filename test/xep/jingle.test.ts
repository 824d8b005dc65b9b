/** Jingle and what calls are made of: read and written as the documents say, and strictly (H67, H68). */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StanzaError } from '../../electron/xmpp/wire.ts';
import {
  problemOf,
  readJingle,
  readReason,
  reasons,
  writeJingle,
  writeProblem,
  writeReason,
} from '../../electron/xmpp/xep/xep0166.ts';
import {
  readCallInfo,
  readDescription,
  writeCallInfo,
  writeDescription,
} from '../../electron/xmpp/xep/xep0167.ts';
import { readTransport, writeTransport } from '../../electron/xmpp/xep/xep0176.ts';
import { readRawTransport, writeRawTransport } from '../../electron/xmpp/xep/xep0177.ts';
import { readTone, writeTone } from '../../electron/xmpp/xep/xep0181.ts';
import { readFingerprint } from '../../electron/xmpp/xep/xep0320.ts';
import { readGroup } from '../../electron/xmpp/xep/xep0338.ts';
import { damaged, overWire, parseXml } from '../support/xml.ts';
import { stanza, xml, type Element } from '../../electron/xmpp/xml.ts';
import { INITIATES, recorded, recordedJingle } from '../xmpp/negotiations.ts';

const jingle = (attrs: string, inner = ''): ReturnType<typeof readJingle> =>
  readJingle(parseXml(`<jingle xmlns='urn:xmpp:jingle:1' ${attrs}>${inner}</jingle>`));

const RTP = 'urn:xmpp:jingle:apps:rtp:1';
const ICE = 'urn:xmpp:jingle:transports:ice-udp:1';

describe('XEP-0166', () => {
  test.each(INITIATES)('%s is the same after it was read and written', (name) => {
    const read = recordedJingle(name);
    expect(readJingle(overWire(writeJingle(read)))).toEqual(read);
  });

  test('says what is done to which session', () => {
    const text = `action='session-accept' sid='a73' initiator='romeo@montague.lit/orchard' responder='no address@'`;
    const inner = `<content creator='responder' name='v' senders='none' disposition='early-session'>
      <description xmlns='urn:a'/><transport xmlns='urn:b'/><security xmlns='urn:c'/></content>
      <thing xmlns='urn:d'/>`;
    expect(jingle(text, inner)).toMatchObject({
      action: 'session-accept',
      sid: 'a73',
      initiator: 'romeo@montague.lit/orchard',
      contents: [
        {
          creator: 'responder',
          name: 'v',
          senders: 'none',
          disposition: 'early-session',
          description: { ns: 'urn:a' },
          transport: { ns: 'urn:b' },
          security: { ns: 'urn:c' },
        },
      ],
      payloads: [{ ns: 'urn:d' }],
    });
    expect(jingle(text)).not.toHaveProperty('responder');
  });

  const content = (name: string, more = ''): string =>
    `<content creator='initiator' name='${name}' ${more}/>`;
  test.each([
    ['an action that is not defined', `action='session-steal' sid='a'`, ''],
    ['no action', `sid='a'`, ''],
    ['no session', `action='session-info'`, ''],
    ['an empty session', `action='session-info' sid=''`, ''],
    ['a session with a line break', `action='session-info' sid='a&#13;b'`, ''],
    ['a session as long as a book', `action='session-info' sid='${'a'.repeat(257)}'`, ''],
    ['a content twice', `action='content-add' sid='a'`, content('v') + content('v')],
    ['a content without a name', `action='content-add' sid='a'`, content('')],
    ['a content of nobody', `action='content-add' sid='a'`, `<content creator='mallory' name='v'/>`],
    ['a content sent by nobody known', `action='content-add' sid='a'`, content('v', `senders='all'`)],
    [
      'more contents than anybody has',
      `action='content-add' sid='a'`,
      'abcdefghi'.replace(/./g, (c) => content(c)),
    ],
  ])('%s is refused', (_, attrs, inner) => {
    expect(jingle(attrs, inner)).toBeUndefined();
  });

  test.each(reasons.map((condition) => ({ condition, text: 'why', session: 'b84' })))(
    'a session ends with $condition',
    (reason) => {
      const { session, ...others } = reason;
      const expected = reason.condition === 'alternative-session' ? { ...others, session } : others;
      expect(readReason(overWire(writeReason(expected)))).toEqual(expected);
    },
  );

  test('a reason that nobody knows is an error like any other', () => {
    const text = `<reason xmlns='urn:xmpp:jingle:1'><tired/><x xmlns='urn:x'/></reason>`;
    expect(readReason(parseXml(text))).toEqual({ condition: 'general-error' });
  });

  test('an error tells what is wrong with the session', () => {
    const error = parseXml(`<error xmlns='jabber:client' type='wait'/>`);
    const reply = (inner: ReturnType<typeof writeProblem>[]): StanzaError =>
      new StanzaError('x', 'wait', undefined, stanza('iq', {}, { ...error, children: inner }));
    expect(problemOf(reply([writeProblem('out-of-order')]))).toBe('out-of-order');
    expect(problemOf(reply([]))).toBeUndefined();
    expect(problemOf(new StanzaError('x', 'wait'))).toBeUndefined();
  });
});

const description = (inner: string, attrs = `media='audio'`): ReturnType<typeof readDescription> =>
  readDescription(
    parseXml(`<description xmlns='urn:xmpp:jingle:apps:rtp:1' ${attrs}>${inner}</description>`),
  );

describe('XEP-0167', () => {
  test('reads the example of the document, without what has no meaning', () => {
    const read = description(
      `<payload-type id='96' name='speex' clockrate='16000' ptime='40'>
         <parameter name='vbr' value='on'/><parameter name='cng' value='on'/></payload-type>
       <payload-type id='102' name='iLBC'/>
       <payload-type id='18' name='G729'/>
       <payload-type id='103' name='L16' clockrate='16000' channels='2'/>
       <payload-type id='103' name='again' clockrate='1'/>
       <bandwidth type='AS'>128</bandwidth><rtcp-mux/>`,
    );
    const feedback = { messages: [] };
    expect(read).toMatchObject({
      media: 'audio',
      payloads: [
        {
          id: 96,
          name: 'speex',
          clockRate: 16_000,
          packetTime: 40,
          parameters: [
            { name: 'vbr', value: 'on' },
            { name: 'cng', value: 'on' },
          ],
          feedback,
        },
        { id: 18, name: 'G729', parameters: [], feedback },
        { id: 103, name: 'L16', clockRate: 16_000, channels: 2 },
      ],
      hasMultiplexing: true,
      bandwidth: { kind: 'AS', value: 128 },
    });
    expect(read && readDescription(overWire(writeDescription(read)))).toEqual(read);
  });

  test.each([
    ['another medium', `media='application'`, `<payload-type id='0'/>`],
    ['no codec', `media='audio'`, ''],
    ['numbers past all bounds only', `media='audio'`, `<payload-type id='128' name='a' clockrate='1'/>`],
    ['a negative number', `media='audio'`, `<payload-type id='-1' name='a' clockrate='1'/>`],
    ['a number in another notation', `media='audio'`, `<payload-type id='0x10' name='a' clockrate='1'/>`],
    ['a codec without its rate', `media='audio'`, `<payload-type id='96' name='opus' clockrate='1e9'/>`],
    ['a line break in a name', `media='audio'`, `<payload-type id='96' name='a&#10;b' clockrate='1'/>`],
  ])('%s is refused', (_, attrs, inner) => {
    expect(description(inner, attrs)).toBeUndefined();
  });

  test('what would be more than one word of SDP is left out', () => {
    const bad = [`a&#13;&#10;a=x`, 'a;b=c', 'a\u2028b', '\u0416', 'x'.repeat(257), ''];
    const parameters = bad.map((value) => `<parameter name='p' value='${value}'/>`).join('');
    const names = ['a b', 'a=b', 'a;b', ''].map((name) => `<parameter name='${name}' value='a=b'/>`).join('');
    const feedback = `<rtcp-fb xmlns='urn:xmpp:jingle:apps:rtp:rtcp-fb:0' type='nack' subtype='pli&#10;'/>`;
    const uri = `<rtp-hdrext xmlns='urn:xmpp:jingle:apps:rtp:rtp-hdrext:0' id='1' uri='urn:a b'/>`;
    const source = `<source xmlns='urn:xmpp:jingle:apps:rtp:ssma:0' ssrc='1'><parameter name='cname' value='&#13;'/></source>`;
    const read = description(
      `<payload-type id='0'>${parameters}${names}${feedback}</payload-type>${uri}${source}`,
    );
    expect(read).toMatchObject({
      payloads: [{ id: 0, parameters: [], feedback: { messages: [] } }],
      extensions: [],
      sources: [{ ssrc: 1, parameters: [] }],
    });
  });

  test('there is an end to everything', () => {
    const many = (count: number, each: (index: number) => Element): Element[] =>
      Array.from({ length: count }, (_, index) => each(index));
    const value = 'x'.repeat(250);
    const parameters = many(1_000, () => xml('parameter', RTP, { name: 'p', value }));
    const read = readDescription(
      xml(
        'description',
        RTP,
        { media: 'audio' },
        many(200, (id) => xml('payload-type', RTP, { id: id % 128, name: 'a', clockrate: 1 }, parameters)),
        many(1_000, (ssrc) => xml('source', 'urn:xmpp:jingle:apps:rtp:ssma:0', { ssrc }, parameters)),
        many(1_000, (id) => xml('rtp-hdrext', 'urn:xmpp:jingle:apps:rtp:rtp-hdrext:0', { id, uri: 'u' })),
      ),
    );
    expect(read?.payloads.map((each) => each.parameters.length)).toEqual(Array(64).fill(4));
    expect(read?.sources.length).toBe(16);
    expect(read?.extensions.length).toBe(32);
  });

  test('tells what a side says of itself', () => {
    const infos = [
      ...(['active', 'hold', 'unhold', 'ringing', 'mute', 'unmute'] as const).map((kind) => ({ kind })),
      { kind: 'mute', content: { creator: 'responder', name: 'voice' } } as const,
    ];
    for (const info of infos) expect(readCallInfo(overWire(writeCallInfo(info)))).toEqual(info);
    expect(readCallInfo(parseXml(`<explode xmlns='urn:xmpp:jingle:apps:rtp:info:1'/>`))).toBeUndefined();
  });
});

const transport = (inner: string, attrs = ''): ReturnType<typeof readTransport> =>
  readTransport(
    parseXml(`<transport xmlns='urn:xmpp:jingle:transports:ice-udp:1' ${attrs}>${inner}</transport>`),
  );
const GOOD: Readonly<Record<string, string>> = {
  component: '1',
  foundation: '1',
  generation: '0',
  id: 'el0747fg11',
  ip: '10.0.1.1',
  network: '1',
  port: '8998',
  priority: '2130706431',
  protocol: 'udp',
  type: 'host',
};
const candidate = (changed: Readonly<Record<string, string>> = {}): string =>
  `<candidate ${Object.entries({ ...GOOD, ...changed })
    .map(([name, value]) => `${name}='${value}'`)
    .join(' ')}/>`;

describe('XEP-0176', () => {
  test('reads the example of the document', () => {
    const read = transport(
      candidate() + candidate({ type: 'srflx', ip: '192.0.2.3', 'rel-addr': '10.0.1.1', 'rel-port': '8998' }),
      `pwd='asd88fgpdd777uzjYhagZg' ufrag='8hhy'`,
    );
    expect(read).toEqual({
      credentials: { fragment: '8hhy', password: 'asd88fgpdd777uzjYhagZg' },
      candidates: [
        {
          type: 'host',
          address: '10.0.1.1',
          port: 8_998,
          component: 1,
          priority: 2_130_706_431,
          foundation: '1',
          generation: 0,
          network: 1,
          id: 'el0747fg11',
        },
        expect.objectContaining({ type: 'srflx', related: { address: '10.0.1.1', port: 8_998 } }),
      ],
    });
    expect(read && readTransport(overWire(writeTransport(read)))).toEqual(read);
  });

  // H68: nothing is looked up, and nothing of this computer is asked, because somebody else names it.
  test.each([
    ...['127.0.0.1', '127.8.8.8', '0.0.0.0', '255.255.255.255', '224.0.0.251', '::1', '::', 'ff02::fb'],
    ...['::ffff:127.0.0.1', '::ffff:0:0', 'fe80::1%eth0'],
    ...[
      'evil.example',
      'localhost',
      '3f1d2c6e-7c3a-4a4e-9f2e-1a2b3c4d5e6f.local',
      '2130706433',
      '0x7f.1',
      '',
    ],
    ...['10.0.1.1 typ relay', '10.0.1.1&#10;a=x', '010.0.0.1', '[::1]'],
  ])('a candidate at %j is none', (ip) => {
    expect(transport(candidate({ ip }))?.candidates).toEqual([]);
  });

  test.each([
    { port: '0' },
    { port: '65536' },
    { port: '-1' },
    { port: '1e3' },
    { component: '0' },
    { component: '257' },
    { priority: '0' },
    { priority: '4294967296' },
    { priority: '99999999999999999999' },
    { foundation: '' },
    { foundation: 'a b' },
    { foundation: 'a'.repeat(33) },
    { generation: '-1' },
    { protocol: 'tcp' },
    { protocol: 'ssltcp' },
    { type: 'super' },
    { type: '__proto__' },
  ])('a candidate with %j is none', (changed: Readonly<Record<string, string>>) => {
    expect(transport(candidate(changed))?.candidates).toEqual([]);
  });

  test('of ten thousand candidates fifty are enough', () => {
    // More than a stanza can carry.
    const many = Array.from({ length: 10_000 }, (_, at) =>
      xml('candidate', ICE, { ...GOOD, port: String(at + 1) }),
    );
    expect(readTransport(xml('transport', ICE, {}, many))?.candidates.length).toBe(50);
  });

  test.each([
    [`ufrag='8hh' pwd='asd88fgpdd777uzjYhagZg'`],
    [`ufrag='8hhy' pwd='short'`],
    [`ufrag='8hhy'`],
    [`ufrag='8hhy&#10;' pwd='asd88fgpdd777uzjYhagZg'`],
    [`ufrag='8hhy' pwd='asd88fgpdd777uzjYhagZg a=b'`],
    [`ufrag='${'a'.repeat(257)}' pwd='asd88fgpdd777uzjYhagZg'`],
  ])('credentials with %s are none', (attrs) => {
    expect(transport('', attrs)).toEqual({ candidates: [] });
  });
});

const SHA256 =
  '02:1A:CC:54:27:AB:EB:9C:53:3F:3E:4B:65:2E:7D:46:3F:54:42:CD:54:F1:7A:03:A2:7D:F9:B0:7F:46:19:B2';

describe('XEP-0320', () => {
  const fingerprint = (attrs: string, value: string): ReturnType<typeof readFingerprint> =>
    readFingerprint(
      parseXml(`<fingerprint xmlns='urn:xmpp:jingle:apps:dtls:0' ${attrs}>${value}</fingerprint>`),
    );

  test('reads the example of the document, with its white space', () => {
    expect(fingerprint(`hash='SHA-256' setup='active'`, `\n  ${SHA256.toLowerCase()}\n`)).toEqual({
      hash: 'sha-256',
      value: SHA256,
      setup: 'active',
    });
  });

  test.each([
    ['SHA-1', `hash='sha-1' setup='active'`, '4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB'],
    ['MD5', `hash='md5' setup='active'`, '4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B'],
    ['a digest cut off', `hash='sha-256' setup='active'`, SHA256.slice(0, -3)],
    ['a digest of another function', `hash='sha-512' setup='active'`, SHA256],
    ['no digest', `hash='sha-256' setup='active'`, ''],
    ['no hexadecimal', `hash='sha-256' setup='active'`, SHA256.replace('02', '0G')],
    ['no separators', `hash='sha-256' setup='active'`, SHA256.replaceAll(':', '0')],
    ['a role that DTLS does not have', `hash='sha-256' setup='holdconn'`, SHA256],
    ['no function', `setup='active'`, SHA256],
    ['two digests', `hash='sha-256' setup='active'`, `${SHA256}&#13;&#10;${SHA256}`],
  ])('%s proves nothing', (_, attrs, value) => {
    expect(fingerprint(attrs, value)).toBeUndefined();
  });
});

test('XEP-0177: the places of raw UDP are read, those of this computer are not', () => {
  const raw = (ip: string): string =>
    `<candidate component='1' generation='0' id='a9' ip='${ip}' port='49170'/>`;
  const text = `<transport xmlns='urn:xmpp:jingle:transports:raw-udp:1'>${raw('10.1.1.104')}${raw('127.0.0.1')}</transport>`;
  const read = readRawTransport(parseXml(text));
  expect(read).toEqual([{ component: 1, generation: 0, id: 'a9', address: '10.1.1.104', port: 49_170 }]);
  expect(read && readRawTransport(overWire(writeRawTransport(read)))).toEqual(read);
});

test('XEP-0181: keys of a telephone, for as long as somebody presses them', () => {
  const tone = (attrs: string): ReturnType<typeof readTone> =>
    readTone(parseXml(`<dtmf xmlns='urn:xmpp:jingle:dtmf:0' ${attrs}/>`));
  expect(tone(`code='7' duration='400' volume='42'`)).toEqual({ tone: '7', duration: 400 });
  expect(tone(`code='#'`)).toEqual({ tone: '#', duration: 100 });
  for (const bad of [
    `code='12'`,
    `code='E'`,
    `code=''`,
    '',
    `code='1' duration='0'`,
    `code='1' duration='99999'`,
  ])
    expect(tone(bad)).toBeUndefined();
  expect(readTone(overWire(writeTone({ tone: '*', duration: 60 })))).toEqual({ tone: '*', duration: 60 });
});

test('XEP-0338: a group has a meaning and members', () => {
  const group = (attrs: string, inner: string): ReturnType<typeof readGroup> =>
    readGroup(parseXml(`<group xmlns='urn:xmpp:jingle:apps:grouping:0' ${attrs}>${inner}</group>`));
  expect(group(`semantics='LS'`, `<content name='a'/><content name='b c'/><content name='a'/>`)).toEqual({
    semantics: 'LS',
    contents: ['a'],
  });
  expect(group(`semantics='LS'`, '')).toBeUndefined();
  expect(group(`semantics='L&#10;S'`, `<content name='a'/>`)).toBeUndefined();
});

test('whatever is damaged in a negotiation, reading it throws nothing', () => {
  const element = fc.constantFrom(...INITIATES).map((name) => parseXml(recorded(`${name}.xml`).trim()));
  fc.assert(
    fc.property(damaged(element), (broken) => {
      const read = readJingle(broken);
      for (const content of read?.contents ?? []) {
        if (content.description) readDescription(content.description);
        if (content.transport) readTransport(content.transport);
      }
    }),
    { numRuns: 150 },
  );
});
