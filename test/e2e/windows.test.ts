/** Chats in windows of their own: opened from the list, kept over a restart, one draft for all, and locked together. */
import { afterAll, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { violations } from '../support/axe.ts';
import { composer, say, untilShown } from '../support/drive.ts';
import { freshPage, type FreshPage } from '../support/fresh-page.ts';
import { openEncryptedChat } from '../support/people.ts';
import { setScene } from '../support/scene.ts';

const scene = setScene('windows');
const soon = { timeout: 20_000 };
const locked: FreshPage[] = [];
afterAll(() => Promise.all(locked.map(({ end }) => end())));

const rowOf = (page: Page): ReturnType<Page['getByRole']> =>
  page.getByRole('button', { name: /^bob@localhost/ }).first();
const addresses = (): Promise<string[]> =>
  scene.alice.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()
      .map(({ webContents }) => webContents.getURL())
      .sort(),
  );

/** The window of a chat, when there is one. */
async function further(): Promise<Page> {
  const find = (): Page | undefined =>
    scene.alice.app.windows().find((page) => page.url().includes('#chat='));
  await expect.poll(find, soon).toBeDefined();
  return find()!;
}

it('opens a chat in its own window, once, by Ctrl and a click', async () => {
  const { page } = scene.alice;
  await scene.signIn();
  const chat = await openEncryptedChat(scene.bob, 'alice@localhost');
  await scene.bob.call('messages.send', { chat, text: 'Come to the window' });
  await rowOf(page).click({ modifiers: ['Control'] });
  const own = await further();
  await untilShown(own, 'Come to the window');
  await rowOf(page).click({ button: 'middle' });
  await expect.poll(addresses, soon).toEqual(['app://waxwing/', 'app://waxwing/#chat=1']);
  expect(await own.getByRole('navigation').count()).toBe(0);
  await expect.poll(() => own.title(), soon).toBe('bob@localhost – Waxwing');
  expect(await violations(own)).toEqual([]);
  await own.screenshot({ path: 'test-results/screenshots/own-window.png' });
  await say(own, 'I am there');
  await scene.bob.until(
    () => [...scene.bob.messages.values()].find(({ text }) => text === 'I am there'),
    'it',
  );
});

it('has one draft in both windows, and asks the first one for what else there is', async () => {
  const { page } = scene.alice;
  const own = await further();
  await rowOf(page).click();
  await composer(page).fill('half a thought');
  await expect.poll(() => composer(own).inputValue(), soon).toBe('half a thought');
  await composer(own).press('Enter');
  await untilShown(page, 'half a thought');
  await expect.poll(() => composer(page).inputValue(), soon).toBe('');
  expect(await page.getByRole('log').getByText('half a thought', { exact: true }).count()).toBe(1);
});

it('no page gets a window that is not its own, and each keeps its address', async () => {
  const own = await further();
  const refused = await own.evaluate(async () => {
    const { bridge } = globalThis as unknown as {
      bridge: { call: (name: string, input: unknown) => Promise<{ code?: string }> };
    };
    const inputs = [{ chat: 999 }, { chat: '1' }, { chat: 1, picture: {} }, { url: 'https://evil.example' }];
    return Promise.all(inputs.map(async (input) => (await bridge.call('desktop.openWindow', input)).code));
  });
  expect(refused).toEqual(['not-found', 'invalid', 'invalid', 'invalid']);
  await own.evaluate(() => {
    location.href = 'app://waxwing/';
  });
  await untilShown(own, 'Come to the window');
  expect(await addresses()).toEqual(['app://waxwing/', 'app://waxwing/#chat=1']);
});

it('is there again after a restart, and goes behind the lock with the others', async () => {
  await scene.restart();
  const own = await further();
  await untilShown(own, 'Come to the window');
  const { page } = scene.alice;
  await page.evaluate(`bridge.call('lock.on', { passphrase: 'rook' })`);
  await page.evaluate(`void bridge.call('lock.now', {})`).catch(() => undefined);
  for (const address of ['app://waxwing/', 'app://waxwing/#chat=1']) {
    const fresh = await freshPage(scene.alice, 'Welcome back', address);
    locked.push(fresh);
    expect(await fresh.page.content()).not.toContain('Come to the window');
  }
  const [first, second] = locked.map((one) => one.page);
  await second!.getByRole('textbox', { name: 'Passphrase' }).fill('rook');
  await second!.getByRole('button', { name: 'Unlock', exact: true }).click();
  await untilShown(second!, 'Come to the window');
  await rowOf(first!).waitFor();
});
