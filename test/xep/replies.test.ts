/** Replies and the parts of a body that stand in for them: XEP-0461 and XEP-0428. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readMessage } from '../../electron/xmpp/message.ts';
import { readPassages, writeFallback } from '../../electron/xmpp/xep/xep0428.ts';
import { NS, readReply, writeReply, type Reply } from '../../electron/xmpp/xep/xep0461.ts';
import { stanza, type Element } from '../../electron/xmpp/xml.ts';
import { bareJid, nonEmptyText, overWire, parseXml, shape } from '../support/xml.ts';

const message = (...content: Element[]): Element => overWire(stanza('message', {}, content));
const parsed = (content: string): Element => parseXml(`<message>${content}</message>`);

test('the example of the text', () => {
  const element = parsed(
    `<body>&gt; Anna wrote:\n&gt; We should bake a cake\nGreat idea!</body>
     <reply to='anna@example.com/laptop' id='message-id1' xmlns='urn:xmpp:reply:0' />
     <fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start="0" end="38" /></fallback>`,
  );
  expect(readMessage(element)).toMatchObject({
    reply: { id: 'message-id1', author: 'anna@example.com' },
    quotes: [{ start: 0, end: 38 }],
  });
});

test('read(write(x)) = x', () => {
  const reply = shape<Reply>({ id: nonEmptyText, author: bareJid }, ['id']);
  fc.assert(
    fc.property(reply, fc.nat(9_999), fc.integer({ min: 1, max: 9_999 }), (value, start, length) => {
      expect(readReply(message(writeReply(value)))).toEqual(value);
      const passage = { start, end: start + length };
      expect(readPassages(message(writeFallback(NS, passage)), NS)).toEqual([passage]);
    }),
  );
});

test.each([
  ["<reply xmlns='urn:xmpp:reply:0'/>", undefined],
  ["<reply xmlns='urn:xmpp:reply:0' id=''/>", undefined],
  [`<reply xmlns='urn:xmpp:reply:0' id='${'x'.repeat(1_025)}'/>`, undefined],
  ["<reply xmlns='urn:xmpp:reply:1' id='a'/>", undefined],
  ["<reply xmlns='urn:xmpp:reply:0' id='a' to='@@'/>", { id: 'a' }],
])('%s', (text, expected) => {
  expect(readReply(parsed(text))).toEqual(expected);
});

test.each([
  ["start='0'", []],
  ["end='3'", []],
  ["start='-1' end='3'", []],
  ["start='3' end='3'", []],
  ["start='9' end='3'", []],
  ["start='0x1' end='1e3'", []],
  ["start='NaN' end='Infinity'", []],
  ["start='0' end='99999999999'", []],
  ["start='0' end='4294967295'", [{ start: 0, end: 4_294_967_295 }]],
])('a passage with %s', (attributes, expected) => {
  const fallback = `<fallback xmlns='urn:xmpp:fallback:0' for='${NS}'><body ${attributes}/></fallback>`;
  expect(readPassages(parsed(fallback), NS)).toEqual(expected);
  expect(readPassages(parsed(fallback), 'urn:xmpp:other:0')).toEqual([]);
});

test('without a reply nothing counts as its fallback: hidden words would be replaced by nothing', () => {
  const fallback = `<fallback xmlns='urn:xmpp:fallback:0' for='${NS}'><body start='0' end='3'/></fallback>`;
  expect(readMessage(parsed(`<body>words</body>${fallback}`))).not.toHaveProperty('quotes');
});
