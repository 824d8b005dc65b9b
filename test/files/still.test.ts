/** The first picture of one that moves; and that no length in it is believed. */
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sizeOf } from '../../electron/files/picture.ts';
import { stillOf } from '../../electron/files/still.ts';

const block = (...bytes: number[]): Buffer => Buffer.from([bytes.length, ...bytes, 0]);
const image = Buffer.concat([Buffer.of(0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2), block(0x4c, 0x01)]);
const control = Buffer.concat([Buffer.of(0x21, 0xf9), block(4, 10, 0, 0)]);
const front = Buffer.concat([Buffer.from('GIF89a'), Buffer.of(1, 0, 1, 0, 0x80, 0, 0), Buffer.alloc(6)]);
const gif = Buffer.concat([front, control, image, control, image, Buffer.of(0x3b)]);

test('of a GIF the first image is left', () => {
  expect(Buffer.from(stillOf('image/gif', gif)!)).toEqual(
    Buffer.concat([front, control, image, Buffer.of(0x3b)]),
  );
  expect(stillOf('image/gif', Buffer.concat([front, Buffer.of(0x3b)]))).toBeUndefined();
});

const pngChunk = (name: string, data: Buffer): Buffer => {
  const chunk = Buffer.alloc(12 + data.length);
  chunk.writeUInt32BE(data.length);
  chunk.write(name, 4, 'latin1');
  data.copy(chunk, 8);
  return chunk;
};
const header = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
const signature = Buffer.from('89504e470d0a1a0a', 'hex');
const pixels = pngChunk('IDAT', deflateSync(Buffer.of(0, 0)));
const png = Buffer.concat([signature, pngChunk('IHDR', header), pixels, pngChunk('IEND', Buffer.alloc(0))]);

test('of a PNG the animation goes', () => {
  const moving = Buffer.concat([
    signature,
    pngChunk('IHDR', header),
    pngChunk('acTL', Buffer.alloc(8)),
    pngChunk('fcTL', Buffer.alloc(26)),
    pixels,
    pngChunk('fdAT', Buffer.alloc(9)),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
  expect(Buffer.from(stillOf('image/png', moving)!)).toEqual(png);
  expect(Buffer.from(stillOf('image/png', png)!)).toEqual(png);
});

const riff = (name: string, data: Buffer): Buffer => {
  const chunk = Buffer.alloc(8 + data.length + (data.length % 2));
  chunk.write(name, 0, 'latin1');
  chunk.writeUInt32LE(data.length, 4);
  data.copy(chunk, 8);
  return chunk;
};
const webp = (...chunks: Buffer[]): Buffer => {
  const body = Buffer.concat([Buffer.from('WEBP'), ...chunks]);
  return Buffer.concat([riff('RIFF', body).subarray(0, 8), body]);
};

test('of a WebP the first frame becomes a picture of its own size', () => {
  const canvas = Buffer.alloc(10);
  canvas[0] = 0x02;
  canvas.writeUIntLE(999, 4, 3);
  const frame = Buffer.alloc(16);
  frame.writeUIntLE(41, 6, 3);
  frame.writeUIntLE(22, 9, 3);
  const data = Buffer.concat([frame, riff('ALPH', Buffer.alloc(3)), riff('VP8 ', Buffer.alloc(11))]);
  const moving = webp(
    riff('VP8X', canvas),
    riff('ANIM', Buffer.alloc(6)),
    riff('ANMF', data),
    riff('ANMF', data),
  );
  const still = stillOf('image/webp', moving)!;
  expect(sizeOf('image/webp', still)).toEqual({ width: 42, height: 23 });
  const again = stillOf('image/webp', still)!;
  expect(again).toBe(again);
  expect(Buffer.from(again)).toEqual(Buffer.from(still));
  expect(Buffer.from(still).readUInt32LE(4)).toBe(still.length - 8);
  expect(still[20]).toBe(0x10);
});

test('whatever is cut off or changed is a picture or none, and never an error', () => {
  for (const [type, bytes] of [
    ['image/gif', gif],
    ['image/png', png],
    [
      'image/webp',
      webp(riff('VP8X', Buffer.of(2, 0, 0, 0, 0, 0, 0, 0, 0, 0)), riff('ANMF', Buffer.alloc(40, 0xff))),
    ],
  ] as const) {
    fc.assert(
      fc.property(fc.nat(bytes.length), fc.nat(bytes.length - 1), fc.nat(255), (end, at, value) => {
        const changed = Buffer.from(bytes);
        changed[at] = value;
        const still = stillOf(type, changed.subarray(0, end));
        expect(still === undefined || still.length <= bytes.length + 64).toBe(true);
      }),
    );
  }
});
