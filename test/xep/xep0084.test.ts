/** What is said of pictures: XEP-0084, and the hash in presence by XEP-0153. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as avatar from '../../electron/xmpp/xep/xep0084.ts';
import { photoIn, writePhoto } from '../../electron/xmpp/xep/xep0153.ts';
import { StanzaError } from '../../electron/xmpp/wire.ts';
import { serialize, stanza } from '../../electron/xmpp/xml.ts';
import { bytes, damaged, overWire, parseXml, scriptedWire, shape } from '../support/xml.ts';

const HASH = '111f4b3c50d7b0df729d299bc6f8e9ef9066971f';
const hash = bytes(1, 8).map((each) => createHash('sha1').update(each).digest('hex'));
const pixels = fc.integer({ min: 1, max: 4_096 });
const info = shape<avatar.AvatarInfo>(
  {
    hash,
    size: fc.integer({ min: 1, max: 999_999_999 }),
    type: fc.constantFrom('image/png', 'image/webp'),
    width: pixels,
    height: pixels,
  },
  ['hash', 'size', 'type'],
);

test('read(write(x)) = x', () => {
  fc.assert(
    fc.property(fc.array(info, { maxLength: 4 }), (formats) => {
      expect(avatar.readMetadata(overWire(avatar.writeMetadata(formats)))).toEqual(formats);
    }),
  );
  fc.assert(
    fc.property(bytes(0, 64), (data) => {
      expect(avatar.readData(overWire(avatar.writeData(data)), 64)).toEqual(data);
    }),
  );
});

test('damaged metadata does not throw', () => {
  fc.assert(
    fc.property(damaged(fc.array(info).map(avatar.writeMetadata)), (element) => {
      avatar.readMetadata(element);
    }),
  );
});

const metadata = (infos: string): ReturnType<typeof parseXml> =>
  parseXml(`<metadata xmlns='urn:xmpp:avatar:metadata'>${infos}</metadata>`);

test('of the formats only those on the data node are any (#examples-multiple)', () => {
  const element = metadata(`
    <info bytes='12345' height='64' id='${HASH.toUpperCase()}' type='image/png' width='64'/>
    <info bytes='23456' id='357a8123a30844a3aa99861b6349264ba67a5694' type='image/gif' url='http://evil.example/track.gif'/>
    <pointer><x xmlns='urn:x'/></pointer>`);
  expect(avatar.readMetadata(element)).toEqual([
    { hash: HASH, size: 12_345, type: 'image/png', width: 64, height: 64 },
  ]);
});

test.each([
  ['nothing (#pub-disable)', ''],
  ['an older "stop"', '<stop/>'],
  ['no hash', "<info bytes='1' type='image/png'/>"],
  ['a hash that is none', "<info bytes='1' id='../../etc/passwd' type='image/png'/>"],
  ['a size that is none', `<info bytes='-1' id='${HASH}' type='image/png'/>`],
  ['a size that is too large to be one', `<info bytes='99999999999999' id='${HASH}' type='image/png'/>`],
  ['another namespace', `<info xmlns='urn:x' bytes='1' id='${HASH}' type='image/png'/>`],
])('no picture: %s', (_name, infos) => {
  expect(avatar.readMetadata(metadata(infos))).toEqual([]);
});

test('more data than wanted, or what is no base64, is none', () => {
  const data = (text: string): ReturnType<typeof parseXml> =>
    parseXml(`<data xmlns='urn:xmpp:avatar:data'>${text}</data>`);
  expect(avatar.readData(data('AAAA'), 2)).toBeUndefined();
  expect(avatar.readData(data('A*AA'), 9)).toBeUndefined();
  expect(avatar.readData(data('\n AAAA\n AAAA '), 6)).toEqual(new Uint8Array(6));
});

describe('publishing', () => {
  test('first the data, then the metadata, both for contacts only', async () => {
    const wire = scriptedWire("<iq type='result' id='1'/>", "<iq type='result' id='2'/>");
    const picture = Uint8Array.of(1, 2, 3);
    await avatar.askPublishAvatar(wire, picture, {
      hash: HASH,
      size: 3,
      type: 'image/png',
      width: 1,
      height: 1,
    });
    const [data = '', meta = ''] = wire.asked.map(({ payload }) => serialize(payload));
    expect(data).toContain(
      `<publish node="urn:xmpp:avatar:data"><item id="${HASH}"><data xmlns="urn:xmpp:avatar:data">AQID`,
    );
    expect(meta).toContain(`<info bytes="3" id="${HASH}" type="image/png" width="1" height="1"/>`);
    for (const text of [data, meta]) expect(text).toContain('<value>presence</value>');
  });

  test('a node that is open to all is closed first', async () => {
    const wire = scriptedWire(
      new StanzaError('conflict', 'cancel'),
      "<iq type='result' id='1'/>",
      "<iq type='result' id='2'/>",
    );
    await avatar.askDisableAvatar(wire);
    expect(
      wire.asked
        .map(({ payload }) => payload.children)
        .flat()
        .map((each) => (typeof each === 'string' ? '' : each.name)),
    ).toEqual(['publish', 'publish-options', 'configure', 'publish', 'publish-options']);
  });
});

test('of an answer only the item that was asked for is looked at', async () => {
  const other = `<item id='357a8123a30844a3aa99861b6349264ba67a5694'><data xmlns='urn:xmpp:avatar:data'>AAAA</data></item>`;
  const wire = scriptedWire(
    `<iq type='result' id='1'><pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='urn:xmpp:avatar:data'>${other}</items></pubsub></iq>`,
  );
  expect(await avatar.askData(wire, { to: 'a@b.test', hash: HASH, limit: 99 })).toBeUndefined();
});

describe('the hash in presence (XEP-0153)', () => {
  const photo = (inner: string): string | undefined =>
    photoIn(parseXml(`<presence><x xmlns='vcard-temp:x:update'>${inner}</x></presence>`));
  test('is there, is empty, or says nothing', () => {
    expect(photo(`<photo>${HASH.toUpperCase()}</photo>`)).toBe(HASH);
    expect(photo('<photo/>')).toBe('');
    expect(photo('')).toBeUndefined();
    expect(photo('<photo>8ed2b9ee-1b8c-4a0a</photo>')).toBeUndefined();
    expect(photoIn(parseXml('<presence/>'))).toBeUndefined();
  });
  test('read(write(x)) = x', () => {
    for (const each of ['', HASH])
      expect(photoIn(overWire(stanza('presence', {}, writePhoto(each))))).toBe(each);
  });
});
