/** ThumbHash: what the reference implementation (npm thumbhash 0.1.1) makes of the same bytes, and any bytes at all. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeThumbhash, encodeThumbhash, type Pixels } from '../../renderer/lib/thumbhash.ts';

const REFERENCE = {
  size: [23, 32],
  points: [
    [0, [64, 77, 113]],
    [100, [120, 119, 134]],
    [300, [140, 120, 115]],
    [500, [35, 27, 25]],
    [735, [0, 4, 39]],
  ] as [number, number[]][],
};

test('a picture of the reference comes out as there', () => {
  const { width, height, data } =
    decodeThumbhash(Buffer.from('1QcSHQRnh493V4dIh4eXh1h4kJUI', 'base64')) ?? must();
  expect([width, height]).toEqual(REFERENCE.size);
  for (const [at, colour] of REFERENCE.points) {
    [...data.subarray(at * 4, at * 4 + 3)].forEach((value, index) =>
      expect(Math.abs(value - (colour[index] ?? 0))).toBeLessThanOrEqual(1),
    );
  }
});

test('what is encoded looks like itself', () => {
  const picture = gradient(40, 20);
  const hash = encodeThumbhash(picture);
  expect(hash.length).toBeLessThanOrEqual(25);
  const decoded = decodeThumbhash(hash) ?? must();
  expect(decoded.width).toBeGreaterThan(decoded.height);
  const red = (x: number): number => decoded.data[x * 4] ?? 0;
  expect(red(0)).toBeLessThan(80);
  expect(red(decoded.width - 1)).toBeGreaterThan(175);
});

test('any bytes are some small picture, or none', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const decoded = decodeThumbhash(bytes);
      if (bytes.length < 5) expect(decoded).toBeUndefined();
      else expect(decoded?.data.length).toBeLessThanOrEqual(32 * 32 * 4);
    }),
    { numRuns: 60 },
  );
});

function gradient(width: number, height: number): Pixels {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let at = 0; at < width * height; at += 1) {
    data.set([((at % width) / width) * 255, 60, 60, 255], at * 4);
  }
  return { width, height, data };
}

function must(): never {
  throw new Error('no picture');
}
