import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isBomb, qrPath, readPixels } from '../../renderer/lib/qr.ts';

/** Draws a code as a screen would: each square of several points, black on white. */
function draw(text: string, scale: number): { data: Uint8ClampedArray; width: number; height: number } {
  const { path, side } = qrPath(text);
  const size = side * scale;
  const data = new Uint8ClampedArray(size * size * 4).fill(255);
  for (const [, left, top] of path.matchAll(/M(\d+) (\d+)h1v1h-1z/g)) {
    for (let y = Number(top) * scale; y < (Number(top) + 1) * scale; y += 1) {
      for (let x = Number(left) * scale; x < (Number(left) + 1) * scale; x += 1) {
        data.fill(0, (y * size + x) * 4, (y * size + x) * 4 + 3);
      }
    }
  }
  return { data, width: size, height: size };
}

test('what is drawn can be read, and has a quiet zone around it', () => {
  const uri = 'xmpp:romeo@montague.example?roster;preauth=4DsLZ7Gkq2mXvW1c;ibr=y';
  expect(readPixels(draw(uri, 4))).toBe(uri);
  const { path, side } = qrPath(uri);
  const places = [...path.matchAll(/M(\d+) (\d+)/g)].flatMap(([, x, y]) => [Number(x), Number(y)]);
  expect(Math.min(...places)).toBe(4);
  expect(Math.max(...places)).toBe(side - 5);
});

test('any text of an address comes back', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 200, unit: 'grapheme-ascii' }), (text) => {
      expect(readPixels(draw(text, 3))).toBe(text);
    }),
    { numRuns: 20 },
  );
});

test('noise is no code, and never an error', () => {
  const noise = new Uint8ClampedArray(64 * 64 * 4).map((_, at) => (at * 7919) % 256);
  expect(readPixels({ data: noise, width: 64, height: 64 })).toBeUndefined();
  expect(readPixels({ data: new Uint8ClampedArray(16 * 16 * 4), width: 16, height: 16 })).toBeUndefined();
});

test('a picture that unfolds into gigabytes is not opened', () => {
  const png = (width: number, height: number): ArrayBuffer => {
    const view = new DataView(new ArrayBuffer(24));
    view.setUint32(0, 0x8950_4e47);
    view.setUint32(16, width);
    view.setUint32(20, height);
    return view.buffer;
  };
  expect(isBomb(png(4_000, 3_000))).toBe(false);
  expect(isBomb(png(30_000, 100))).toBe(true);
  expect(isBomb(png(100, 0xffff_ffff))).toBe(true);
  expect(isBomb(new ArrayBuffer(0))).toBe(false);
});

test('our own code with six devices is small enough for a camera', () => {
  const keys = Array.from(
    { length: 6 },
    (_, i) => `omemo-sid-${2_000_000_000 + i}=${'0123456789abcdef'.repeat(4)}`,
  );
  const uri = `xmpp:somebody@example.org?${keys.join(';')}`;
  expect(qrPath(uri).side).toBeLessThan(130);
  expect(readPixels(draw(uri, 4))).toBe(uri);
});
