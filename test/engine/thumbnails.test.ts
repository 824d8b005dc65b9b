/** What is shown of a picture that nobody has fetched (H64): by its bytes, small, and standing still. */
import { expect, test } from 'vitest';
import { shownThumbnail, THUMBHASH, thumbnailOf } from '../../electron/engine/thumbnails.ts';
import { picture } from '../renderer/preview/files.ts';

const png = (width: number, height: number): Uint8Array => picture(width, height, 1);
const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(7);

test('a hash or a small picture, whichever comes first, and the same goes out as came in', () => {
  const hash = { type: THUMBHASH, data: Buffer.from('1QcSHQRnh493V4dIh4eXh1h4kJUI', 'base64') };
  const small = { type: 'image/jpeg', data: png(32, 24) };
  expect(shownThumbnail([hash, small])).toBe('data:image/thumbhash;base64,1QcSHQRnh493V4dIh4eXh1h4kJUI');
  // What it is decides, not what it is called.
  expect(shownThumbnail([{ type: THUMBHASH, data: bytes(26) }, small])).toMatch(/^data:image\/png;base64,/);
  const shown = shownThumbnail([hash]) ?? '';
  expect(shownThumbnail([thumbnailOf(shown)])).toBe(shown);
});

test.each<[string, string, Uint8Array]>([
  ['too short a hash', THUMBHASH, bytes(4)],
  ['too long a hash', THUMBHASH, bytes(26)],
  ['no picture', 'image/png', bytes(100)],
  ['a picture that is large when it is decoded', 'image/png', png(321, 2)],
  ['a moving format', 'image/gif', Buffer.from('GIF89a\x01\0\x01\0\0\0\0\0\0\0')],
  [
    'a drawing that may hold anything',
    'image/svg+xml',
    Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
  ],
  ['nothing', 'image/png', bytes(0)],
])('%s is not shown', (_, type, data) => {
  expect(shownThumbnail([{ type, data }])).toBeUndefined();
});
