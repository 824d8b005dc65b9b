/** The program's icons: one drawing, the same mark as in the window, in every size and in the form of each system. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { iconFolder, SIZES, writeIcns, writeIco } from '../../build/icons.ts';
import { root } from '../../build/places.ts';

const read = (name: string): Buffer => readFileSync(join(iconFolder, name));
const pngOf = (size: number): Buffer => read(`png/${String(size)}x${String(size)}.png`);
const iconsOf = (sizes: readonly number[]): { size: number; png: Buffer }[] =>
  sizes.map((size) => ({ size, png: pngOf(size) }));

test('the icon is the mark that the window shows', () => {
  const paths = (text: string): string[] =>
    [...text.matchAll(/ d="([^"]+)"/gu)].map(([, path]) => path ?? '');
  const logo = paths(readFileSync(join(root, 'renderer/parts/Logo.svelte'), 'utf8'));
  expect(logo.length).toBeGreaterThan(5);
  expect(paths(read('waxwing.svg').toString())).toEqual(logo);
});

test('every size is there, as wide and high as its name says', () => {
  expect(readdirSync(join(iconFolder, 'png'))).toHaveLength(SIZES.length);
  for (const size of SIZES) {
    const png = pngOf(size); // PNG, third edition, section 11.2.1: the first chunk holds width and height
    expect([png.toString('latin1', 1, 4), png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([
      'PNG',
      size,
      size,
    ]);
  }
});

test('the icon of Windows holds the same pictures', () => {
  expect(read('waxwing.ico')).toEqual(writeIco(iconsOf([16, 24, 32, 48, 64, 128, 256])));
  const file = read('waxwing.ico');
  for (const [index, size] of [16, 24, 32, 48, 64, 128, 256].entries()) {
    const at = 6 + 16 * index;
    const [length, start] = [file.readUInt32LE(at + 8), file.readUInt32LE(at + 12)];
    expect(file[at]).toBe(size === 256 ? 0 : size);
    expect(file.subarray(start, start + length)).toEqual(pngOf(size));
  }
});

test('the icon of macOS holds the same pictures, and says how long it is', () => {
  const file = read('waxwing.icns');
  expect([file.toString('latin1', 0, 4), file.readUInt32BE(4)]).toEqual(['icns', file.length]);
  const body = writeIcns(iconsOf([16, 32, 64, 128, 256, 512])).subarray(8);
  expect(file.subarray(8, 8 + body.length)).toEqual(body);
  expect(file.toString('latin1', 8 + body.length, 12 + body.length)).toBe('ic10');
});
