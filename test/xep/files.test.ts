/** Files in messages: addresses, slots, metadata, sharing and keys, read strictly (H59, H60, H61, H63). */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readMessage, writeMessage } from '../../electron/xmpp/message.ts';
import { StanzaError } from '../../electron/xmpp/wire.ts';
import { readAddress } from '../../electron/xmpp/xep/xep0103.ts';
import {
  askSlot,
  readLimit,
  readSlot,
  readTooLarge,
  writeRequest,
  writeSlot,
} from '../../electron/xmpp/xep/xep0363.ts';
import { readInfo } from '../../electron/xmpp/xep/xep0030.ts';
import { readFallbacks, writeFallback } from '../../electron/xmpp/xep/xep0428.ts';
import { readMetadata, writeMetadata } from '../../electron/xmpp/xep/xep0446.ts';
import { readFiles, readFileSharing, writeFileSharing } from '../../electron/xmpp/xep/xep0447.ts';
import { readEncryptedSource } from '../../electron/xmpp/xep/xep0448.ts';
import {
  isEncryptedAddress,
  readEncryptedAddress,
  writeEncryptedAddress,
} from '../../electron/xmpp/xep/xep0454.ts';
import { overWire, parseXml, scriptedWire } from '../support/xml.ts';

describe('addresses', () => {
  test.each([
    'http://a.test/x',
    'file:///etc/passwd',
    'smb://a.test/x',
    'gopher://a.test/',
    'https://a.test@127.0.0.1/x',
    'https://user:secret@a.test/x',
    'https:///x',
    'https://a.test/x\\y',
    'https://a.test/x y',
    'https://a.test/\u202Egpj.exe',
    'javascript:alert(1)',
    `https://a.test/${'x'.repeat(2_048)}`,
    '',
    '//a.test/x',
  ])('%j is none', (text) => {
    expect(readAddress(text)).toBeUndefined();
  });

  test('are taken in their normal form', () => {
    expect(readAddress(' https://A.test/tr%C3%A8s%20cool.jpg ')).toBe('https://a.test/tr%C3%A8s%20cool.jpg');
  });
});

const slot = (put: string, get = 'https://d.test/1/a.jpg', headers = ''): string =>
  `<slot xmlns='urn:xmpp:http:upload:0'><put url='${put}'>${headers}</put><get url='${get}'/></slot>`;

describe('XEP-0363', () => {
  test('reads a slot with the headers that are allowed', () => {
    const text = slot(
      'https://u.test/1/a.jpg',
      'https://d.test/1/a.jpg',
      `<header name='Authorization'>Basic Base64String==</header><header name='cookie'>foo=bar; user=romeo</header>`,
    );
    const read = readSlot(parseXml(text));
    expect(read).toEqual({
      put: 'https://u.test/1/a.jpg',
      get: 'https://d.test/1/a.jpg',
      headers: { Authorization: 'Basic Base64String==', Cookie: 'foo=bar; user=romeo' },
    });
    expect(read && readSlot(overWire(writeSlot(read)))).toEqual(read);
  });

  test('sends no header that a service has no business with, and none within another (H59)', () => {
    const headers = [
      `<header name='Host'>internal</header>`,
      `<header name='X-Foo'>1</header>`,
      `<header name='Authorization'>a&#13;&#10;X: y</header>`,
      `<header name='Authorization'>second</header>`,
      `<header name='Expires'>\u0416</header>`,
      `<header>x</header>`,
    ].join('');
    expect(readSlot(parseXml(slot('https://u.test/1', undefined, headers)))?.headers).toEqual({
      Authorization: 'aX: y',
    });
  });

  test.each(['http://u.test/1', 'file:///tmp/x', 'https://u.test@127.0.0.1/1', '', 'ftp://u.test/'])(
    'puts nothing at %j, and gives nobody that address (H59)',
    (address) => {
      expect(readSlot(parseXml(slot(address)))).toBeUndefined();
      expect(readSlot(parseXml(slot('https://u.test/1', address)))).toBeUndefined();
    },
  );

  test('asks with name, size and type', async () => {
    const wire = scriptedWire(
      `<iq type='result'>${slot('https://u.test/1')}</iq>`,
      `<iq type='result'>${slot('http://u.test/1')}</iq>`,
    );
    const upload = { name: 'tr\u00e8s cool.jpg', size: 23_456, type: 'image/jpeg' };
    await expect(askSlot(wire, 'u.test', upload)).resolves.toMatchObject({ put: 'https://u.test/1' });
    expect(wire.asked[0]).toEqual({ type: 'get', to: 'u.test', payload: writeRequest(upload) });
    expect(wire.asked[0]?.payload.attrs).toEqual({
      filename: 'tr\u00e8s cool.jpg',
      size: '23456',
      'content-type': 'image/jpeg',
    });
    await expect(askSlot(wire, 'u.test', upload)).rejects.toThrow(StanzaError);
  });

  test.each([
    ['5242880', 5_242_880],
    ['0', undefined],
    ['-1', undefined],
    ['1e9', undefined],
    ['99999999999999999999', undefined],
    ['', undefined],
  ])('a limit of %j', (text, limit) => {
    const query = `<query xmlns='http://jabber.org/protocol/disco#info'><x type='result' xmlns='jabber:x:data'>
      <field var='FORM_TYPE' type='hidden'><value>urn:xmpp:http:upload:0</value></field>
      <field var='max-file-size'><value>${text}</value></field></x></query>`;
    const info = readInfo(parseXml(query));
    expect(info && readLimit(info)).toBe(limit);
  });

  test('learns the limit from a refusal', () => {
    const stanza = parseXml(`<iq type='error'><error type='modify'>
      <not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>
      <file-too-large xmlns='urn:xmpp:http:upload:0'><max-file-size>20000</max-file-size></file-too-large></error></iq>`);
    expect(readTooLarge(new StanzaError('not-acceptable', 'modify', undefined, stanza))).toBe(20_000);
    expect(readTooLarge(new StanzaError('not-acceptable', 'modify'))).toBeUndefined();
  });
});

const hash = `<hash xmlns='urn:xmpp:hashes:2' algo='sha-256'>${Buffer.alloc(32, 7).toString('base64')}</hash>`;
const key = Buffer.alloc(32, 1).toString('base64');
const iv = Buffer.alloc(12, 2).toString('base64');
const encrypted = (cipher: string, with_: { key: string; iv: string }, target: string): string =>
  `<encrypted xmlns='urn:xmpp:esfs:0' cipher='${cipher}'><key>${with_.key}</key><iv>${with_.iv}</iv>${hash}
   <sources xmlns='urn:xmpp:sfs:0'><url-data xmlns='http://jabber.org/protocol/url-data' target='${target}'/></sources></encrypted>`;
const GCM = 'urn:xmpp:ciphers:aes-256-gcm-nopadding:0';

describe('XEP-0446, 0447, 0448', () => {
  test('read what a sender says of a file, and where it lies', () => {
    const element =
      parseXml(`<message xmlns='jabber:client'><file-sharing xmlns='urn:xmpp:sfs:0' disposition='inline'>
      <file xmlns='urn:xmpp:file:metadata:0'><media-type>image/JPEG</media-type><name>summit.jpg</name>
      <size>3032449</size><width>4096</width><height>2160</height>${hash}<desc>Photo from the summit.</desc></file>
      <sources><url-data xmlns='http://jabber.org/protocol/url-data' target='https://d.test/summit.jpg'/>
      <jinglepub xmlns='urn:xmpp:jinglepub:1' id='1'/>${encrypted(GCM, { key, iv }, 'https://d.test/e')}</sources>
      </file-sharing></message>`);
    const files = readFiles(element);
    expect(files).toEqual([
      {
        metadata: {
          mediaType: 'image/jpeg',
          name: 'summit.jpg',
          size: 3_032_449,
          width: 4_096,
          height: 2_160,
          description: 'Photo from the summit.',
          hashes: [{ algorithm: 'sha-256', value: Buffer.alloc(32, 7).toString('base64') }],
        },
        disposition: 'inline',
        addresses: ['https://d.test/summit.jpg'],
        encrypted: {
          cipher: GCM,
          key: new Uint8Array(32).fill(1),
          iv: new Uint8Array(12).fill(2),
          hashes: [{ algorithm: 'sha-256', value: Buffer.alloc(32, 7).toString('base64') }],
          addresses: ['https://d.test/e'],
        },
      },
    ]);
    expect(files.map((file) => readFileSharing(overWire(writeFileSharing(file))))).toEqual(files);
    expect(readMessage(element)?.files).toEqual(files);
  });

  test.each([
    ['another cipher', 'urn:xmpp:ciphers:aes-256-cbc-pkcs7:0', key, iv, 'https://d.test/e'],
    ['no cipher', '__proto__', key, iv, 'https://d.test/e'],
    ['a short key', GCM, Buffer.alloc(16).toString('base64'), iv, 'https://d.test/e'],
    ['a long key', GCM, Buffer.alloc(33).toString('base64'), iv, 'https://d.test/e'],
    ['no base64', GCM, '!!!!', iv, 'https://d.test/e'],
    ['a short IV', GCM, key, Buffer.alloc(8).toString('base64'), 'https://d.test/e'],
    ['an address in clear', GCM, key, iv, 'http://d.test/e'],
    ['an address with another name before it', GCM, key, iv, 'https://d.test@10.0.0.1/e'],
  ])('take no encrypted source with %s', (_what, cipher, ...[withKey, withIv, target]) => {
    const element = parseXml(encrypted(cipher, { key: withKey, iv: withIv }, target));
    expect(readEncryptedSource(element)).toBeUndefined();
  });

  test('take no file without a source', () => {
    const file = `<file xmlns='urn:xmpp:file:metadata:0'><name>x</name></file>`;
    for (const inner of [
      file,
      `${file}<sources/>`,
      `<sources/>`,
      `${file}<sources><jinglepub xmlns='x'/></sources>`,
    ]) {
      expect(
        readFileSharing(parseXml(`<file-sharing xmlns='urn:xmpp:sfs:0'>${inner}</file-sharing>`)),
      ).toBeUndefined();
    }
  });

  test('leave out numbers that are none, and read no more than is bearable', () => {
    const bad = ['-1', '1.5', '0x10', 'NaN', '', '1e3', '99999999999999999999'];
    for (const size of bad) {
      const file = parseXml(
        `<file xmlns='urn:xmpp:file:metadata:0'><size>${size}</size><width>200000</width></file>`,
      );
      expect(readMetadata(file)).toEqual({ hashes: [] });
    }
    const many = `<file-sharing xmlns='urn:xmpp:sfs:0'><file xmlns='urn:xmpp:file:metadata:0'>${hash.repeat(50)}</file><sources>
      ${`<url-data xmlns='http://jabber.org/protocol/url-data' target='https://d.test/'/>`.repeat(50)}</sources></file-sharing>`;
    const files = readFiles(parseXml(`<message xmlns='jabber:client'>${many.repeat(40)}</message>`));
    expect(files).toHaveLength(20);
    expect(files[0]?.addresses).toHaveLength(8);
    expect(files[0]?.metadata.hashes).toHaveLength(8);
  });

  test('reads thumbnails that come along, and none that lie elsewhere or are no picture (H64)', () => {
    const thumbnail = (uri: string): string =>
      `<thumbnail xmlns='urn:xmpp:thumbs:1' media-type='image/png' uri='${uri}'/>`;
    const file = (...uris: string[]): string =>
      `<file xmlns='urn:xmpp:file:metadata:0'>${uris.map(thumbnail).join('')}</file>`;
    const read = (...uris: string[]) => readMetadata(parseXml(file(...uris)))?.thumbnails;
    expect(read('data:image/thumbhash;base64,1QcSHQ==', 'data:image/webp;base64,1Qc%3D')).toEqual([
      { type: 'image/thumbhash', data: Uint8Array.of(0xd5, 7, 0x12, 0x1d) },
      { type: 'image/webp', data: Uint8Array.of(0xd5, 7) },
    ]);
    for (const uri of [
      '',
      'https://a.test/x.png',
      'http://a.test/x.png',
      'cid:sha1+ffd7c8d28e9c5e82afea41f97108c6b4@bob.xmpp.org',
      'file:///etc/passwd',
      'javascript:alert(1)',
      'data:text/html;base64,PGI+',
      'data:image/png,abc',
      'data:image/png;base64,',
      'data:image/png;base64,a%00b',
      'data:image/png;base64,a%zz',
      `data:image/png;base64,${'A'.repeat(16_400)}`,
    ]) {
      expect([uri, read(uri)]).toEqual([uri, undefined]);
    }
    expect(read(...Array.from({ length: 20 }, () => 'data:image/png;base64,AAAA'))).toHaveLength(4);
  });

  test('metadata survives the wire', () => {
    const anyFile = fc.record(
      {
        name: fc
          .string({ minLength: 1, maxLength: 40, unit: 'grapheme-ascii' })
          .filter((text) => text.trim() !== ''),
        size: fc.maxSafeNat(),
        width: fc.nat({ max: 100_000 }),
        hashes: fc.constant([]),
      },
      { requiredKeys: ['hashes'] },
    );
    fc.assert(
      fc.property(anyFile, (file) => {
        expect(readMetadata(overWire(writeMetadata(file)))).toEqual(file);
      }),
      { numRuns: 200 },
    );
  });
});

describe('XEP-0454', () => {
  const secret = `8c3d050e9386ec173861778f68e9af38a97aaf82faa4063b4d0878a61261534410c8a84331eaac851759f587`;
  const place = 'download.montague.tld/4a771ac1/tr%C3%A8s%20cool.jpg';

  test('reads and writes the address of the document', () => {
    const read = readEncryptedAddress(`aesgcm://${place}#${secret}`);
    expect(read?.address).toBe(`https://${place}`);
    expect(Buffer.from(read?.iv ?? []).toString('hex')).toBe(secret.slice(0, 24));
    expect(Buffer.from(read?.key ?? []).toString('hex')).toBe(secret.slice(24));
    expect(read && writeEncryptedAddress(read)).toBe(`aesgcm://${place}#${secret}`);
    expect(readEncryptedAddress(`aesgcm://${place}#${'ab'.repeat(48)}`)?.iv).toHaveLength(16);
    expect(readEncryptedAddress(`aesgcm://${place}#${secret}\ndata:image/jpeg,/9j/4AAQ`)?.address).toBe(
      `https://${place}`,
    );
  });

  test.each([
    `aesgcm://${place}`,
    `aesgcm://${place}#`,
    `aesgcm://${place}#${secret.slice(2)}`,
    `aesgcm://${place}#${secret}a`,
    `aesgcm://${place}#${secret}ab`,
    `aesgcm://${place}#${'zz'.repeat(44)}`,
    `aesgcm://${place}#${secret}#${secret}`,
    ` aesgcm://${place}#${secret}`,
    `aesgcm://${place}#${secret} look at this`,
    `look: aesgcm://${place}#${secret}`,
    `aesgcm://${place}#${secret}\ndata:image/svg+xml,<svg/>`,
    `aesgcm://${place}#${secret}\naesgcm://${place}#${secret}`,
    `aesgcm://${place}#${secret}\ndata:image/jpeg,a\nmore`,
    `aesgcm://user@${place}#${secret}`,
    `aesgcm:///x#${secret}`,
    `https://${place}#${secret}`,
  ])('%j is no file (H61)', (text) => {
    expect(readEncryptedAddress(text)).toBeUndefined();
  });

  test('gives the key to nobody who is not protected', () => {
    const [newKey, newIv] = [new Uint8Array(32), new Uint8Array(12)];
    expect(() => writeEncryptedAddress({ address: 'http://a.test/x', key: newKey, iv: newIv })).toThrow(
      TypeError,
    );
    expect(isEncryptedAddress(' AESGCM://a.test/#00')).toBe(true);
    expect(isEncryptedAddress('see aesgcm')).toBe(false);
  });
});

test('a plain message with a file has a body that stands in for it', () => {
  const address = 'https://d.test/1/a.jpg';
  const files = [{ metadata: { name: 'a.jpg', size: 3, hashes: [] }, addresses: [address] }];
  const element = overWire(
    writeMessage({ to: 'b@b.test', type: 'chat', body: address, outOfBand: { url: address }, files }),
  );
  expect(readMessage(element)).toMatchObject({ body: address, outOfBand: { url: address }, files });
  expect(readFallbacks(element)).toEqual(['urn:xmpp:sfs:0']);
  const partial = parseXml(
    `<message xmlns='jabber:client'><fallback xmlns='urn:xmpp:fallback:0' for='x'><body start='0' end='3'/></fallback></message>`,
  );
  expect(readFallbacks(partial)).toEqual([]);
  expect(readFallbacks(overWire(writeMessage({ to: 'b@b.test' })))).toEqual([]);
  expect(writeFallback('x').attrs['for']).toBe('x');
});
