/** Scenes of faces: lists with pictures, a contact's page, and one's own profile with a picture being cut. */
import type { Page } from 'playwright-core';
import { picture } from './files.ts';
import type { Scene } from './scenes.ts';

const narrow = { width: 360, height: 740 };
const wide = { width: 1440, height: 1300 };
const middle = { width: 1000, height: 900 };

async function details(page: Page): Promise<void> {
  await page
    .getByRole('button', { name: /^Juliet/ })
    .first()
    .click();
  await page.getByRole('button', { name: 'Show details' }).click();
  await page.getByText('Giulietta Capuleti').waitFor();
  await page.waitForTimeout(300);
}

async function lower(page: Page): Promise<void> {
  await details(page);
  await page.getByRole('region', { name: 'Pictures and files' }).scrollIntoViewIfNeeded();
  await page.waitForTimeout(200);
}

/** A picture opens in the viewer and closes again; then all files are listed. */
async function gallery(page: Page): Promise<void> {
  await details(page);
  const region = page.getByRole('region', { name: 'Pictures and files' });
  await region.getByRole('button', { name: /^View/ }).first().click();
  await page.getByRole('dialog', { name: 'Photos' }).waitFor();
  await page.keyboard.press('Escape');
  await region.getByRole('button', { name: 'Show more' }).click();
  await region.getByRole('button', { name: 'Show more' }).waitFor({ state: 'detached' });
  await page.waitForTimeout(200);
}

async function profile(page: Page): Promise<void> {
  await page.keyboard.press('Control+,');
  await page.getByRole('button', { name: 'Profile' }).first().click();
  await page.getByRole('textbox', { name: 'Full name' }).waitFor();
  await page.waitForTimeout(200);
}

async function crop(page: Page): Promise<void> {
  await profile(page);
  await page
    .getByRole('dialog')
    .locator('input[type=file]')
    .setInputFiles({ name: 'hills.png', mimeType: 'image/png', buffer: picture(900, 500, 1) });
  await page.getByRole('slider', { name: 'Zoom' }).fill('1.6');
  await page.waitForTimeout(200);
}

export const peopleScenes: readonly Scene[] = [
  { name: 'f1-faces-details', scene: 'faces', size: wide, theme: 'light', act: details },
  { name: 'f2-faces-details-dark', scene: 'faces', size: middle, theme: 'dark', act: details },
  { name: 'f3-faces-details-narrow', scene: 'faces', size: narrow, theme: 'light', act: lower },
  { name: 'f7-faces-gallery', scene: 'faces', size: wide, theme: 'dark', act: gallery },
  { name: 'f4-faces-profile', scene: 'faces', size: middle, theme: 'light', act: profile },
  { name: 'f5-faces-crop-dark', scene: 'faces', size: middle, theme: 'dark', act: crop },
  { name: 'f6-faces-crop-narrow', scene: 'faces', size: narrow, theme: 'light', act: crop },
];
