/** The scenes of the chat list, the palette, blocking and requests. */
import type { Page } from 'playwright-core';
import type { Scene } from './scenes.ts';

const narrow = { width: 360, height: 740 };
const middle = { width: 1000, height: 760 };
const wide = { width: 1440, height: 900 };

const palette =
  (text = '') =>
  async (page: Page) => {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill(text);
    await page.waitForTimeout(300);
  };
const menuOf = (name: string) => async (page: Page) => {
  await page
    .getByRole('button', { name: new RegExp(`^${name}`) })
    .first()
    .click({ button: 'right' });
  await page.waitForTimeout(200);
};
const requests = async (page: Page): Promise<void> => {
  await page
    .getByRole('button', { name: /^Requests/ })
    .first()
    .click();
  await page.waitForTimeout(300);
};
const block = async (page: Page): Promise<void> => {
  await menuOf('Mercutio')(page);
  await page.getByRole('menuitem', { name: 'Block' }).click();
  await page.getByRole('checkbox', { name: /Report/ }).check();
  await page.waitForTimeout(300);
};
const blockedSettings = async (page: Page): Promise<void> => {
  await palette('settings blocked')(page);
  await page.keyboard.press('Enter');
  await page.waitForTimeout(300);
};

/** Two folders, one of them shown and in its chat's menu. */
const folders = async (page: Page): Promise<void> => {
  for (const name of ['Verona', '朋友和家人']) {
    await palette('edit folders')(page);
    await page.keyboard.press('Enter');
    await page.getByRole('textbox').last().fill(name);
    await page.keyboard.press('Enter');
    await page.waitForTimeout(100);
    await page.keyboard.press('Escape');
  }
  for (const person of ['Juliet', 'Mercutio']) {
    await menuOf(person)(page);
    await page.getByRole('menuitem', { name: 'Folders…' }).click();
    await page.getByRole('menuitem', { name: 'Put into Verona' }).click();
  }
};
const foldersShown = async (page: Page): Promise<void> => {
  await folders(page);
  await page.keyboard.press('Control+Shift+Digit1');
  await menuOf('Juliet')(page);
  await page.getByRole('menuitem', { name: 'Folders…' }).click();
  await page.waitForTimeout(200);
};
const foldersEdited = async (page: Page): Promise<void> => {
  await folders(page);
  await palette('edit folders')(page);
  await page.keyboard.press('Enter');
  await page.waitForTimeout(300);
};

export const listScenes: readonly Scene[] = [
  { name: 'list-95-list', scene: 'arranged', size: middle, theme: 'light' },
  { name: 'list-95-list-dark-narrow', scene: 'arranged', size: narrow, theme: 'dark' },
  { name: 'list-95-list-rtl', scene: 'arranged', size: middle, theme: 'light', dir: 'rtl' },
  {
    name: 'list-95-list-archived',
    scene: 'arranged',
    size: middle,
    theme: 'dark',
    act: async (page) => {
      await page.getByRole('button', { name: /^Archived/ }).click();
      await page.waitForTimeout(200);
    },
  },
  { name: 'list-95-folder', scene: 'arranged', size: middle, theme: 'light', act: foldersShown },
  { name: 'list-95-folder-dark-narrow', scene: 'arranged', size: narrow, theme: 'dark', act: foldersShown },
  { name: 'list-95-folders', scene: 'arranged', size: middle, theme: 'dark', act: foldersEdited },
  {
    name: 'list-95-folders-rtl-narrow',
    scene: 'arranged',
    size: narrow,
    theme: 'light',
    dir: 'rtl',
    act: foldersEdited,
  },
  { name: 'list-95-menu', scene: 'arranged', size: middle, theme: 'light', act: menuOf('Juliet') },
  {
    name: 'list-95-menu-mute-dark',
    scene: 'arranged',
    size: middle,
    theme: 'dark',
    act: async (page) => {
      await menuOf('Juliet')(page);
      await page.getByRole('menuitem', { name: 'Mute' }).click();
      await page.waitForTimeout(200);
    },
  },
  {
    name: 'list-95-many',
    scene: 'many',
    size: wide,
    theme: 'light',
    act: async (page) => {
      await page.keyboard.press('Alt+ArrowDown');
      await page.locator('[aria-current=true]').last().focus();
      await page.keyboard.press('End');
      await page.waitForTimeout(500);
    },
  },
  { name: 'list-96-palette', scene: 'arranged', size: middle, theme: 'light', act: palette() },
  { name: 'list-96-palette-dark', scene: 'arranged', size: middle, theme: 'dark', act: palette('mu') },
  { name: 'list-96-palette-narrow', scene: 'arranged', size: narrow, theme: 'light', act: palette('dark') },
  {
    name: 'list-96-palette-rtl',
    scene: 'arranged',
    size: middle,
    theme: 'dark',
    dir: 'rtl',
    act: palette('se'),
  },
  { name: 'list-97-block', scene: 'arranged', size: middle, theme: 'light', act: block },
  { name: 'list-97-block-narrow-dark', scene: 'arranged', size: narrow, theme: 'dark', act: block },
  {
    name: 'list-97-blocked',
    scene: 'arranged',
    size: middle,
    theme: 'light',
    act: async (page) => {
      await palette('tybalt')(page);
      await page.keyboard.press('Enter');
      await page.waitForTimeout(300);
    },
  },
  { name: 'list-97-blocked-settings', scene: 'arranged', size: middle, theme: 'light', act: blockedSettings },
  {
    name: 'list-97-blocked-settings-dark',
    scene: 'arranged',
    size: narrow,
    theme: 'dark',
    act: blockedSettings,
  },
  { name: 'list-98-requests', scene: 'arranged', size: middle, theme: 'light', act: requests },
  {
    name: 'list-98-requests-chosen-dark',
    scene: 'arranged',
    size: middle,
    theme: 'dark',
    act: async (page) => {
      await requests(page);
      await page.getByRole('button', { name: 'Choose all of these' }).click();
      await page.waitForTimeout(200);
    },
  },
  { name: 'list-98-requests-narrow', scene: 'arranged', size: narrow, theme: 'light', act: requests },
  {
    name: 'list-99-chat-settings',
    scene: 'arranged',
    size: wide,
    theme: 'light',
    act: async (page) => {
      await page.keyboard.press('Alt+ArrowDown');
      await palette('details')(page);
      await page.keyboard.press('Enter');
      await page.waitForTimeout(400);
    },
  },
];
