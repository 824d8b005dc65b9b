/** The scenes of trust: keys that change, devices that appear, codes to show and to read. */
import type { Page } from 'playwright-core';
import type { Scene } from './scenes.ts';

const narrow = { width: 360, height: 740 };
const middle = { width: 1000, height: 700 };
const wide = { width: 1440, height: 900 };

export const juliet = async (page: Page): Promise<void> => {
  await page
    .getByRole('button', { name: /^Juliet/ })
    .first()
    .click();
  await page.waitForTimeout(300);
};

const compare = async (page: Page): Promise<void> => {
  await juliet(page);
  await page.getByRole('button', { name: 'Compare and trust' }).click();
  await page.waitForTimeout(300);
};

export const trustScenes: readonly Scene[] = [
  { name: '95-key-changed', scene: 'key-changed', size: middle, theme: 'light', act: juliet },
  { name: '95-key-changed-wide-dark', scene: 'key-changed', size: wide, theme: 'dark', act: juliet },
  { name: '95-key-changed-narrow', scene: 'key-changed', size: narrow, theme: 'light', act: juliet },
  { name: '95-key-changed-rtl', scene: 'key-changed', size: middle, theme: 'dark', dir: 'rtl', act: juliet },
  { name: '95-key-changed-compare', scene: 'key-changed', size: middle, theme: 'light', act: compare },
  { name: '96-new-device', scene: 'new-device', size: middle, theme: 'light', act: juliet },
  { name: '96-new-device-narrow-dark', scene: 'new-device', size: narrow, theme: 'dark', act: juliet },
];
