import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StanzaError } from '../../electron/xmpp/wire.ts';
import * as omemo from '../../electron/xmpp/xep/xep0384.ts';
import { serialize } from '../../electron/xmpp/xml.ts';
import { bytes, damaged, overWire, parseXml, scriptedWire, shape } from '../support/xml.ts';

const NS = 'eu.siacs.conversations.axolotl';
const b64 = (length: number, fill = 1): string => Buffer.alloc(length, fill).toString('base64');
const KEY = Buffer.concat([Buffer.of(5), Buffer.alloc(32, 7)]).toString('base64');

const deviceId = fc.integer({ min: 1, max: 2 ** 31 - 1 });
const keyId = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const publicKey = bytes(32).map((key) => Uint8Array.of(5, ...key));

const anyEncrypted: fc.Arbitrary<omemo.Encrypted> = shape<omemo.Encrypted>(
  {
    device: deviceId,
    keys: fc.array(fc.record({ device: deviceId, isPreKey: fc.boolean(), data: bytes(1, 300) }), {
      maxLength: 5,
    }),
    iv: fc.oneof(bytes(12), bytes(16)),
    payload: bytes(0, 200),
  },
  ['device', 'keys', 'iv'],
);
const anyBundle: fc.Arbitrary<omemo.Bundle> = fc.record({
  identityKey: publicKey,
  signedPreKey: fc.record({ id: keyId, publicKey, signature: bytes(64) }),
  preKeys: fc.uniqueArray(fc.record({ id: keyId, publicKey }), {
    minLength: 1,
    maxLength: 10,
    selector: ({ id }) => id,
  }),
});

describe('messages', () => {
  test('a message of the document (#usecases-messagesend)', () => {
    const element = parseXml(`
      <encrypted xmlns='${NS}'>
        <header sid='27183'>
          <key rid='31415'>${b64(98)}</key>
          <key prekey="true" rid='12321'>
            ${b64(177, 2)}
          </key>
          <iv>${b64(12, 3)}</iv>
        </header>
        <payload>${b64(20, 4)}</payload>
      </encrypted>`);
    expect(omemo.readEncrypted(element)).toEqual({
      device: 27183,
      keys: [
        { device: 31415, isPreKey: false, data: new Uint8Array(98).fill(1) },
        { device: 12321, isPreKey: true, data: new Uint8Array(177).fill(2) },
      ],
      iv: new Uint8Array(12).fill(3),
      payload: new Uint8Array(20).fill(4),
    });
  });

  test('read(write(x)) = x', () => {
    fc.assert(
      fc.property(anyEncrypted, (value) => {
        expect(omemo.readEncrypted(overWire(omemo.writeEncrypted(value)))).toEqual(value);
      }),
    );
  });

  const message = ({ sid = '1', iv = b64(12), payload = `<payload>${b64(4)}</payload>`, ns = NS }): string =>
    `<encrypted xmlns='${ns}'><header sid='${sid}'><key rid='2'>${b64(9)}</key><iv>${iv}</iv></header>${payload}</encrypted>`;

  test.each([
    ['another namespace', message({ ns: 'urn:xmpp:omemo:2' })],
    ['no header', `<encrypted xmlns='${NS}'><payload>${b64(4)}</payload></encrypted>`],
    [
      'no initialisation vector',
      `<encrypted xmlns='${NS}'><header sid='1'><key rid='2'>${b64(9)}</key></header></encrypted>`,
    ],
    ...['0', '-1', '2147483648', 'NaN', '1e3', '01', ' 1', '', '99999999999999999999'].map((sid) => [
      `sending device "${sid}"`,
      message({ sid }),
    ]),
    // H38
    ...[0, 8, 11, 13, 15, 17, 32].map((length) => [
      `vector of ${length} bytes`,
      message({ iv: b64(length) }),
    ]),
    ['vector with a hole', message({ iv: 'AQEB AQEB*QEBAQEB' })],
    ['payload that is no base64', message({ payload: '<payload>=AAA</payload>' })],
    ['payload with URL alphabet', message({ payload: '<payload>-_-_</payload>' })],
    ['payload without padding', message({ payload: '<payload>AAAAA</payload>' })],
    ['payload with stray bits', message({ payload: '<payload>AAB=</payload>' })],
    ['payload beyond any text', message({ payload: `<payload>${b64(600_000)}</payload>` })],
  ])('refused: %s', (_what, text) => {
    expect(omemo.readEncrypted(parseXml(text))).toBeUndefined();
  });

  test('a malformed key is left out, the others stay; two people may have the same device id', () => {
    const element = parseXml(
      `<encrypted xmlns='${NS}'><header sid='1'><key rid='0'>AAAA</key><key rid='2'/><key rid='3'>*</key>` +
        `<key rid='4' prekey='1'>AAAA</key><key rid='4' prekey='yes'>AAAB</key><key rid='5'>${b64(1_025)}</key>` +
        `<key xmlns='urn:x' rid='6'>AAAA</key><iv>${b64(16)}</iv></header></encrypted>`,
    );
    expect(omemo.readEncrypted(element)?.keys).toEqual([
      { device: 4, isPreKey: true, data: Uint8Array.of(0, 0, 0) },
      { device: 4, isPreKey: false, data: Uint8Array.of(0, 0, 1) },
    ]);
  });
});

describe('device lists', () => {
  const list = (...ids: string[]): ReturnType<typeof parseXml> =>
    parseXml(`<list xmlns='${NS}'>${ids.map((id) => `<device id='${id}'/>`).join('')}</list>`);

  test('read(write(x)) = x', () => {
    fc.assert(
      fc.property(fc.uniqueArray(deviceId, { maxLength: 30 }), (devices) => {
        expect(omemo.readDeviceList(overWire(omemo.writeDeviceList(devices)))).toEqual(devices);
      }),
    );
  });

  test('H41: what is no id, or is there twice, is left out', () => {
    expect(
      omemo.readDeviceList(list('12345', '0', '-1', '2147483648', '4223', 'NaN', '12345', '', '1.5')),
    ).toEqual([12345, 4223]);
    expect(omemo.readDeviceList(list())).toEqual([]);
    expect(omemo.readDeviceList(parseXml(`<list xmlns='${NS}'><device/><x id='1'/></list>`))).toEqual([]);
    expect(
      omemo.readDeviceList(parseXml("<list xmlns='urn:xmpp:omemo:2'><device id='1'/></list>")),
    ).toBeUndefined();
  });

  test('H41: a thousand devices are cut', () => {
    const many = Array.from({ length: 1_000 }, (_, index) => String(index + 1));
    expect(omemo.readDeviceList(list(...many))).toHaveLength(omemo.DEVICE_LIMIT);
  });
});

describe('bundles', () => {
  const bundle = ({
    identity = KEY,
    signedId = '1',
    signed = KEY,
    signature = b64(64),
    preKeys = `<preKeyPublic preKeyId='1'>${KEY}</preKeyPublic>`,
  }): ReturnType<typeof parseXml> =>
    parseXml(
      `<bundle xmlns='${NS}'><signedPreKeyPublic signedPreKeyId='${signedId}'>${signed}</signedPreKeyPublic>` +
        `<signedPreKeySignature>${signature}</signedPreKeySignature><identityKey>${identity}</identityKey>` +
        `<prekeys>${preKeys}</prekeys></bundle>`,
    );

  test('read(write(x)) = x', () => {
    fc.assert(
      fc.property(anyBundle, (value) => {
        expect(omemo.readBundle(overWire(omemo.writeBundle(value)))).toEqual(value);
      }),
    );
  });

  const preKey = (id: number): string => `<preKeyPublic preKeyId='${id}'>${KEY}</preKeyPublic>`;

  test('a thousand prekeys are read', () => {
    const preKeys = Array.from({ length: 1_000 }, (_, id) => preKey(id)).join('');
    expect(omemo.readBundle(bundle({ preKeys }))?.preKeys).toHaveLength(1_000);
  });

  test('keys without their type byte get it', () => {
    const bare = b64(32, 7);
    expect(omemo.readBundle(bundle({ identity: bare }))).toEqual(omemo.readBundle(bundle({})));
  });

  test.each([
    ['identity key of 31 bytes', { identity: b64(31) }],
    ['identity key of another type', { identity: b64(33, 6) }],
    ['no signed prekey', { signed: '' }],
    ['signed prekey without id', { signedId: '' }],
    ['short signature', { signature: b64(63) }],
    ['long signature', { signature: b64(65) }],
    ['no prekeys', { preKeys: '' }],
    ['only broken prekeys', { preKeys: `<preKeyPublic>${KEY}</preKeyPublic><preKeyPublic preKeyId='1'/>` }],
    ['an id twice', { preKeys: `<preKeyPublic preKeyId='1'>${KEY}</preKeyPublic>`.repeat(2) }],
    ['1,001 prekeys', { preKeys: Array.from({ length: 1_001 }, (_, id) => preKey(id)).join('') }],
  ])('H43: %s', (_what, parts) => {
    expect(omemo.readBundle(bundle(parts))).toBeUndefined();
  });
});

test('damaged elements do not throw, and never yield ids or keys out of bounds', () => {
  const source = fc.oneof(anyEncrypted.map(omemo.writeEncrypted), anyBundle.map(omemo.writeBundle));
  fc.assert(
    fc.property(damaged(source), (element) => {
      for (const id of omemo.readDeviceList(element) ?? []) expect(id).toBeGreaterThan(0);
      const encrypted = omemo.readEncrypted(element);
      if (encrypted !== undefined) expect([12, 16]).toContain(encrypted.iv.length);
      const found = omemo.readBundle(element);
      if (found !== undefined) expect(found.identityKey).toHaveLength(33);
    }),
    { numRuns: 500 },
  );
});

describe('requests', () => {
  const items = (node: string, payload: string): string =>
    `<iq type='result'><pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='${node}'>` +
    `<item id='current'>${payload}</item></items></pubsub></iq>`;

  test('the devices of a contact', async () => {
    const wire = scriptedWire(items(`${NS}.devicelist`, `<list xmlns='${NS}'><device id='7'/></list>`));
    expect(await omemo.askDevices(wire, 'bob@b.test')).toEqual([7]);
    expect(wire.asked.map(({ type, to, payload }) => [type, to, serialize(payload)])).toEqual([
      [
        'get',
        'bob@b.test',
        `<pubsub xmlns="http://jabber.org/protocol/pubsub"><items node="${NS}.devicelist" max_items="1"/></pubsub>`,
      ],
    ]);
  });

  test('no list is an empty list; a failure is a failure', async () => {
    expect(
      await omemo.askDevices(scriptedWire(new StanzaError('item-not-found', 'cancel')), 'bob@b.test'),
    ).toEqual([]);
    const failing = scriptedWire(new StanzaError('remote-server-not-found', 'cancel'));
    await expect(omemo.askDevices(failing, 'bob@b.test')).rejects.toThrow('remote-server-not-found');
  });

  test('the bundle of another node than the one asked for is none', async () => {
    const publicKey = Uint8Array.of(5, ...new Uint8Array(32));
    const signedPreKey = { id: 1, publicKey, signature: new Uint8Array(64) };
    const element = omemo.writeBundle({
      identityKey: publicKey,
      signedPreKey,
      preKeys: [{ id: 0, publicKey }],
    });
    const good = scriptedWire(items(`${NS}.bundles:7`, serialize(element)));
    const wrong = scriptedWire(items(`${NS}.bundles:8`, serialize(element)));
    expect(await omemo.askBundle(good, 'bob@b.test', 7)).toEqual(omemo.readBundle(element));
    expect(await omemo.askBundle(wrong, 'bob@b.test', 7)).toBeUndefined();
  });
});
