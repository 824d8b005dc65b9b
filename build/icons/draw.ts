/**
 * Draws the tray's pictures from the SVG files beside it into `tray/`, which is committed: nobody needs a browser to build
 * Waxwing. `node build/icons/draw.ts` after a change of a drawing; CHROMIUM names the browser.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const here = import.meta.dirname;

/** Points wide and high: what the panels of each system take. */
const pictures = [
  { name: 'linux-colour', from: 'tray-colour.svg', size: 22 },
  { name: 'windows-black', from: 'tray-plain.svg', size: 16, colour: '#1a1a1a' },
  { name: 'windows-white', from: 'tray-plain.svg', size: 16, colour: '#ffffff' },
  { name: 'mac-black', from: 'tray-plain.svg', size: 18, colour: '#000000' },
] as const;

await mkdir(join(here, 'tray'), { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
for (const scale of [1, 2]) {
  const page = await browser.newPage({ deviceScaleFactor: scale });
  for (const picture of pictures) {
    const { name, from, size } = picture;
    const drawing = await readFile(join(here, from), 'utf8');
    await page.setContent(`<body style="margin: 0">${drawing}`);
    for (const isUnread of [false, true]) {
      const svg = page.locator('svg');
      await svg.evaluate(
        (element, [width, colour, state]) => {
          element.setAttribute('width', String(width));
          element.setAttribute('height', String(width));
          element.setAttribute('class', state);
          element.style.display = 'block';
          element.style.color = colour;
        },
        [size, 'colour' in picture ? picture.colour : 'black', isUnread ? 'unread' : ''] as const,
      );
      const path = join(here, 'tray', `${name}${isUnread ? '-unread' : ''}${scale === 2 ? '@2x' : ''}.png`);
      await svg.screenshot({ path, omitBackground: true });
    }
  }
}
await browser.close();
