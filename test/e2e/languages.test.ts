/** The window in every language that it speaks, in both directions, and what of that is there after a restart. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { languageCodes, languageNames } from '../../renderer/i18n/catalogues.ts';
import { violations } from '../support/axe.ts';
import { temporaryFolder } from '../support/folder.ts';
import { storeProfile } from '../support/stored-profile.ts';
import { openWindow, type AppWindow } from '../support/window.ts';

let window: AppWindow;
let folder: ReturnType<typeof temporaryFolder>;

const START = Date.UTC(2026, 0, 1, 12);
const page = (): AppWindow['page'] => window.page;
/** The one choice whose options are called as their speakers call them. */
const choice = (): ReturnType<AppWindow['page']['locator']> =>
  page().locator('select', { has: page().locator('option', { hasText: 'Deutsch' }) });
const spoken = (): Promise<readonly [string, string, string]> =>
  page().evaluate(() => {
    const { lang, dir } = document.documentElement;
    return [lang, dir, document.querySelector('.settings h1')?.textContent.trim() ?? ''] as const;
  });

beforeAll(async () => {
  folder = temporaryFolder('languages');
  await storeProfile(folder.path, [
    { name: 'Ben', at: START, isOutgoing: false },
    { name: 'Anna', at: START + 60_000, isOutgoing: true },
  ]);
  window = await openWindow({ profile: folder.path });
  await page().getByText('hello from Anna').first().waitFor();
  await page().keyboard.press('Control+,');
  await choice().waitFor();
});

afterAll(async () => {
  await window.close();
  folder.remove();
});

it('speaks each of them at once, and nothing is wrong with how it does', async () => {
  const titles = new Set<string>();
  for (const code of languageCodes) {
    await choice().selectOption({ label: languageNames[code] });
    await expect
      .poll(async () => (await spoken()).slice(0, 2))
      .toEqual([code === 'en' ? 'en-US' : code, code === 'ar' ? 'rtl' : 'ltr']);
    const [, , title] = await spoken();
    titles.add(title);
    expect(await violations(page()), code).toEqual([]);
    await window.screenshot(`language-${code}`);
  }
  expect(titles.size).toBe(languageCodes.length);
});

it('still speaks it after a restart, until that of the computer is chosen again', async () => {
  await choice().selectOption({ label: languageNames.ar });
  await expect.poll(async () => (await spoken())[1]).toBe('rtl');
  await window.close();
  window = await openWindow({ profile: folder.path });
  await page().getByText('hello from Anna').first().click();
  expect((await spoken()).slice(0, 2)).toEqual(['ar', 'rtl']);
  await window.screenshot('chat-right-to-left');
  expect(await violations(page())).toEqual([]);
  await page().keyboard.press('Control+,');
  await choice().selectOption({ index: 0 });
  await expect.poll(async () => (await spoken()).slice(0, 2)).toEqual(['en-US', 'ltr']);
});
