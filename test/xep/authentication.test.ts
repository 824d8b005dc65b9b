/** The elements of SASL2, Bind 2 and FAST, with the examples of their documents. */
import { expect, test } from 'vitest';
import { parseStanza } from '../../electron/xmpp/transport/parser.ts';
import { readOfferedFeatures, writeBind } from '../../electron/xmpp/xep/xep0386.ts';
import { readOffer, readSuccess, readTasks, writeAuthenticate } from '../../electron/xmpp/xep/xep0388.ts';
import {
  readOfferedMechanisms,
  readToken,
  writeTokenRequest,
  writeUse,
} from '../../electron/xmpp/xep/xep0484.ts';
import { serialize, xml, type Element } from '../../electron/xmpp/xml.ts';

const read = (text: string): Element => {
  const element = parseStanza(text);
  if (element === undefined) throw new Error(`not XML: ${text}`);
  return element;
};

const stream = read(`<features xmlns='http://etherx.jabber.org/streams'>
  <authentication xmlns='urn:xmpp:sasl:2'>
    <mechanism>SCRAM-SHA-1</mechanism>
    <mechanism> SCRAM-SHA-1-PLUS </mechanism>
    <inline>
      <bind xmlns='urn:xmpp:bind:0'>
        <inline><feature var="urn:xmpp:carbons:2"/><feature var="urn:xmpp:csi:0"/><feature/></inline>
      </bind>
      <sm xmlns='urn:xmpp:sm:3'/>
      <fast xmlns='urn:xmpp:fast:0' tls-0rtt='true'><mechanism>HT-SHA-256-ENDP</mechanism></fast>
    </inline>
  </authentication>
</features>`);

test('XEP-0388 #feature, XEP-0386 #usecases, XEP-0484 #support: what is offered', () => {
  const offer = readOffer(stream);
  const inline = offer?.inline ?? xml('none', '');
  expect(offer?.mechanisms).toEqual(['SCRAM-SHA-1', 'SCRAM-SHA-1-PLUS']);
  expect(readOfferedFeatures(inline)).toEqual(['urn:xmpp:carbons:2', 'urn:xmpp:csi:0', '']);
  expect(readOfferedMechanisms(inline)).toEqual(['HT-SHA-256-ENDP']);
  expect(readOfferedFeatures(xml('inline', 'urn:xmpp:sasl:2'))).toBeUndefined();
  expect(readOfferedMechanisms(xml('inline', 'urn:xmpp:sasl:2'))).toEqual([]);
});

test.each([
  "<features xmlns='http://etherx.jabber.org/streams'/>",
  "<features xmlns='http://etherx.jabber.org/streams'><authentication xmlns='urn:xmpp:sasl:2'/></features>",
  "<features xmlns='http://etherx.jabber.org/streams'><authentication xmlns='urn:xmpp:sasl:1'><mechanism>X</mechanism></authentication></features>",
])('%s offers nothing', (text) => {
  expect(readOffer(read(text))).toBeUndefined();
});

test('XEP-0388 #initiation: what is asked', () => {
  const element = writeAuthenticate({
    mechanism: 'SCRAM-SHA-1',
    initial: Buffer.from('n,,n=user'),
    agent: 'd4565fa7-4d72-4749-b3d3-740edbf87770',
    software: 'AwesomeXMPP',
    inline: [
      writeBind({ tag: 'AwesomeXMPP', enable: [xml('enable', 'urn:xmpp:carbons:2')] }),
      writeTokenRequest('HT-SHA-256-ENDP'),
      writeUse({ count: 123, invalidate: true }),
      writeUse({ count: 1 }),
    ],
  });
  expect(serialize(element)).toBe(
    '<authenticate xmlns="urn:xmpp:sasl:2" mechanism="SCRAM-SHA-1">' +
      '<initial-response>biwsbj11c2Vy</initial-response>' +
      '<user-agent id="d4565fa7-4d72-4749-b3d3-740edbf87770"><software>AwesomeXMPP</software></user-agent>' +
      '<bind xmlns="urn:xmpp:bind:0"><tag>AwesomeXMPP</tag><enable xmlns="urn:xmpp:carbons:2"/></bind>' +
      '<request-token xmlns="urn:xmpp:fast:0" mechanism="HT-SHA-256-ENDP"/>' +
      '<fast xmlns="urn:xmpp:fast:0" count="123" invalidate="true"/>' +
      '<fast xmlns="urn:xmpp:fast:0" count="1"/>' +
      '</authenticate>',
  );
});

test('XEP-0388 #success and #continue: what is answered', () => {
  const success = read(`<success xmlns='urn:xmpp:sasl:2'><additional-data>dj1tc1Y=</additional-data>
    <authorization-identifier> user@example.org </authorization-identifier></success>`);
  expect(readSuccess(success)).toEqual({ data: 'dj1tc1Y=', identifier: 'user@example.org' });
  expect(readSuccess(read("<success xmlns='urn:xmpp:sasl:2'/>"))).toEqual({
    data: undefined,
    identifier: '',
  });
  expect(readSuccess(read("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"))).toBeUndefined();
  expect(
    readTasks(
      read("<continue xmlns='urn:xmpp:sasl:2'><tasks><task>HOTP</task><task>TOTP</task></tasks></continue>"),
    ),
  ).toEqual(['HOTP', 'TOTP']);
  expect(readTasks(success)).toBeUndefined();
});

test('XEP-0484 #token-response: what is handed out', () => {
  const token = "<token xmlns='urn:xmpp:fast:0' expiry='2020-03-12T14:36:15Z' token='WXZz'/>";
  expect(readToken(read(token))).toEqual({ secret: 'WXZz', expiry: Date.UTC(2020, 2, 12, 14, 36, 15) });
  for (const wrong of [
    token.replace("token='WXZz'", ''),
    token.replace('WXZz', ''),
    token.replace('2020-03-12T14:36:15Z', 'tomorrow'),
    token.replace('fast:0', 'fast:1'),
  ]) {
    expect(readToken(read(wrong))).toBeUndefined();
  }
});
