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

const details = async (page: Page): Promise<void> => {
  await juliet(page);
  await page.getByRole('button', { name: 'Encrypted' }).click();
  await page.waitForTimeout(300);
};
const code = (uri: string) => async (page: Page) => {
  await details(page);
  await page.getByRole('button', { name: 'Scan a code' }).click();
  await page.getByLabel('Link or code').fill(uri);
  await page.getByRole('button', { name: 'Compare' }).click();
  await page.waitForTimeout(300);
};
const show = async (page: Page): Promise<void> => {
  await details(page);
  await page.getByRole('button', { name: 'Show my code' }).click();
  await page.waitForTimeout(300);
};
/** Opened from outside the window: it asks before it compares. */
const link = (isCompared: boolean) => async (page: Page) => {
  await page.evaluate(
    (uri) => {
      const { waxwing } = window as unknown as {
        waxwing: { links: { showText: (text: string) => boolean } };
      };
      waxwing.links.showText(uri);
    },
    hers + print('04bf7'),
  );
  await page.waitForTimeout(200);
  if (isCompared) await page.getByRole('button', { name: 'Compare' }).click();
  await page.waitForTimeout(300);
};
const health = async (page: Page): Promise<void> => {
  await details(page);
  await page.getByRole('article', { name: 'Device 17320' }).scrollIntoViewIfNeeded();
  await page.waitForTimeout(200);
};
const off = async (page: Page): Promise<void> => {
  await details(page);
  await page.getByRole('radio', { name: 'Off' }).click();
  await page.waitForTimeout(300);
};
const readers = async (page: Page): Promise<void> => {
  await juliet(page);
  await page.getByText('O blessed, blessed night!').last().hover();
  await page
    .getByRole('article')
    .filter({ hasText: 'O blessed, blessed night!' })
    .last()
    .getByRole('button', { name: 'Message actions' })
    .click();
  await page.getByRole('menuitem', { name: 'Details' }).click();
  await page.waitForTimeout(300);
};
const print = (seed: string): string =>
  Array.from({ length: 8 }, (_, i) => `${seed}${String(i)}0a${seed}`.slice(0, 8)).join('');
const hers = 'xmpp:juliet@capulet.example?omemo-sid-31415=' + print('9d5e2') + ';omemo-sid-27182=';

export const trustScenes: readonly Scene[] = [
  { name: '95-key-changed', scene: 'key-changed', size: middle, theme: 'light', act: juliet },
  { name: '95-key-changed-wide-dark', scene: 'key-changed', size: wide, theme: 'dark', act: juliet },
  { name: '95-key-changed-narrow', scene: 'key-changed', size: narrow, theme: 'light', act: juliet },
  { name: '95-key-changed-rtl', scene: 'key-changed', size: middle, theme: 'dark', dir: 'rtl', act: juliet },
  { name: '95-key-changed-compare', scene: 'key-changed', size: middle, theme: 'light', act: compare },
  { name: '96-new-device', scene: 'new-device', size: middle, theme: 'light', act: juliet },
  { name: '96-new-device-narrow-dark', scene: 'new-device', size: narrow, theme: 'dark', act: juliet },
  { name: '97-show', scene: 'chats', size: middle, theme: 'light', act: show },
  { name: '97-show-narrow-dark', scene: 'chats', size: narrow, theme: 'dark', act: show },
  { name: '97-fits', scene: 'chats', size: middle, theme: 'light', act: code(hers + print('04bf7')) },
  { name: '97-differs', scene: 'chats', size: middle, theme: 'light', act: code(hers + 'e'.repeat(64)) },
  {
    name: '97-differs-narrow-dark',
    scene: 'chats',
    size: narrow,
    theme: 'dark',
    act: code(hers + 'e'.repeat(64)),
  },
  {
    name: '97-other',
    scene: 'chats',
    size: middle,
    theme: 'dark',
    act: code('xmpp:tybalt@capulet.example?omemo-sid-1=' + print('04bf7')),
  },
  { name: '98-readers', scene: 'chats', size: middle, theme: 'light', act: readers },
  { name: '98-readers-narrow-dark', scene: 'chats', size: narrow, theme: 'dark', act: readers },
  { name: '98-health', scene: 'chats', size: wide, theme: 'light', act: health },
  { name: '98-health-narrow-dark', scene: 'chats', size: narrow, theme: 'dark', act: health },
  { name: '97-link', scene: 'chats', size: middle, theme: 'light', act: link(false) },
  { name: '97-link-compared', scene: 'chats', size: middle, theme: 'dark', act: link(true) },
  { name: '99-off', scene: 'chats', size: middle, theme: 'light', act: off },
  { name: '99-off-narrow-dark', scene: 'key-changed', size: narrow, theme: 'dark', act: off },
  { name: '97-details', scene: 'chats', size: wide, theme: 'light', act: details },
];
