/**
 * Makes every icon from `build/icons/waxwing.svg`: PNG in all sizes, `.ico` for Windows, `.icns` for macOS. The results
 * are kept in the project, so that packaging needs no browser; run it again when the drawing changes.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { root } from './places.ts';
import { findProgram } from './processes.ts';

export const iconFolder = join(root, 'build', 'icons');
/** Widths in pixels: those of the icon theme of freedesktop.org, and what the stores ask for. */
export const SIZES = [16, 24, 32, 48, 64, 96, 128, 256, 512] as const;
/** Only macOS shows it this large. */
const LARGEST = 1024;

export interface Icon {
  /** Width and height in pixels. */
  readonly size: number;
  readonly png: Buffer;
}

/** An `.ico` of PNG pictures, which Windows reads since Vista. @param icons at most 256 pixels wide */
export function writeIco(icons: readonly Icon[]): Buffer {
  const header = Buffer.alloc(6 + 16 * icons.length);
  header.writeUInt16LE(1, 2); // an icon, not a pointer
  header.writeUInt16LE(icons.length, 4);
  let offset = header.length;
  for (const [index, { size, png }] of icons.entries()) {
    const at = 6 + 16 * index;
    header.writeUInt8(size % 256, at); // 0 stands for 256
    header.writeUInt8(size % 256, at + 1);
    header.writeUInt16LE(1, at + 4); // planes
    header.writeUInt16LE(32, at + 6); // bits of a pixel
    header.writeUInt32LE(png.length, at + 8);
    header.writeUInt32LE(offset, at + 12);
    offset += png.length;
  }
  return Buffer.concat([header, ...icons.map(({ png }) => png)]);
}

/** Apple's names for PNG pictures of a width, those for screens with two pixels per point included. */
const APPLE: Readonly<Record<number, readonly string[]>> = {
  16: ['icp4'],
  32: ['icp5', 'ic11'],
  64: ['icp6', 'ic12'],
  128: ['ic07'],
  256: ['ic08', 'ic13'],
  512: ['ic09', 'ic14'],
  1024: ['ic10'],
};

/** An `.icns`; widths that Apple has no name for are left out. */
export function writeIcns(icons: readonly Icon[]): Buffer {
  const entries = icons.flatMap(({ size, png }) =>
    (APPLE[size] ?? []).map((name) => {
      const head = Buffer.from(`${name}\0\0\0\0`, 'latin1');
      head.writeUInt32BE(head.length + png.length, 4);
      return Buffer.concat([head, png]);
    }),
  );
  const body = Buffer.concat(entries);
  const head = Buffer.from('icns\0\0\0\0', 'latin1');
  head.writeUInt32BE(head.length + body.length, 4);
  return Buffer.concat([head, body]);
}

async function draw(svg: string): Promise<Icon[]> {
  const executablePath = process.env['CHROMIUM'] ?? findProgram('chromium');
  if (executablePath === undefined) throw new Error('No Chromium: name one in the variable CHROMIUM.');
  const browser = await chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0 });
  try {
    const page = await browser.newPage();
    const icons: Icon[] = [];
    for (const size of [...SIZES, LARGEST]) {
      await page.setViewportSize({ width: size, height: size });
      await page.setContent(
        `<style>*{margin:0}svg{display:block;width:${String(size)}px;height:${String(size)}px}</style>${svg}`,
      );
      icons.push({ size, png: await page.screenshot({ omitBackground: true }) });
    }
    return icons;
  } finally {
    await browser.close();
  }
}

if (import.meta.main) {
  const icons = await draw(await readFile(join(iconFolder, 'waxwing.svg'), 'utf8'));
  await mkdir(join(iconFolder, 'png'), { recursive: true });
  for (const { size, png } of icons) {
    if (size === LARGEST) continue;
    await writeFile(join(iconFolder, 'png', `${String(size)}x${String(size)}.png`), png);
  }
  const windows = icons.filter(({ size }) => size <= 256 && size !== 96);
  await writeFile(join(iconFolder, 'waxwing.ico'), writeIco(windows));
  await writeFile(join(iconFolder, 'waxwing.icns'), writeIcns(icons));
  console.log(`${String(icons.length)} sizes drawn into ${iconFolder}`);
}
