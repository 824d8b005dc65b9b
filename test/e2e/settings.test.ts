/** The settings in a real window: found by a word, what takes room, the console, and other keys, kept over a restart. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { violations } from '../support/axe.ts';
import { temporaryFolder } from '../support/folder.ts';
import { storeProfile } from '../support/stored-profile.ts';
import { openWindow, type AppWindow } from '../support/window.ts';

const START = Date.UTC(2026, 0, 1, 12);
let window: AppWindow;
let folder: ReturnType<typeof temporaryFolder>;

const page = (): AppWindow['page'] => window.page;
/** The setting that has the focus inside of it. */
const reached = (): Promise<string | undefined> =>
  page().evaluate(() => document.activeElement?.closest<HTMLElement>('[data-setting]')?.dataset['setting']);

async function find(words: string): Promise<void> {
  await page().keyboard.press('Control+,');
  const field = page().getByRole('searchbox', { name: 'Search the settings' });
  await field.fill(words);
  await field.press('Enter');
}

beforeAll(async () => {
  folder = temporaryFolder('settings');
  await storeProfile(folder.path, [
    { name: 'Ben', at: START, isOutgoing: false },
    { name: 'Anna', at: START + 60_000, isOutgoing: true },
  ]);
  window = await openWindow({ profile: folder.path });
  await page().getByText('hello from Anna').first().waitFor();
});

afterAll(async () => {
  await window.close();
  folder.remove();
});

it('leads from a word to the setting, in the settings and from anywhere', async () => {
  await find('time zone');
  await expect.poll(reached).toBe('time');
  await page().keyboard.press('Control+k');
  await page().getByRole('combobox', { name: 'Go to a chat or command' }).fill('bigger');
  await page().keyboard.press('Enter');
  await expect.poll(reached).toBe('text-size');
});

it('shows what takes room, chat by chat', async () => {
  await find('storage');
  await page().getByRole('button', { name: 'Show storage use' }).click();
  await page().getByRole('heading', { name: 'By chat' }).waitFor();
  await page()
    .getByRole('button', { name: /^Anna.* in 1 message/u })
    .waitFor();
  expect(await violations(page())).toEqual([]);
  await page().keyboard.press('Escape');
  await page().getByRole('searchbox', { name: 'Search the settings' }).waitFor();
});

it('has a console for those who switch it on, which sends nothing that is no stanza', async () => {
  await find('xml');
  const open = page().getByRole('button', { name: 'Open that of me@home.example' });
  expect(await open.count()).toBe(0);
  await page().getByRole('switch', { name: 'XML console' }).check();
  await open.click();
  const field = page().getByLabel('Send a stanza by hand');
  const send = async (text: string, answer: RegExp): Promise<void> => {
    await field.fill(text);
    await page().getByRole('button', { name: 'Send', exact: true }).click();
    await page().getByRole('alert').filter({ hasText: answer }).waitFor();
  };
  await send('<message><body>&all;</body></message>', /not one well-formed element/u);
  await send('<message from="mallory@evil.example"/>', /from somebody else/u);
  await send('<presence/>', /not connected|offline|connection/iu);
  expect(await violations(page())).toEqual([]);
});

it('takes other keys for a command, keeps them, and says what they are', async () => {
  const line = () =>
    page()
      .getByRole('button', { name: /^Settings/u })
      .last();
  await page().keyboard.press('Control+/');
  await line().click();
  await page().keyboard.press('Control+k');
  await page().getByText('are the keys of “Go to a chat or command”').waitFor();
  await page().keyboard.press('Escape');
  await expect.poll(() => page().getByText('are the keys of').count()).toBe(0);
  // The dialog is still there: Esc left the keys as they were, and nothing else.
  await line().click();
  await page().keyboard.press('Control+Shift+S');
  await page().getByRole('button', { name: 'Reset all keys' }).waitFor();
  expect(await violations(page())).toEqual([]);
  await window.close();
  window = await openWindow({ profile: folder.path });
  await page().getByText('hello from Anna').first().waitFor();
  await page().keyboard.press('Control+Shift+S');
  await page().getByRole('searchbox', { name: 'Search the settings' }).waitFor();
  expect(window.problems).toEqual([]);
});
