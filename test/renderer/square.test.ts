/** Which square of a picture is seen, whatever is pulled and zoomed: never anything outside of it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutOf, LARGEST_ZOOM, pulled, WHOLE, type View } from '../../renderer/lib/square.ts';

const size = fc.record({
  width: fc.integer({ min: 1, max: 9_000 }),
  height: fc.integer({ min: 1, max: 9_000 }),
});
const part = fc.double({ min: -9, max: 9, noNaN: true });
const view = fc.record({ zoom: part, x: part, y: part });
const SLACK = 1e-6;

function isInside({ width, height }: { width: number; height: number }, seen: View): boolean {
  const { left, top, side } = cutOf({ width, height }, seen);
  const fits = (at: number, length: number): boolean => at >= -SLACK && at + side <= length + SLACK;
  return side > 0 && fits(left, width) && fits(top, height);
}

test('the square is inside of the picture, always', () => {
  fc.assert(
    fc.property(
      size,
      view,
      fc.array(fc.record({ x: part, y: part }), { maxLength: 5 }),
      (picture, first, pulls) => {
        let seen: View = first;
        expect(isInside(picture, seen)).toBe(true);
        for (const by of pulls) {
          seen = pulled(picture, seen, by);
          expect(isInside(picture, seen)).toBe(true);
        }
      },
    ),
  );
});

test('as much as fits, from the middle, at first', () => {
  expect(cutOf({ width: 900, height: 500 }, WHOLE)).toEqual({ left: 200, top: 0, side: 500 });
  expect(cutOf({ width: 500, height: 900 }, { zoom: 99, x: 1, y: -1 })).toEqual({
    left: 400,
    top: 0,
    side: 500 / LARGEST_ZOOM,
  });
});

test('what is pulled by half of what is seen goes along with the pointer', () => {
  const picture = { width: 1_000, height: 400 };
  const before = cutOf(picture, WHOLE);
  const after = cutOf(picture, pulled(picture, WHOLE, { x: 0.5, y: 0.5 }));
  expect(before.left - after.left).toBeCloseTo(200);
  expect(after.top).toBe(0);
});
