/** Which files a message offers: keys only from inside of an encryption, addresses only of the protected web. */
import { expect, test } from 'vitest';
import { sayingInside, sayingOutside } from '../../electron/engine/offers.ts';
import { readMessage, writeMessage } from '../../electron/xmpp/message.ts';
import { writeFileSharing, type SharedFile } from '../../electron/xmpp/xep/xep0447.ts';
import { overWire } from '../support/xml.ts';

const key = new Uint8Array(32).fill(1);
const iv = new Uint8Array(12).fill(2);
const secret = `${'02'.repeat(12)}${'01'.repeat(32)}`;
const sealed: SharedFile = {
  metadata: { name: '../\u202Egpj.exe', size: 5, hashes: [] },
  addresses: [],
  encrypted: {
    cipher: 'urn:xmpp:ciphers:aes-256-gcm-nopadding:0',
    key,
    iv,
    hashes: [],
    addresses: ['https://d.test/x'],
  },
};

test('an encrypted address is a file, with its key', () => {
  expect(sayingInside(`aesgcm://d.test/1/photo.jpg#${secret}`, [])).toEqual({
    text: 'photo.jpg',
    offers: [
      {
        name: 'photo.jpg',
        mediaType: 'image/jpeg',
        description: '',
        address: 'https://d.test/1/photo.jpg',
        secret: { key, iv },
        isReserved: false,
      },
    ],
  });
});

test('words around an encrypted address stay words, and so does one that came in clear (H61)', () => {
  const text = `look aesgcm://d.test/1/photo.jpg#${secret}`;
  expect(sayingInside(text, [])).toEqual({ text, offers: [] });
  const body = `aesgcm://d.test/1/photo.jpg#${secret}`;
  expect(sayingOutside({ body })).toEqual({ text: body, offers: [] });
  expect(sayingOutside({ body, outOfBand: { url: body } })).toEqual({ text: body, offers: [] });
});

test('what was encrypted with a message says more than its fallback, and its name is made harmless', () => {
  const saying = sayingInside(`aesgcm://d.test/x#${secret}`, [overWire(writeFileSharing(sealed))]);
  expect(saying.text).toBe('gpj.exe');
  expect(saying.offers).toMatchObject([
    { name: 'gpj.exe', size: 5, address: 'https://d.test/x', secret: { key, iv } },
  ]);
  expect(sayingInside('my holidays', [overWire(writeFileSharing(sealed))]).text).toBe('my holidays');
});

test('what stands outside of an encryption is no part of what is inside', () => {
  const message = readMessage(
    overWire(
      writeMessage({
        to: 'b@b.test',
        body: 'filler',
        files: [sealed],
        outOfBand: { url: 'https://evil.example/x' },
      }),
    ),
  );
  expect(message?.files).toHaveLength(1);
  expect(sayingInside('hello', [])).toEqual({ text: 'hello', offers: [] });
});

test('an address beside the body is a file only when the body is just that', () => {
  const url = 'https://d.test/a.pdf';
  expect(sayingOutside({ body: url, outOfBand: { url } }).offers).toMatchObject([
    { name: 'a.pdf', address: url },
  ]);
  expect(sayingOutside({ body: 'see this', outOfBand: { url } })).toEqual({ text: 'see this', offers: [] });
  expect(sayingOutside({ body: url })).toEqual({ text: url, offers: [] });
  const insecure = 'http://d.test/a.pdf';
  expect(sayingOutside({ body: insecure, outOfBand: { url: insecure } })).toEqual({
    text: insecure,
    offers: [],
  });
});

test('a file that is to be asked for is', () => {
  const file: SharedFile = {
    metadata: {
      name: 'a.png',
      mediaType: 'image/png',
      width: 0,
      height: 10,
      hashes: [{ algorithm: 'sha-256', value: 'aGFzaA==' }],
    },
    disposition: 'attachment',
    addresses: ['https://d.test/a.png'],
  };
  expect(sayingOutside({ body: 'https://d.test/a.png', files: [file] })).toEqual({
    text: 'a.png',
    offers: [
      {
        name: 'a.png',
        mediaType: 'image/png',
        description: '',
        hash: 'aGFzaA==',
        address: 'https://d.test/a.png',
        isReserved: true,
      },
    ],
  });
});
