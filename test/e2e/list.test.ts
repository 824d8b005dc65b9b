/** A thousand chats kept in order by keyboard, and the palette that goes anywhere, in the real window. */
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chatEntry, composer } from '../support/drive.ts';
import { temporaryFolder } from '../support/folder.ts';
import { storeProfile, type StoredChat } from '../support/stored-profile.ts';
import { openWindow, type AppWindow } from '../support/window.ts';

const START = Date.UTC(2026, 0, 1, 12);

const people: StoredChat[] = [
  ...Array.from({ length: 1_000 }, (_, i) => ({
    name: `Person${String(i)}`,
    at: START + i,
    isOutgoing: true,
  })),
  { name: 'Zoë Kern', at: START + 5_000, isOutgoing: true },
  { name: 'Ben', at: START + 6_000, isOutgoing: false },
  { name: 'Anna', at: START + 7_000, isOutgoing: true },
];

let window: AppWindow;
let folder: ReturnType<typeof temporaryFolder>;

const rows = (): Locator => window.page.getByRole('region', { name: 'Chats' }).locator('button[data-index]');
const first = (): Promise<string | null> => rows().first().textContent();
const region = (name: string): Locator => window.page.getByRole('region', { name: `Chat with ${name}` });
const view = (name: RegExp): Locator =>
  window.page.getByRole('group', { name: 'Which chats' }).getByRole('button', { name });
const title = (): Promise<string | undefined> =>
  window.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getTitle());

async function goTo(text: string): Promise<void> {
  await window.page.keyboard.press('Control+k');
  await window.page.getByRole('combobox', { name: 'Go to a chat or command' }).fill(text);
  await window.page.keyboard.press('Enter');
  await window.page.getByRole('combobox', { name: 'Go to a chat or command' }).waitFor({ state: 'detached' });
}

beforeAll(async () => {
  folder = temporaryFolder('list');
  await storeProfile(folder.path, people);
  window = await openWindow({ profile: folder.path });
  await chatEntry(window.page, 'Anna').waitFor();
});

afterAll(async () => {
  await window.close();
  folder.remove();
});

describe('the palette', () => {
  it('goes to a chat by a few letters, whatever the accents, and tells a screen reader where it is', async () => {
    const { page } = window;
    await page.keyboard.press('Control+k');
    const field = page.getByRole('combobox', { name: 'Go to a chat or command' });
    await field.fill('zoe');
    const option = page.getByRole('option', { name: /^Zoë/ });
    await expect.poll(() => option.getAttribute('aria-selected')).toBe('true');
    const active = await field.getAttribute('aria-activedescendant');
    expect(await option.getAttribute('id')).toBe(active);
    await window.screenshot('palette');
    await page.keyboard.press('Enter');
    await region('Zoë Kern').waitFor();
    await expect
      .poll(() => composer(page).evaluate((element) => element === document.activeElement))
      .toBe(true);
  });

  it('goes back to the chat before with two keys, and is closed by Escape and by its own key', async () => {
    const { page } = window;
    await goTo('person7');
    await region('Person7').waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.press('Enter');
    await region('Zoë Kern').waitFor();
    for (const key of ['Escape', 'Control+k']) {
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox').waitFor();
      await page.keyboard.press(key);
      await page.getByRole('combobox').waitFor({ state: 'detached' });
    }
  });

  it('runs commands: the settings at their place, and another theme', async () => {
    const { page } = window;
    await goTo('theme dark');
    await expect.poll(() => page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark');
    await goTo('theme light');
    await goTo('settings data');
    await page.getByRole('heading', { name: 'Your data' }).waitFor();
    await page.keyboard.press('Escape');
    await region('Zoë Kern').waitFor();
  });
});

describe('the list', () => {
  it('has a thousand chats and draws a few', async () => {
    expect(await rows().count()).toBeLessThan(60);
    await rows().first().focus();
    await window.page.keyboard.press('End');
    await chatEntry(window.page, 'Person0').waitFor();
    expect(await rows().count()).toBeLessThan(60);
    await window.page.keyboard.press('Home');
    await chatEntry(window.page, 'Anna').waitFor();
  });

  it('goes to what is unread, and marks what shall be unread again', async () => {
    const { page } = window;
    await expect.poll(title).toBe('(1) Waxwing');
    await page.keyboard.press('Alt+Shift+ArrowDown');
    await region('Ben').waitFor();
    await expect.poll(title).toBe('Waxwing');
    await page.keyboard.press('Control+Shift+u');
    await expect.poll(title).toBe('(1) Waxwing');
    await page.keyboard.press('Control+1');
    await region('Anna').waitFor();
    await view(/^Unread/).click();
    await expect.poll(() => rows().count()).toBe(2); // and the one that is open
    await window.screenshot('list-unread');
    await page.keyboard.press('Control+2');
    await region('Ben').waitFor();
    await expect.poll(title).toBe('Waxwing');
    await view(/^All/).click();
  });

  it('pins, mutes and archives by keys, and keeps all that', async () => {
    const { page } = window;
    await goTo('person500');
    await region('Person500').waitFor();
    await page.keyboard.press('Control+Shift+p');
    await expect.poll(first).toMatch(/^\s*\S*\s*Person500.*Pinned/su);
    await page.keyboard.press('Control+Shift+m');
    await expect.poll(first).toMatch(/Muted/u);
    await goTo('zoe');
    await region('Zoë Kern').waitFor();
    await page.keyboard.press('Control+Shift+a');
    await chatEntry(page, 'Zoë Kern').waitFor({ state: 'detached' });
    await view(/^Archived 1/).click();
    await chatEntry(page, 'Zoë Kern').waitFor();
    await window.screenshot('list-archived');
    await view(/^All/).click();
    await window.close();

    window = await openWindow({ profile: folder.path });
    await chatEntry(window.page, 'Person500').waitFor();
    expect(await first()).toMatch(/Person500.*Muted.*Pinned/su);
    await view(/^Archived 1/).waitFor();
  });

  it('offers the same in the menu of a chat, with how long to mute', async () => {
    const { page } = window;
    await chatEntry(page, 'Anna').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Mute…' }).press('Enter');
    await page.getByRole('menuitem', { name: 'Mute for 8 hours' }).press('Enter');
    await expect.poll(() => chatEntry(page, 'Anna').textContent()).toMatch(/Muted/u);
    await chatEntry(page, 'Anna').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Unmute' }).click();
    await expect.poll(() => chatEntry(page, 'Anna').textContent()).not.toMatch(/Muted/u);
    await chatEntry(page, 'Ben').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Delete chat' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete chat' }).click();
    await chatEntry(page, 'Ben').waitFor({ state: 'detached' });
    expect(window.problems).toEqual([]);
  });
});

describe('folders', () => {
  it('are made from a chat, shown by keys, put in order, and there after a restart', async () => {
    const { page } = window;
    await page.keyboard.press('Control+Shift+Digit0');
    const choose = async (item: string): Promise<void> => {
      await page.getByRole('menuitem', { name: item, exact: true }).click();
    };
    const menuOf = async (name: string): Promise<void> => {
      await chatEntry(page, name).click({ button: 'right' });
      await choose('Folders…');
    };
    await menuOf('Anna');
    await choose('New folder…');
    await page.getByRole('textbox', { name: 'New folder' }).fill('Birds');
    await page.keyboard.press('Enter');
    await view(/^Birds/).waitFor();
    await page.keyboard.press('Control+Shift+Digit1');
    await expect.poll(() => rows().count()).toBe(1);
    expect(await first()).toContain('Anna');

    await goTo('edit folders');
    const dialog = page.getByRole('dialog', { name: 'Folders' });
    await dialog.getByRole('textbox', { name: 'New folder' }).fill('Work');
    await page.keyboard.press('Enter');
    await dialog.getByRole('button', { name: 'Move Work up' }).click();
    await expect
      .poll(() => dialog.getByRole('listitem').first().getByRole('textbox').inputValue())
      .toBe('Work');
    await page.keyboard.press('Escape');

    await window.close();
    window = await openWindow({ profile: folder.path });
    await chatEntry(window.page, 'Anna').waitFor();
    await window.page.keyboard.press('Control+Shift+Digit2');
    await expect.poll(() => rows().count()).toBe(1);
    await window.page.keyboard.press('Control+Shift+Digit0');
    await expect.poll(() => rows().count()).toBeGreaterThan(1);
  });
});
