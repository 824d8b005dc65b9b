/** The scenes of what a person keeps, takes along and lets go. */
import type { Page } from 'playwright-core';
import type { Scene } from './scenes.ts';

const narrow = { width: 360, height: 740 };
const middle = { width: 1000, height: 760 };

const inSettings = (button: string) => async (page: Page) => {
  await page.keyboard.press('Control+,');
  await page.getByRole('button', { name: button }).first().click();
  await page.waitForTimeout(300);
};
const restore = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'Restore a backup' }).click();
  await page.getByLabel('Passphrase of the backup').fill('wrong');
  await page.keyboard.press('Enter');
  await page.waitForTimeout(200);
};

export const dataScenes: readonly Scene[] = [
  {
    name: '90-backup',
    scene: 'chats',
    size: middle,
    theme: 'light',
    act: async (page) => {
      await inSettings('Back up')(page);
      await page.getByLabel('Passphrase', { exact: true }).fill('correct horse staple');
    },
  },
  {
    name: '90-backup-generated-dark',
    scene: 'chats',
    size: narrow,
    theme: 'dark',
    act: async (page) => {
      await inSettings('Back up')(page);
      await page.getByRole('button', { name: 'Make a passphrase' }).click();
      await page.getByRole('button', { name: 'Choose where to' }).click();
      await page.waitForTimeout(300);
    },
  },
  { name: '91-restore', scene: 'welcome', size: middle, theme: 'light', act: restore },
  {
    name: '91-restoring-narrow-dark',
    scene: 'welcome',
    size: narrow,
    theme: 'dark',
    act: async (page) => {
      await restore(page);
      await page.getByLabel('Passphrase of the backup').fill('right');
      await page.keyboard.press('Enter');
      await page.waitForTimeout(800);
    },
  },
  {
    name: '93-edit',
    scene: 'chats',
    size: middle,
    theme: 'light',
    act: async (page) => {
      await page
        .getByRole('button', { name: /^Peter/ })
        .first()
        .click();
      await page.getByRole('button', { name: 'Edit' }).first().click();
      await page.waitForTimeout(300);
    },
  },
  {
    name: '94-retention',
    scene: 'chats',
    size: { width: 1440, height: 1000 },
    theme: 'dark',
    act: async (page) => {
      await page
        .getByRole('button', { name: /^Juliet/ })
        .first()
        .click();
      await page.getByRole('button', { name: 'Encrypted' }).click();
      await page.waitForTimeout(300);
    },
  },
  {
    name: '94-retention-confirm',
    scene: 'chats',
    size: middle,
    theme: 'light',
    act: async (page) => {
      await page.keyboard.press('Control+,');
      await page.getByLabel('Keep messages').selectOption({ label: 'For a week' });
      await page.waitForTimeout(300);
    },
  },
  {
    name: '95-export-files',
    scene: 'chats',
    size: middle,
    theme: 'light',
    act: async (page) => {
      await inSettings('Export everything')(page);
      await page.getByLabel(/^Include 214 files/).check();
    },
  },
  {
    name: '95-exporting-files-narrow-dark',
    scene: 'chats',
    size: narrow,
    theme: 'dark',
    act: async (page) => {
      await inSettings('Export everything')(page);
      await page.getByLabel(/^Include 214 files/).check();
      await page.getByRole('button', { name: 'Choose where to' }).click();
      await page.waitForTimeout(800);
    },
  },
  {
    name: '92-data',
    scene: 'chats',
    size: middle,
    theme: 'light',
    act: async (page) => {
      await page.keyboard.press('Control+,');
      await page.getByRole('button', { name: 'Back up' }).scrollIntoViewIfNeeded();
      await page.waitForTimeout(200);
    },
  },
];
