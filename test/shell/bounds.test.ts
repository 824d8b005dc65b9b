/** The window's place: believed as far as it makes sense on today's displays, and kept across a restart. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fitPlace, loadPlace, readPlace, savePlace } from '../../electron/shell/bounds.ts';

const first = { width: 1_040, height: 720, isMaximized: false };
const display = { x: 0, y: 24, width: 1_920, height: 1_056 };
const second = { x: 1_920, y: 0, width: 1_280, height: 1_024 };

describe('readPlace', () => {
  test('takes a whole place, and one without a position', () => {
    const place = { x: -5, y: 30, width: 800, height: 600, isMaximized: true };
    expect(readPlace(JSON.stringify(place))).toEqual(place);
    expect(readPlace('{"width":800,"height":600}')).toEqual({ width: 800, height: 600, isMaximized: false });
    expect(readPlace('{"width":800,"height":600,"x":1}')).toEqual({
      width: 800,
      height: 600,
      isMaximized: false,
    });
  });

  test.each(
    [
      ['', '{', 'null', '[]', '"x"', '{}', '{"width":"800","height":600}', '{"width":1e99,"height":600}'],
      ['{"width":800.5,"height":600}', '{"width":null,"height":600}', '{"__proto__":{"width":8,"height":6}}'],
    ]
      .flat()
      .map((text) => [text]),
  )('falls back for %j', (text) => {
    expect(readPlace(text)).toEqual(first);
  });
});

describe('fitPlace', () => {
  test.each([
    ['as it was', { x: 100, y: 100, width: 800, height: 600 }, { x: 100, y: 100, width: 800, height: 600 }],
    [
      'on the second display',
      { x: 2_000, y: 10, width: 800, height: 600 },
      { x: 2_000, y: 10, width: 800, height: 600 },
    ],
    [
      'partly outside, still within reach',
      { x: -600, y: 50, width: 800, height: 600 },
      { x: -600, y: 50, width: 800, height: 600 },
    ],
    ['out of reach to the left', { x: -750, y: 50, width: 800, height: 600 }, { width: 800, height: 600 }],
    [
      'title bar above the display',
      { x: 100, y: -100, width: 800, height: 600 },
      { width: 800, height: 600 },
    ],
    ['on a display that is gone', { x: 9_000, y: 100, width: 800, height: 600 }, { width: 800, height: 600 }],
    [
      'larger than the display',
      { x: 0, y: 24, width: 4_000, height: 3_000 },
      { x: 0, y: 24, width: 1_920, height: 1_056 },
    ],
    ['too small', { x: 0, y: 24, width: 10, height: -5 }, { width: 360, height: 480 }],
  ])('%s', (_name, place, expected) => {
    expect(fitPlace({ ...place, isMaximized: true }, [display, second])).toEqual({
      ...expected,
      isMaximized: true,
    });
  });

  test('any file leads to a window that can be seen and dragged', () => {
    const number = fc.oneof(fc.integer(), fc.double(), fc.constant(undefined));
    const place = fc.record({
      x: number,
      y: number,
      width: number,
      height: number,
      isMaximized: fc.boolean(),
    });
    fc.assert(
      fc.property(place, (value) => {
        const { x, y, width, height } = fitPlace(readPlace(JSON.stringify(value)), [display]);
        expect(width).toBeGreaterThanOrEqual(360);
        expect(width).toBeLessThanOrEqual(display.width);
        expect(height).toBeLessThanOrEqual(display.height);
        if (x === undefined || y === undefined) return;
        expect(x + width).toBeGreaterThanOrEqual(120);
        expect(x).toBeLessThanOrEqual(display.width - 120);
        expect(y).toBeGreaterThanOrEqual(display.y);
      }),
    );
  });

  test('works without any display', () => {
    expect(fitPlace(first, [])).toEqual(first);
  });
});

describe('the file', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'waxwing-bounds-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  test('gives back what was saved, and only to its owner', () => {
    const file = join(folder, 'window.json');
    expect(loadPlace(file)).toEqual(first);
    const place = { x: 1, y: 2, width: 500, height: 600, isMaximized: false };
    savePlace(file, place);
    expect(loadPlace(file)).toEqual(place);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    writeFileSync(file, '\0\0\0');
    expect(loadPlace(file)).toEqual(first);
    expect(loadPlace(folder)).toEqual(first);
  });
});
