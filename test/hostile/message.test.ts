/** Hostile messages, at the edge: what the parts of a message may never be read as. */
import { describe, expect, test } from 'vitest';
import { readMessage, type Message } from '../../electron/xmpp/message.ts';
import { parseXml } from '../support/xml.ts';

const OMEMO = 'eu.siacs.conversations.axolotl';
const IV = 'AAAAAAAAAAAAAAAA';
const SEALED = `<encrypted xmlns='${OMEMO}'><header sid='1'><key rid='2'>AAAA</key><iv>${IV}</iv></header><payload>AAAA</payload></encrypted>`;

function read(
  content: string,
  attributes = "from='mal@m.test/x' to='alice@a.test/d1' type='chat'",
): Message | undefined {
  return readMessage(parseXml(`<message ${attributes}>${content}</message>`));
}

describe('addresses that are none do not pass for our own account', () => {
  test.each([
    "from=''",
    "from='@'",
    "from='a@b@c'",
    "from='bob\u202E@b.test'",
    "from='bob@b.test' to='a@b@c'",
    "to=''",
  ])('%s', (attributes) => {
    expect(read('<body>PWN</body>', attributes)).toBeUndefined();
  });

  test('an attribute with another namespace is no sender', () => {
    const element = parseXml(
      "<message xmlns:x='urn:x' x:from='alice@a.test' from='mal@m.test/x'><body>PWN</body></message>",
    );
    expect(readMessage(element)?.from).toBe('mal@m.test/x');
  });

  test('an address is prepared before anybody compares it (H03)', () => {
    expect(read('', "from='ALICE@A.test'")?.from).toBe('alice@a.test');
  });
});

describe('what is not a message', () => {
  test.each([
    ['another stanza', "<presence from='mal@m.test/x'><body>PWN</body></presence>"],
    ['another namespace', "<message xmlns='jabber:server' from='mal@m.test/x'><body>PWN</body></message>"],
  ])('%s', (_what, text) => {
    expect(readMessage(parseXml(text))).toBeUndefined();
  });
});

describe('wrappers are not looked into', () => {
  const inner = "<message xmlns='jabber:client' from='bob@b.test/r'><body>PWN</body></message>";
  test.each([
    [
      'H01 carbon',
      `<received xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'>${inner}</forwarded></received>`,
    ],
    ['H08 forwarded', `<forwarded xmlns='urn:xmpp:forward:0'>${inner}</forwarded>`],
    [
      'H09 archive',
      `<result xmlns='urn:xmpp:mam:2' id='1'><forwarded xmlns='urn:xmpp:forward:0'>${inner}</forwarded></result>`,
    ],
    [
      'H17 roster exchange',
      "<x xmlns='http://jabber.org/protocol/rosterx'><item action='delete' jid='bob@b.test'/></x>",
    ],
    [
      'H73 XHTML-IM',
      "<html xmlns='http://jabber.org/protocol/xhtml-im'><body xmlns='http://www.w3.org/1999/xhtml'>PWN</body></html>",
    ],
    ['a body of another namespace', "<body xmlns='urn:x'>PWN</body>"],
    ['a body that is nested deeper', "<x xmlns='urn:x'><body xmlns='jabber:client'>PWN</body></x>"],
  ])('%s', (_what, content) => {
    const message = read(content);
    expect(message?.from).toBe('mal@m.test/x');
    expect(JSON.stringify(message)).not.toContain('PWN');
  });
});

describe('H27: ids of archives', () => {
  test('two with the same archive are both told, in order', () => {
    const id = (value: string): string =>
      `<stanza-id xmlns='urn:xmpp:sid:0' by='alice@a.test' id='${value}'/>`;
    expect(read(id('forged') + id('real'))?.stanzaIds).toEqual([
      { by: 'alice@a.test', id: 'forged' },
      { by: 'alice@a.test', id: 'real' },
    ]);
  });
});

describe('encryption', () => {
  const flags = (content: string): unknown[] => {
    const message = read(content);
    return [
      message?.encrypted !== undefined,
      message?.hasUnsupportedEncryption,
      message?.hasMalformedEncryption,
    ];
  };
  const hint = (namespace: string): string => `<encryption xmlns='urn:xmpp:eme:0' namespace='${namespace}'/>`;

  test.each<[string, string, [boolean, boolean, boolean]]>([
    ['H35 plain', '<body>PWN</body>', [false, false, false]],
    ['H36 sealed next to a body', `<body>PWN</body>${SEALED}`, [true, false, false]],
    [
      'H36 sealed next to another encryption',
      `${SEALED}<openpgp xmlns='urn:xmpp:openpgp:0'/>`,
      [true, false, false],
    ],
    ['H37 a hint without anything behind it', `<body>PWN</body>${hint(OMEMO)}`, [false, false, false]],
    [
      'a hint of an encryption we do not speak',
      `<body>PWN</body>${hint('urn:xmpp:otr:0')}`,
      [false, true, false],
    ],
    [
      'an encryption we do not speak, without a hint',
      "<body>PWN</body><encrypted xmlns='urn:xmpp:omemo:1'/>",
      [false, true, false],
    ],
    [
      'H38 broken in the newer protocol, next to a body',
      "<body>PWN</body><encrypted xmlns='urn:xmpp:omemo:2'/>",
      [false, true, true],
    ],
    [
      'broken in the newer protocol, whole in the older',
      `${SEALED}<encrypted xmlns='urn:xmpp:omemo:2'/>`,
      [true, false, false],
    ],
    ['H38 broken, next to a body', `<body>PWN</body>${SEALED.replace(IV, 'AAAA')}`, [false, true, true]],
    ['two of ours, the first broken', SEALED.replace(IV, 'AAAA') + SEALED, [false, true, true]],
  ])('%s', (_what, content, expected) => {
    expect(flags(content)).toEqual(expected);
  });
});

describe('H75: time', () => {
  const delay = (stamp: string, from = 'bob@b.test'): string =>
    `<delay xmlns='urn:xmpp:delay' from='${from}' stamp='${stamp}'/>`;
  test.each([
    ['malformed', delay('yesterday'), undefined],
    ['before XMPP', delay('1969-12-31T23:59:59Z'), undefined],
    ['the first moment', delay('1970-01-01T00:00:00Z'), { from: 'bob@b.test', at: 0 }],
    [
      'the last moment, for the engine to clamp',
      delay('9999-12-31T23:59:59Z'),
      { from: 'bob@b.test', at: 253_402_300_799_000 },
    ],
    ['beyond all moments', delay('10000-01-01T00:00:00Z'), undefined],
    ['from nobody', delay('2024-01-01T00:00:00Z', 'a@b@c'), undefined],
  ])('%s', (_what, content, expected) => {
    expect(read(content)?.delay).toEqual(expected);
  });
});

describe('H71: names that JavaScript knows', () => {
  test('are names like any other', () => {
    const message = read(
      "<body>hasOwnProperty</body><thread>__proto__</thread><received xmlns='urn:xmpp:receipts' id='constructor'/>",
      "from='__proto__@m.test/constructor' id='__proto__' type='toString' __proto__='x'",
    );
    expect(message).toMatchObject({
      from: '__proto__@m.test/constructor',
      id: '__proto__',
      type: 'normal',
      body: 'hasOwnProperty',
      thread: '__proto__',
      receiptFor: 'constructor',
    });
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});

describe('ids', () => {
  test.each([
    ['empty', ''],
    ['endless', 'x'.repeat(100_000)],
  ])('%s ones are none', (_what, id) => {
    const message = read(`<origin-id xmlns='urn:xmpp:sid:0' id='${id}'/>`, `from='mal@m.test' id='${id}'`);
    expect([message?.id, message?.originId]).toEqual([undefined, undefined]);
  });
});

test('H29: the mark of rooms is told, whoever wrote it', () => {
  const mark = "<x xmlns='http://jabber.org/protocol/muc#user'/>";
  expect(read(`<body>hi</body>${mark}`, "from='bob@b.test/r' type='chat'")?.hasRoomMark).toBe(true);
});

test('H73: a large message with many parts is read in one pass', () => {
  const parts = '<delay xmlns="urn:xmpp:delay"/>'.repeat(10_000);
  expect(read(`<body>${'*_~'.repeat(10_000)}</body>${parts}`)?.body).toHaveLength(30_000);
});
