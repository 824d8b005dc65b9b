/** Files from client to client: blocks, sessions and publications, read strictly (H69). */
import { describe, expect, test } from 'vitest';
import { readInBand, writeInBand, type InBand } from '../../electron/xmpp/xep/xep0047.ts';
import { readDescription, writeDescription } from '../../electron/xmpp/xep/xep0234.ts';
import { readTransport, writeTransport } from '../../electron/xmpp/xep/xep0261.ts';
import {
  addressOf,
  askStart,
  readPublication,
  readPublicationAddress,
  readStart,
  writePublication,
} from '../../electron/xmpp/xep/xep0358.ts';
import { readFileSharing } from '../../electron/xmpp/xep/xep0447.ts';
import { blocksOf } from '../../electron/engine/direct-serve.ts';
import { StanzaError } from '../../electron/xmpp/wire.ts';
import { readFullJid } from '../../shared/jid.ts';
import { overWire, parseXml, scriptedWire } from '../support/xml.ts';

const IBB = 'http://jabber.org/protocol/ibb';

describe('XEP-0047', () => {
  test.each<InBand>([
    { kind: 'open', sid: 'i781hf64', blockSize: 4_096 },
    { kind: 'data', sid: 'i781hf64', seq: 65_535, bytes: Uint8Array.of(1, 2, 3) },
    { kind: 'close', sid: 'i781hf64' },
  ])('%j goes there and back', (inBand) => {
    expect(readInBand(overWire(writeInBand(inBand)))).toEqual(inBand);
  });

  test.each([
    `<open xmlns='${IBB}' block-size='65536' sid='a'/>`,
    `<open xmlns='${IBB}' block-size='0' sid='a'/>`,
    `<open xmlns='${IBB}' block-size='4096' sid='a' stanza='message'/>`,
    `<open xmlns='${IBB}' block-size='4096'/>`,
    `<data xmlns='${IBB}' seq='65536' sid='a'>AAAA</data>`,
    `<data xmlns='${IBB}' seq='-1' sid='a'>AAAA</data>`,
    `<data xmlns='${IBB}' seq='0' sid='a'>A===</data>`,
    `<data xmlns='${IBB}' seq='0' sid='a'>no base64!</data>`,
    `<data xmlns='${IBB}' seq='0' sid='a'>${'AAAA'.repeat(21_846)}</data>`,
    `<data xmlns='urn:odd' seq='0' sid='a'>AAAA</data>`,
    `<explode xmlns='${IBB}' seq='0' sid='a'>AAAA</explode>`,
  ])('%.90s is none', (text) => {
    expect(readInBand(parseXml(text))).toBeUndefined();
  });
});

test('XEP-0261: a transport is a bytestream and a size', () => {
  const read = (attrs: string): ReturnType<typeof readTransport> =>
    readTransport(parseXml(`<transport xmlns='urn:xmpp:jingle:transports:ibb:1' ${attrs}/>`));
  expect(read(`block-size='4096' sid='ch3d9s71'`)).toEqual({ sid: 'ch3d9s71', blockSize: 4_096 });
  for (const bad of [`block-size='4096'`, `sid='a'`, `sid='a' block-size='1' stanza='message'`])
    expect(read(bad)).toBeUndefined();
  const transport = { sid: 'a', blockSize: 1 };
  expect(readTransport(overWire(writeTransport(transport)))).toEqual(transport);
});

describe('XEP-0234', () => {
  const read = (file: string): ReturnType<typeof readDescription> =>
    readDescription(
      parseXml(
        `<description xmlns='urn:xmpp:jingle:apps:file-transfer:5'><file>${file}</file></description>`,
      ),
    );

  test('reads how large a file is, and from where on it comes', () => {
    expect(read(`<name>../../etc/passwd</name><size>6144</size><range/>`)).toEqual({
      size: 6_144,
      offset: 0,
    });
    expect(read(`<range offset='270336'/>`)).toEqual({ offset: 270_336 });
    expect(read(`<size>-1</size>`)).toEqual({});
    expect(read(`<size>1e9</size>`)).toEqual({});
    expect(read(`<range offset='-5'/>`)).toBeUndefined();
    expect(read(`<range offset='99999999999999999999'/>`)).toBeUndefined();
  });

  test('says nothing of what it is called', () => {
    for (const file of [{ size: 5, offset: 0 }, { offset: 7 }, { size: 1 }])
      expect(readDescription(overWire(writeDescription(file)))).toEqual(file);
  });
});

describe('XEP-0358', () => {
  const publisher = readFullJid('romeo@montague.lit/a b?#%;é');
  if (publisher === undefined) throw new Error('no address');
  const publication = { publisher, id: '9559976B-3FBF;x=1&?#%' };

  test('a publication is an element and an address', () => {
    expect(readPublication(overWire(writePublication(publication)))).toEqual(publication);
    expect(readPublicationAddress(addressOf(publication))).toEqual(publication);
    const plain = readFullJid('romeo@montague.lit/desk');
    expect(plain && addressOf({ publisher: plain, id: '95' })).toBe(
      'xmpp:romeo@montague.lit/desk?jingle;id=95',
    );
  });

  test.each([
    `<jinglepub xmlns='urn:xmpp:jinglepub:1' from='romeo@montague.lit' id='a'><description xmlns='urn:xmpp:jingle:apps:file-transfer:5'/></jinglepub>`,
    `<jinglepub xmlns='urn:xmpp:jinglepub:1' from='romeo@montague.lit/r'><description xmlns='urn:xmpp:jingle:apps:file-transfer:5'/></jinglepub>`,
    `<jinglepub xmlns='urn:xmpp:jinglepub:1' from='romeo@montague.lit/r' id='a'><description xmlns='urn:xmpp:jingle:apps:rtp:1'/></jinglepub>`,
    `<jinglepub xmlns='urn:xmpp:jinglepub:1' from='romeo@montague.lit/r' id='${'a'.repeat(129)}'><description xmlns='urn:xmpp:jingle:apps:file-transfer:5'/></jinglepub>`,
  ])('%.120s is none of a file', (text) => {
    expect(readPublication(parseXml(text))).toBeUndefined();
  });

  test.each([
    'https://a.test/x?jingle;id=1',
    'xmpp:romeo@montague.lit?jingle;id=1',
    'xmpp:romeo@montague.lit/r?message;body=1',
    'xmpp:romeo@montague.lit/r?jingle;id=',
    'xmpp:romeo@montague.lit/r?jingle;id=%zz',
    'xmpp:romeo@montague.lit/%?jingle;id=1',
    `xmpp:romeo@montague.lit/r?jingle;id=${'1'.repeat(3_000)}`,
    '',
  ])('%.60j is no address of one', (text) => {
    expect(readPublicationAddress(text)).toBeUndefined();
  });

  test('somebody is asked to begin, and says how', async () => {
    const wire = scriptedWire(`<iq type='result'><starting xmlns='urn:xmpp:jinglepub:1' sid='851ba2'/></iq>`);
    expect(await askStart(wire, publication)).toBe('851ba2');
    const [asked] = wire.asked;
    expect([asked?.type, asked?.to, asked && readStart(asked.payload)]).toEqual([
      'get',
      publisher,
      publication.id,
    ]);
    await expect(askStart(scriptedWire(`<iq type='result'/>`), publication)).rejects.toThrow(StanzaError);
  });

  test('a file that lies with somebody is a file of a message', () => {
    const shared = (source: string): ReturnType<typeof readFileSharing> =>
      readFileSharing(
        parseXml(`<file-sharing xmlns='urn:xmpp:sfs:0'><file xmlns='urn:xmpp:file:metadata:0'><name>a</name></file>
          <sources>${source}</sources></file-sharing>`),
      );
    const source = `<jinglepub xmlns='urn:xmpp:jinglepub:1' from='romeo@montague.lit/r' id='a'><description xmlns='urn:xmpp:jingle:apps:file-transfer:5'/></jinglepub>`;
    expect(shared(source)?.addresses).toEqual(['xmpp:romeo@montague.lit/r?jingle;id=a']);
    // An address of the web is none of a client, whatever it says.
    const disguised = `<url-data xmlns='http://jabber.org/protocol/url-data' target='xmpp:romeo@montague.lit/r?jingle;id=a'/>`;
    expect(shared(disguised)).toBeUndefined();
  });
});

test('a file is cut into blocks from any place on', async () => {
  async function* parts(): AsyncGenerator<Uint8Array> {
    for (const part of ['ab', '', 'cdefghi', 'j']) yield await Promise.resolve(Buffer.from(part));
  }
  const blocks = async (offset: number, size: number): Promise<string[]> => {
    const found: string[] = [];
    for await (const block of blocksOf(parts(), offset, size)) found.push(Buffer.from(block).toString());
    return found;
  };
  expect(await blocks(0, 4)).toEqual(['abcd', 'efgh', 'ij']);
  expect(await blocks(3, 4)).toEqual(['defg', 'hij']);
  expect(await blocks(9, 1)).toEqual(['j']);
  expect(await blocks(10, 4)).toEqual([]);
});
