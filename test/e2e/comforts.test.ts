/** A window and a friend: the number in the title, quiet hours, what is covered, and what is pinned. */
import { expect, it } from 'vitest';
import { violations } from '../support/axe.ts';
import { composer, openChat, untilShown } from '../support/drive.ts';
import { openEncryptedChat } from '../support/people.ts';
import { setScene } from '../support/scene.ts';

const scene = setScene('comforts');
const soon = { timeout: 20_000 };

const title = (): Promise<string | undefined> =>
  scene.alice.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getTitle());
const hear = async (text: string): Promise<void> => {
  const chat = scene.bob.chatWith('alice@localhost')!.id;
  await scene.bob.call('messages.send', { chat, text });
};

/** From now on counts what would be shown outside the window, where nobody looks at the window. */
async function countNotices(): Promise<() => Promise<number>> {
  await scene.alice.app.evaluate(({ BrowserWindow, Notification }) => {
    const state = globalThis as { shown?: number };
    state.shown = 0;
    BrowserWindow.prototype.isFocused = () => false;
    Notification.isSupported = () => true;
    Notification.prototype.show = () => {
      state.shown = (state.shown ?? 0) + 1;
    };
  });
  return () => scene.alice.app.evaluate(() => (globalThis as { shown?: number }).shown ?? 0);
}

it('counts in the title what waits, until it is read', async () => {
  const { page } = scene.alice;
  await scene.signIn();
  await openEncryptedChat(scene.bob, 'alice@localhost');
  expect(await title()).toBe('Waxwing');
  await hear('one');
  await expect.poll(title, soon).toBe('(1) Waxwing');
  await hear('two');
  await expect.poll(title, soon).toBe('(2) Waxwing');
  await page
    .getByRole('button', { name: /^bob@localhost/ })
    .first()
    .click();
  await untilShown(page, 'two');
  await expect.poll(title, soon).toBe('Waxwing');
});

it('tells nothing in quiet hours', async () => {
  const { page } = scene.alice;
  const shown = await countNotices();
  await hear('three');
  await expect.poll(shown, soon).toBe(1);
  await page.keyboard.press('Control+,');
  await page.getByRole('switch', { name: 'Quiet hours' }).click();
  // From midnight to midnight: always, whatever the day is.
  await page.getByLabel('From', { exact: true }).fill('00:00');
  await page.getByLabel('To', { exact: true }).fill('00:00');
  const kept = (): Promise<unknown> =>
    page.evaluate(`bridge.call('app.snapshot', {}).then(({ value }) =>
      value.changes.find((change) => change.put === 'notifications').row.quiet)`);
  await expect.poll(kept, soon).toMatchObject({ isOn: true, from: 0, to: 0 });
  expect(await violations(page)).toEqual([]);
  await hear('four');
  await page.getByRole('button', { name: /^bob@localhost.*four/u }).waitFor();
  expect(await shown()).toBe(1);
  await page.getByRole('switch', { name: 'Quiet hours' }).click();
  await expect.poll(kept, soon).toMatchObject({ isOn: false });
  await hear('five');
  await expect.poll(shown, soon).toBe(2);
});

it('covers what is to be covered, on both sides, until somebody asks for it', async () => {
  const { page } = scene.alice;
  await openChat(page, 'bob@localhost');
  await composer(page).fill('The gardener did it');
  await composer(page).press('Control+Shift+S');
  await page.getByRole('textbox', { name: 'What is it about? (optional)' }).fill('the end of the book');
  await page.getByRole('textbox', { name: 'What is it about? (optional)' }).press('Enter');
  await composer(page).press('Enter');
  const row = await scene.bob.until(
    () => [...scene.bob.messages.values()].find(({ text }) => text === 'The gardener did it'),
    'what is covered',
  );
  expect(row).toMatchObject({ spoiler: 'the end of the book', encryption: 'omemo' });
  const log = page.getByRole('log');
  const cover = log.getByRole('button', { name: /^Spoiler: the end of the book/ });
  await cover.waitFor();
  expect(await log.getByText('The gardener did it').count()).toBe(0);
  await cover.click();
  await log.getByText('The gardener did it').waitFor();
  expect(await violations(page)).toEqual([]);
  await cover.click();
  await expect.poll(() => log.getByText('The gardener did it').count()).toBe(0);
});

it('pins a message at the top of its chat, goes to it, and lets it go', async () => {
  const { page } = scene.alice;
  await page.getByRole('article').filter({ hasText: 'one' }).first().click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Pin', exact: true }).click();
  const bar = page.getByRole('group', { name: 'Pinned messages' });
  await bar.getByText('one').waitFor();
  expect(await violations(page)).toEqual([]);
  await scene.alice.screenshot('pinned');
  await bar.getByRole('button', { name: /^Pinned message/ }).click();
  await page.getByRole('log').locator('.found', { hasText: 'one' }).waitFor();
  await scene.restart();
  const { page: again } = scene.alice;
  await openChat(again, 'bob@localhost');
  const there = again.getByRole('group', { name: 'Pinned messages' });
  await there.getByText('one').waitFor();
  await there.getByRole('button', { name: 'Unpin' }).click();
  await expect.poll(() => there.count(), soon).toBe(0);
  expect(scene.alice.problems).toEqual([]);
});
