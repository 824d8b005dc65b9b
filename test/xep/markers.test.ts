/** The small payloads of a message: XEP-0085, 0163, 0184, 0334, 0359, 0380, 0382 and 0393. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chatStates, readChatState, writeChatState } from '../../electron/xmpp/xep/xep0085.ts';
import { notifyFeature } from '../../electron/xmpp/xep/xep0163.ts';
import { readReceipt, readRequest, writeReceipt, writeRequest } from '../../electron/xmpp/xep/xep0184.ts';
import { hints, readHints, writeHint } from '../../electron/xmpp/xep/xep0334.ts';
import * as xep0359 from '../../electron/xmpp/xep/xep0359.ts';
import {
  hasOtherEncryption,
  readEncryptionHint,
  writeEncryptionHint,
} from '../../electron/xmpp/xep/xep0380.ts';
import { readSpoiler, writeSpoiler } from '../../electron/xmpp/xep/xep0382.ts';
import { readUnstyled, writeUnstyled } from '../../electron/xmpp/xep/xep0393.ts';
import { stanza, type Element } from '../../electron/xmpp/xml.ts';
import { jid, nonEmptyText, overWire, parseXml, text } from '../support/xml.ts';

const message = (...content: Element[]): Element => overWire(stanza('message', {}, content));
const parsed = (content: string): Element => parseXml(`<message>${content}</message>`);

test('read(write(x)) = x', () => {
  for (const state of chatStates) expect(readChatState(message(writeChatState(state)))).toBe(state);
  expect(readRequest(message(writeRequest()))).toBe(true);
  fc.assert(
    fc.property(nonEmptyText, (id) => {
      expect(readReceipt(message(writeReceipt(id)))).toBe(id);
      expect(xep0359.readOriginId(message(xep0359.writeOriginId(id)))).toBe(id);
    }),
  );
  fc.assert(
    fc.property(fc.subarray([...hints]), (some) => {
      expect(readHints(message(...some.map(writeHint)))).toEqual(some);
    }),
  );
  fc.assert(
    fc.property(fc.array(fc.record({ by: jid, id: nonEmptyText }), { maxLength: 5 }), (ids) => {
      expect(xep0359.readStanzaIds(message(...ids.map(xep0359.writeStanzaId)))).toEqual(ids);
    }),
  );
  fc.assert(
    fc.property(nonEmptyText, text, (namespace, name) => {
      const hint = { namespace, ...(name !== '' && { name }) };
      expect(readEncryptionHint(message(writeEncryptionHint(hint)))).toEqual(hint);
    }),
  );
});

test('chat states: contradictions and unknown states say nothing', () => {
  const NS = "xmlns='http://jabber.org/protocol/chatstates'";
  expect(readChatState(parsed(`<composing ${NS}/><paused ${NS}/>`))).toBeUndefined();
  expect(readChatState(parsed(`<constructor ${NS}/>`))).toBeUndefined();
  expect(readChatState(parsed('<composing/>'))).toBeUndefined();
});

test('receipts need an id', () => {
  expect(readReceipt(parsed("<received xmlns='urn:xmpp:receipts'/>"))).toBeUndefined();
  expect(readReceipt(parsed("<received xmlns='urn:xmpp:receipts' id=''/>"))).toBeUndefined();
  expect(
    readReceipt(parsed(`<received xmlns='urn:xmpp:receipts' id='${'x'.repeat(1_025)}'/>`)),
  ).toBeUndefined();
  expect(readReceipt(parsed("<received xmlns='urn:xmpp:carbons:2' id='1'/>"))).toBeUndefined();
});

test('interest in a node', () => {
  expect(notifyFeature('urn:x')).toBe('urn:x+notify');
});

describe('ids of archives', () => {
  const id = (by: string, value: string): string =>
    `<stanza-id xmlns='urn:xmpp:sid:0' by='${by}' id='${value}'/>`;

  test('H27: two by the same archive are both kept, so that the forgery shows', () => {
    expect(xep0359.readStanzaIds(parsed(id('alice@a.test', '1') + id('Alice@a.test', '2')))).toEqual([
      { by: 'alice@a.test', id: '1' },
      { by: 'alice@a.test', id: '2' },
    ]);
  });

  test('what is incomplete, malformed or endless is left out', () => {
    const bad = `${id('', '1')}${id('a@b@c', '1')}${id('a.test', '')}${id('a.test', 'x'.repeat(1_025))}`;
    expect(xep0359.readStanzaIds(parsed(bad + "<stanza-id xmlns='urn:xmpp:sid:0'/>"))).toEqual([]);
    expect(xep0359.readStanzaIds(parsed(id('a.test', '1').repeat(10_000))).length).toBeLessThan(100);
  });
});

describe('encryption hints', () => {
  const hint = (namespace: string, name: string): string =>
    `<encryption xmlns='urn:xmpp:eme:0' namespace='${namespace}' name='${name}'/>`;

  test('#rules: the name of a known protocol is ours, not the sender’s', () => {
    expect(readEncryptionHint(parsed(hint('urn:xmpp:omemo:2', 'install evil.example')))).toEqual({
      namespace: 'urn:xmpp:omemo:2',
      name: 'OMEMO 2',
    });
    expect(readEncryptionHint(parsed(hint('urn:x', 'x'.repeat(500))))?.name).toHaveLength(64);
    expect(readEncryptionHint(parsed(hint('', 'x')))).toBeUndefined();
  });

  test.each([
    [hint('eu.siacs.conversations.axolotl', ''), false],
    ['<body>hello</body>', false],
    [hint('urn:xmpp:otr:0', ''), true],
    [hint('__proto__', ''), true],
    ["<encrypted xmlns='urn:xmpp:omemo:1'/>", true],
    ["<encrypted xmlns='urn:xmpp:omemo:2'/>", false],
    ["<openpgp xmlns='urn:xmpp:openpgp:0'/>", true],
    ["<x xmlns='jabber:x:encrypted'/>", true],
    ["<x xmlns='jabber:x:data'/>", false],
  ])('%s is another encryption: %s', (content, isOther) => {
    expect(hasOtherEncryption(parsed(content), ['eu.siacs.conversations.axolotl'])).toBe(isOther);
  });
});

test('a message that is not to be styled says so; one that is to be covered says perhaps why', () => {
  const NS = 'urn:xmpp:spoiler:0';
  expect(readUnstyled(message(writeUnstyled()))).toBe(true);
  expect(readUnstyled(parsed("<unstyled xmlns='urn:xmpp:styling:1'/>"))).toBe(false);
  fc.assert(
    fc.property(text, (hint) => {
      expect(readSpoiler(message(writeSpoiler(hint.trim())))).toBe(hint.trim());
    }),
  );
  expect(readSpoiler(parsed("<spoiler xmlns='urn:xmpp:spoiler:1'>no</spoiler>"))).toBeUndefined();
  expect(
    readSpoiler(
      parsed(`<spoiler xmlns='${NS}' xml:lang='ca'>Fi</spoiler><spoiler xmlns='${NS}'>End</spoiler>`),
    ),
  ).toBe('End');
  expect(
    readSpoiler(parsed(`<spoiler xmlns='${NS}'><b xmlns='x'>no</b> ${'x'.repeat(10_000)}</spoiler>`))?.length,
  ).toBe(200);
});
