/** The scenes of finding one's way through the settings. */
import type { Page } from 'playwright-core';
import type { Scene } from './scenes.ts';

const narrow = { width: 360, height: 740 };
const middle = { width: 1000, height: 760 };

const find = (words: string) => async (page: Page) => {
  await page.keyboard.press('Control+,');
  await page.getByRole('searchbox').fill(words);
  await page.waitForTimeout(200);
};
const goTo = (words: string) => async (page: Page) => {
  await find(words)(page);
  await page.keyboard.press('Enter');
  await page.waitForTimeout(300);
};

const storage = async (page: Page): Promise<void> => {
  await goTo('storage')(page);
  await page.keyboard.press('Enter');
  await page.waitForTimeout(400);
};

const xmlConsole = async (page: Page): Promise<void> => {
  await goTo('xml')(page);
  await page.keyboard.press('Space');
  await page.getByRole('button', { name: 'Open that of romeo@montague.example' }).click();
  await page.getByLabel('Send a stanza by hand').fill('not xml');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.waitForTimeout(300);
};

const quiet = async (page: Page): Promise<void> => {
  await goTo('night')(page);
  await page.getByRole('switch', { name: 'Quiet hours' }).click();
  await page.waitForTimeout(300);
};

const updates = async (page: Page): Promise<void> => {
  await goTo('updates')(page);
  await page.getByRole('button', { name: 'Look now' }).click();
  await page.waitForTimeout(300);
};
const diagnosis = async (page: Page): Promise<void> => {
  await goTo('diagnosis')(page);
  await page.getByRole('button', { name: 'Show the diagnosis' }).click();
  await page.waitForTimeout(300);
};

const otherKeys = async (page: Page): Promise<void> => {
  await page.keyboard.press('Control+/');
  await page.getByRole('button', { name: /^Search in this chat/u }).click();
  await page.keyboard.press('Control+k');
  await page.waitForTimeout(200);
};

export const settingsScenes: readonly Scene[] = [
  { name: 'settings-01-found', scene: 'chats', size: middle, theme: 'light', act: find('de') },
  { name: 'settings-02-place', scene: 'chats', size: middle, theme: 'dark', act: goTo('time zone') },
  { name: 'settings-03-narrow', scene: 'chats', size: narrow, theme: 'dark', dir: 'rtl', act: goTo('proxy') },
  { name: 'settings-04-none', scene: 'chats', size: narrow, theme: 'light', act: find('xqzzy') },
  ...(['light', 'dark'] as const).map((theme): Scene => ({
    name: `settings-05-storage-${theme}`,
    scene: 'files',
    size: { width: 1000, height: 1400 },
    theme,
    act: storage,
  })),
  ...(['light', 'dark'] as const).map((theme): Scene => ({
    name: `settings-12-update-${theme}`,
    scene: 'chats',
    size: middle,
    theme,
    act: updates,
  })),
  {
    name: 'settings-13-update-narrow',
    scene: 'chats',
    size: narrow,
    theme: 'dark',
    dir: 'rtl',
    act: updates,
  },
  { name: 'settings-14-diagnosis', scene: 'chats', size: middle, theme: 'light', act: diagnosis },
  { name: 'settings-06-storage-narrow', scene: 'many', size: narrow, theme: 'light', act: storage },
  {
    name: 'settings-09-quiet',
    scene: 'chats',
    size: { width: 1000, height: 1100 },
    theme: 'light',
    act: quiet,
  },
  { name: 'settings-09-quiet-rtl', scene: 'chats', size: narrow, theme: 'dark', dir: 'rtl', act: quiet },
  { name: 'settings-07-storage-rtl', scene: 'files', size: middle, theme: 'light', dir: 'rtl', act: storage },
  {
    name: 'settings-08-console',
    scene: 'chats',
    size: { width: 1000, height: 1000 },
    theme: 'dark',
    act: xmlConsole,
  },
  {
    name: 'settings-09-console-narrow',
    scene: 'chats',
    size: { width: 360, height: 1000 },
    theme: 'light',
    dir: 'rtl',
    act: xmlConsole,
  },
  {
    name: 'settings-10-shortcuts',
    scene: 'chats',
    size: { width: 1000, height: 1000 },
    theme: 'light',
    act: otherKeys,
  },
  {
    name: 'settings-11-shortcuts-narrow',
    scene: 'chats',
    size: narrow,
    theme: 'dark',
    dir: 'rtl',
    act: otherKeys,
  },
];
