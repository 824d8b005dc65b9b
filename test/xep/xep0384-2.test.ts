import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StanzaError } from '../../electron/xmpp/wire.ts';
import * as omemo from '../../electron/xmpp/xep/xep0384-2.ts';
import { serialize } from '../../electron/xmpp/xml.ts';
import {
  bare,
  bareJid,
  bytes,
  damaged,
  nonEmptyText,
  overWire,
  parseXml,
  scriptedWire,
  shape,
} from '../support/xml.ts';

const NS = 'urn:xmpp:omemo:2';
const b64 = (length: number, fill = 1): string => Buffer.alloc(length, fill).toString('base64');
const KEY = b64(32, 7);
const of = (length: number, fill: number): Uint8Array => new Uint8Array(length).fill(fill);

const id = fc.integer({ min: 1, max: 2 ** 31 - 1 });
const publicKey = bytes(32);
const anyKey = fc.record({ address: bareJid, device: id, isKeyExchange: fc.boolean(), data: bytes(1, 300) });
/** Keys of a person stand together, so others' order is not kept. */
const byPerson = (keys: omemo.EncryptedKey[]): omemo.EncryptedKey[] =>
  [...Map.groupBy(keys, ({ address }) => address).values()].flat();
const anyEncrypted = shape<omemo.Encrypted>(
  { device: id, keys: fc.array(anyKey, { maxLength: 6 }).map(byPerson), payload: bytes(0, 200) },
  ['device', 'keys'],
);
const anyDevice = shape<omemo.Device>(
  { id, label: fc.record({ text: nonEmptyText, signature: bytes(64) }) },
  ['id'],
);
const anyBundle: fc.Arbitrary<omemo.Bundle> = fc.record({
  identityKey: publicKey,
  signedPreKey: fc.record({ id, publicKey, signature: bytes(64) }),
  preKeys: fc.uniqueArray(fc.record({ id, publicKey }), {
    minLength: 1,
    maxLength: 10,
    selector: (key) => key.id,
  }),
});

describe('messages', () => {
  test('a message of the document (#message-structure-description)', () => {
    const element = parseXml(
      `
      <encrypted xmlns='${NS}'>
        <header sid='27183'>
          <keys jid='juliet@capulet.lit'>
            <key rid='31415'>${b64(90)}</key>
          </keys>
          <keys jid='romeo@montague.lit'>
            <key rid='1337'>${b64(91)}</key>
            <key kex='true' rid='12321'>
              ${b64(170, 2)}
            </key>
            <!-- ... -->
          </keys>
        </header>
        <payload>${b64(32, 4)}</payload>
      </encrypted>`.replace('<!-- ... -->', ''),
    );
    const [juliet, romeo] = [bare('juliet@capulet.lit'), bare('romeo@montague.lit')];
    expect(omemo.readEncrypted(element)).toEqual({
      device: 27183,
      keys: [
        { address: juliet, device: 31415, isKeyExchange: false, data: of(90, 1) },
        { address: romeo, device: 1337, isKeyExchange: false, data: of(91, 1) },
        { address: romeo, device: 12321, isKeyExchange: true, data: of(170, 2) },
      ],
      payload: of(32, 4),
    });
  });

  test('read(write(x)) = x', () => {
    fc.assert(
      fc.property(anyEncrypted, (value) => {
        expect(omemo.readEncrypted(overWire(omemo.writeEncrypted(value)))).toEqual(value);
      }),
    );
  });

  const message = ({ sid = '1', payload = `<payload>${b64(4)}</payload>`, ns = NS }): string =>
    `<encrypted xmlns='${ns}'><header sid='${sid}'><keys jid='a@b.test'><key rid='2'>${b64(9)}</key></keys></header>${payload}</encrypted>`;

  test.each([
    ['another namespace', message({ ns: 'urn:xmpp:omemo:1' })],
    ['no header', `<encrypted xmlns='${NS}'><payload>${b64(4)}</payload></encrypted>`],
    ...['0', '-1', '2147483648', 'NaN', '1e3', '01', ' 1', '', '99999999999999999999'].map((sid) => [
      `sending device "${sid}"`,
      message({ sid }),
    ]),
    ['payload that is no base64', message({ payload: '<payload>=AAA</payload>' })],
    ['payload with stray bits', message({ payload: '<payload>AAB=</payload>' })],
    ['payload beyond any text', message({ payload: `<payload>${b64(600_000)}</payload>` })],
  ])('refused: %s', (_what, text) => {
    expect(omemo.readEncrypted(parseXml(text))).toBeUndefined();
  });

  test('a malformed key, or one of nobody, is left out; the others stay', () => {
    const element = parseXml(
      `<encrypted xmlns='${NS}'><header sid='1'><key rid='9'>AAAA</key>` +
        `<keys><key rid='1'>AAAA</key></keys><keys jid='@'><key rid='1'>AAAA</key></keys>` +
        `<keys jid='a@b.test/r'><key rid='1'>AAAA</key></keys>` +
        `<keys jid='a@b.test'><key rid='0'>AAAA</key><key rid='2'/><key rid='3'>*</key><key>AAAA</key>` +
        `<key rid='4' kex='1'>AAAA</key><key rid='4' kex='yes'>AAAB</key><key rid='5'>${b64(1_025)}</key>` +
        `<key xmlns='urn:x' rid='6'>AAAA</key></keys></header></encrypted>`,
    );
    const address = bare('a@b.test');
    expect(omemo.readEncrypted(element)).toEqual({
      device: 1,
      keys: [
        { address, device: 4, isKeyExchange: true, data: Uint8Array.of(0, 0, 0) },
        { address, device: 4, isKeyExchange: false, data: Uint8Array.of(0, 0, 1) },
      ],
    });
  });

  test('3,000 keys are cut, however they are spread', () => {
    const key = `<key rid='2'>AAAA</key>`;
    const lists = Array.from(
      { length: 30 },
      (_, index) => `<keys jid='a${index}@b.test'>${key.repeat(100)}</keys>`,
    );
    const element = parseXml(
      `<encrypted xmlns='${NS}'><header sid='1'>${lists.join('')}</header></encrypted>`,
    );
    expect(omemo.readEncrypted(element)?.keys).toHaveLength(2_000);
  });
});

describe('device lists', () => {
  test('the list of the document (#devices)', () => {
    const element = parseXml(
      `<devices xmlns='${NS}'><device id='12345' label='Dino on Lenovo Thinkpad T495' labelsig='${b64(64, 2)}'/>` +
        `<device id='4223'/></devices>`,
    );
    expect(omemo.readDeviceList(element)).toEqual([
      { id: 12345, label: { text: 'Dino on Lenovo Thinkpad T495', signature: of(64, 2) } },
      { id: 4223 },
    ]);
  });

  test('read(write(x)) = x', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(anyDevice, { maxLength: 20, selector: (device) => device.id }),
        (devices) => {
          expect(omemo.readDeviceList(overWire(omemo.writeDeviceList(devices)))).toEqual(devices);
        },
      ),
    );
  });

  test('H41: what is no id, or is there twice, is left out, and many are cut', () => {
    const list = (...ids: (string | number)[]): ReturnType<typeof parseXml> =>
      parseXml(`<devices xmlns='${NS}'>${ids.map((each) => `<device id='${each}'/>`).join('')}</devices>`);
    const odd = list('12345', '0', '-1', '2147483648', '4223', 'NaN', '12345', '', '1.5');
    expect(omemo.readDeviceList(odd)).toEqual([{ id: 12345 }, { id: 4223 }]);
    expect(omemo.readDeviceList(list())).toEqual([]);
    expect(
      omemo.readDeviceList(list(...Array.from({ length: 1_000 }, (_, index) => index + 1))),
    ).toHaveLength(omemo.DEVICE_LIMIT);
    expect(omemo.readDeviceList(parseXml(`<list xmlns='${NS}'/>`))).toBeUndefined();
  });

  test.each([
    ['no signature', `label='x'`],
    ['an empty signature', `label='x' labelsig=''`],
    ['a short signature', `label='x' labelsig='${b64(63)}'`],
    ['a signature that is no base64', `label='x' labelsig='*'`],
    ['no text', `labelsig='${b64(64)}'`],
    ['an empty text', `label='' labelsig='${b64(64)}'`],
    ['a text for no person to read', `label='${'x'.repeat(201)}' labelsig='${b64(64)}'`],
  ])('a label with %s is ignored', (_what, attributes) => {
    const element = parseXml(`<devices xmlns='${NS}'><device id='1' ${attributes}/></devices>`);
    expect(omemo.readDeviceList(element)).toEqual([{ id: 1 }]);
  });
});

describe('bundles', () => {
  const preKey = (each: number): string => `<pk id='${each}'>${KEY}</pk>`;
  const bundle = ({
    ik = KEY,
    spk = KEY,
    spkId = '1',
    spks = b64(64),
    preKeys = preKey(1),
  }): ReturnType<typeof parseXml> =>
    parseXml(
      `<bundle xmlns='${NS}'><spk id='${spkId}'>${spk}</spk><spks>${spks}</spks><ik>${ik}</ik>` +
        `<prekeys>${preKeys}</prekeys></bundle>`,
    );

  test('the bundle of the document (#bundles)', () => {
    expect(omemo.readBundle(bundle({ preKeys: preKey(1) + preKey(100) }))).toEqual({
      identityKey: of(32, 7),
      signedPreKey: { id: 1, publicKey: of(32, 7), signature: of(64, 1) },
      preKeys: [
        { id: 1, publicKey: of(32, 7) },
        { id: 100, publicKey: of(32, 7) },
      ],
    });
  });

  test('read(write(x)) = x', () => {
    fc.assert(
      fc.property(anyBundle, (value) => {
        expect(omemo.readBundle(overWire(omemo.writeBundle(value)))).toEqual(value);
      }),
    );
  });

  test.each([
    ['an identity key of 31 bytes', { ik: b64(31) }],
    ['an identity key in the older form', { ik: b64(33, 5) }],
    ['no signed prekey', { spk: '' }],
    ['a signed prekey of id 0', { spkId: '0' }],
    ['a short signature', { spks: b64(63) }],
    ['a long signature', { spks: b64(65) }],
    ['no prekeys', { preKeys: '' }],
    ['only broken prekeys', { preKeys: `<pk>${KEY}</pk><pk id='1'/><pk id='0'>${KEY}</pk>` }],
    ['an id twice', { preKeys: preKey(1).repeat(2) }],
    ['1,001 prekeys', { preKeys: Array.from({ length: 1_001 }, (_, index) => preKey(index + 1)).join('') }],
  ])('H43: %s', (_what, parts) => {
    expect(omemo.readBundle(bundle(parts))).toBeUndefined();
  });
});

test('an opt-out, with and without its reason (#opt-out)', () => {
  for (const value of [{}, { reason: 'for compliance reasons' }]) {
    expect(omemo.readOptOut(overWire(omemo.writeOptOut(value)))).toEqual(value);
  }
  expect(omemo.readOptOut(parseXml(`<opt-out xmlns='urn:xmpp:omemo:1'/>`))).toBeUndefined();
});

test('damaged elements do not throw, and never yield ids or keys out of bounds', () => {
  const source = fc.oneof(
    anyEncrypted.map(omemo.writeEncrypted),
    anyBundle.map(omemo.writeBundle),
    fc.array(anyDevice, { maxLength: 4 }).map(omemo.writeDeviceList),
  );
  fc.assert(
    fc.property(damaged(source), (element) => {
      for (const device of omemo.readDeviceList(element) ?? []) expect(device.id).toBeGreaterThan(0);
      for (const { data } of omemo.readEncrypted(element)?.keys ?? []) expect(data.length).toBeGreaterThan(0);
      const found = omemo.readBundle(element);
      if (found !== undefined) expect(found.identityKey).toHaveLength(32);
    }),
    { numRuns: 500 },
  );
});

describe('requests', () => {
  const items = (node: string, item: string, payload: string): string =>
    `<iq type='result'><pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='${node}'>` +
    `<item id='${item}'>${payload}</item></items></pubsub></iq>`;

  test('the devices of a contact; no list is an empty one, a failure is a failure', async () => {
    const wire = scriptedWire(
      items(`${NS}:devices`, 'current', `<devices xmlns='${NS}'><device id='7'/></devices>`),
    );
    expect(await omemo.askDevices(wire, 'bob@b.test')).toEqual([{ id: 7 }]);
    expect(wire.asked.map(({ type, to, payload }) => [type, to, serialize(payload)])).toEqual([
      [
        'get',
        'bob@b.test',
        `<pubsub xmlns="http://jabber.org/protocol/pubsub"><items node="${NS}:devices" max_items="1"/></pubsub>`,
      ],
    ]);
    const none = scriptedWire(new StanzaError('item-not-found', 'cancel'));
    expect(await omemo.askDevices(none, 'bob@b.test')).toEqual([]);
    const failing = scriptedWire(new StanzaError('remote-server-not-found', 'cancel'));
    await expect(omemo.askDevices(failing, 'bob@b.test')).rejects.toThrow('remote-server-not-found');
  });

  test('the bundle of a device is the item with its id, and no other one', async () => {
    const key = { id: 1, publicKey: of(32, 1) };
    const value = { identityKey: of(32, 2), signedPreKey: { ...key, signature: of(64, 3) }, preKeys: [key] };
    const payload = serialize(omemo.writeBundle(value));
    const wire = scriptedWire(items(`${NS}:bundles`, '7', payload));
    expect(await omemo.askBundle(wire, 'bob@b.test', 7)).toEqual(value);
    expect(wire.asked.map((asked) => serialize(asked.payload))).toEqual([
      `<pubsub xmlns="http://jabber.org/protocol/pubsub"><items node="${NS}:bundles"><item id="7"/></items></pubsub>`,
    ]);
    const other = scriptedWire(items(`${NS}:bundles`, '8', payload));
    expect(await omemo.askBundle(other, 'bob@b.test', 7)).toBeUndefined();
    const none = scriptedWire(new StanzaError('item-not-found', 'cancel'));
    expect(await omemo.askBundle(none, 'bob@b.test', 7)).toBeUndefined();
  });
});
