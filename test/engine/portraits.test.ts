/** What may stand for somebody: a picture by its bytes, as announced, and none that only a decoder would find out about (H64, H79). */
import { expect, test } from 'vitest';
import { portraitOf } from '../../electron/engine/portraits.ts';
import { pngOf, sha1 } from '../support/pictures.ts';

const RED = pngOf([200, 30, 30]);
const BLUE = pngOf([30, 30, 200]);
const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
test.each([
  ['HTML that is called a picture', Buffer.from('<!doctype html><script>alert(1)</script>')],
  ['SVG', svg],
  ['an empty one', Buffer.alloc(0)],
  ['a bomb: 30,000 pixels a side in a few bytes', pngOf([0, 0, 0], 1, 30_000)],
  ['no pixels', pngOf([0, 0, 0], 1, 0)],
  ['more than 256 KiB', Buffer.concat([RED, Buffer.alloc(262_144)])],
  ['a PNG that is cut off', RED.subarray(0, 40)],
  ['a sound', Buffer.from(`OggS${'x'.repeat(40)}`)],
])('not %s', (_name, bytes) => {
  expect(portraitOf(bytes, sha1(bytes))).toBeUndefined();
});

test('a PNG, by its bytes and its hash', () => {
  expect(portraitOf(RED, sha1(RED))?.type).toBe('image/png');
  expect(portraitOf(RED, sha1(BLUE))).toBeUndefined();
});
