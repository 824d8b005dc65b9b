/** What a file is named by on the wire: an encrypted chat never names what lies somewhere in clear, nor a plain one a key. */
import { expect, test } from 'vitest';
import { contentOf, fits, plainContentOf } from '../../electron/engine/content.ts';
import { sayingInside, sayingOutside } from '../../electron/engine/offers.ts';
import type { AttachmentRecord } from '../../electron/store/attachments.ts';
import type { MessageRecord } from '../../electron/store/messages.ts';
import { serialize } from '../../electron/xmpp/xml.ts';
import { overWire } from '../support/xml.ts';

const message: MessageRecord = {
  id: 1,
  account: 1,
  chat: 1,
  isOutgoing: true,
  sender: 'a@a.test',
  text: 'hills.png',
  at: 0,
  delivery: 'queued',
  encryption: 'none',
};
const file: AttachmentRecord = {
  id: 1,
  account: 1,
  chat: 1,
  message: 1,
  isOutgoing: true,
  name: 'hills.png',
  mediaType: 'image/png',
  size: 5,
  width: 64,
  height: 48,
  description: 'the hills',
  hash: Buffer.alloc(32, 3).toString('base64'),
  state: 'here',
  address: 'https://d.test/1/x.png',
};
const secret = { key: new Uint8Array(32).fill(1), iv: new Uint8Array(12).fill(2) };

test.each([
  [{ ...file, secret }, 'omemo', true],
  [file, 'omemo', false],
  [{ ...file, secret }, 'none', false],
  [file, 'none', true],
] as const)('row %# fits %s: %s', (row, encryption, isSo) => {
  expect(fits([row], encryption)).toBe(isSo);
  const { address: _, ...nowhere } = row;
  expect(fits([nowhere], encryption)).toBe(false);
});

test('a message without files fits, and is its text', () => {
  expect(fits([], 'omemo')).toBe(true);
  expect(contentOf(message, []).text).toBe('hills.png');
  expect(plainContentOf(message, [])).toEqual({ body: 'hills.png' });
});

test('what goes out encrypted comes in as it was', () => {
  const { text = '', elements } = contentOf(message, [{ ...file, secret }]);
  expect(text).toMatch(/^aesgcm:\/\/d\.test\/1\/x\.png#[0-9a-f]{88}$/);
  const said = sayingInside(text, elements.map(overWire));
  const { name, mediaType, size, width, height, description, hash, address } = file;
  expect(said).toEqual({
    text: name,
    offers: [{ name, mediaType, size, width, height, description, hash, address, secret, isReserved: false }],
  });
  // Programs of the older protocol have the address alone.
  expect(sayingInside(text, []).offers).toMatchObject([{ address, secret }]);
});

test('what goes out in clear comes in as it was, and carries no key', () => {
  const content = plainContentOf(message, [file]);
  expect(sayingOutside(content)).toMatchObject({
    text: 'hills.png',
    offers: [{ address: file.address, size: 5 }],
  });
  expect(content.files?.some(({ encrypted }) => encrypted !== undefined)).toBe(false);
  expect(
    contentOf(message, [file])
      .elements.map((each) => serialize(each))
      .join(''),
  ).not.toContain('sfs');
});
