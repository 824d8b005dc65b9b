/** Scenes of files: in bubbles, in the tray, in full, and refused. */
import type { Page } from 'playwright-core';
import { picture } from './files.ts';
import type { Scene } from './scenes.ts';

const narrow = { width: 360, height: 740 };
const middle = { width: 1000, height: 700 };
const tall = { width: 1000, height: 1500 };

async function open(page: Page): Promise<void> {
  await page
    .getByRole('button', { name: /^Juliet/ })
    .first()
    .click();
  await page.waitForTimeout(300);
  // How far those are that are on their way.
  await page.evaluate(() => {
    const { port } = window as unknown as { port: { announce(...changes: unknown[]): void } };
    port.announce({ put: 'transfer', file: 4, done: 61_000_000, total: 148_300_000 });
    port.announce({ put: 'transfer', file: 8, done: 1_300_000, total: 1_900_016 });
  });
  await page.waitForTimeout(200);
}

async function fill(page: Page): Promise<void> {
  await open(page);
  await page.locator('input[type=file]').setInputFiles([
    { name: 'sunrise.png', mimeType: 'image/png', buffer: picture(600, 400, 1) },
    { name: 'recording of the whole concert.flac', mimeType: 'audio/flac', buffer: Buffer.alloc(11_000_000) },
    { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('notes') },
  ]);
  await page.getByRole('textbox', { name: 'Add a caption' }).fill('From the hill behind the house');
  await page.waitForTimeout(200);
}

const view = async (page: Page): Promise<void> => {
  await open(page);
  await page.getByRole('button', { name: /^View/ }).first().click();
  await page.waitForTimeout(200);
};

export const fileScenes: readonly Scene[] = [
  { name: '60-files', scene: 'files', size: tall, theme: 'light', act: open },
  { name: '60-files-dark', scene: 'files', size: tall, theme: 'dark', act: open },
  { name: '60-files-narrow', scene: 'files', size: narrow, theme: 'light', act: open },
  { name: '60-files-rtl', scene: 'files', size: middle, theme: 'light', dir: 'rtl', act: open },
  { name: '61-tray', scene: 'files', size: middle, theme: 'light', act: fill },
  { name: '61-tray-narrow-dark', scene: 'files', size: narrow, theme: 'dark', act: fill },
  { name: '62-viewer', scene: 'files', size: middle, theme: 'light', act: view },
  { name: '62-viewer-narrow', scene: 'files', size: narrow, theme: 'dark', act: view },
];
