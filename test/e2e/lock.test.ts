/** The screen lock in the real window: nothing of the chats is left behind it, for eyes, for scripts, or in the page's memory. */
import { afterAll, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { violations } from '../support/axe.ts';
import { composer, untilShown } from '../support/drive.ts';
import { freshPage, type FreshPage } from '../support/fresh-page.ts';
import { openEncryptedChat } from '../support/people.ts';
import { setScene } from '../support/scene.ts';

const scene = setScene('lock');
const WORDS = 'The key is under the flower pot';
const soon = { timeout: 20_000 };

let fresh: FreshPage | undefined;
afterAll(() => fresh?.end());

const processOf = (): Promise<number> =>
  scene.alice.app.evaluate(
    ({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId() ?? 0,
  );
const rowOf = (page: Page): ReturnType<Page['getByRole']> =>
  page.getByRole('button', { name: /^bob@localhost/ }).first();

async function unlock(page: Page, secret: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Passphrase' }).fill(secret);
  await page.getByRole('button', { name: 'Unlock', exact: true }).click();
}

it('is switched on in the settings, with a passphrase that is long enough', async () => {
  const { page } = scene.alice;
  await scene.signIn();
  const chat = await openEncryptedChat(scene.bob, 'alice@localhost');
  await scene.bob.call('messages.send', { chat, text: WORDS });
  await rowOf(page).click();
  await untilShown(page, WORDS);
  await page.keyboard.press('Control+,');
  await page.getByRole('button', { name: 'Switch on the screen lock' }).click();
  const dialog = page.getByRole('dialog', { name: 'Switch on the screen lock' });
  await dialog.getByRole('textbox', { name: 'Passphrase', exact: true }).fill('rok');
  await dialog.getByRole('button', { name: 'Switch on the screen lock' }).click();
  await dialog.getByText('At least 4 characters.').waitFor();
  await dialog.getByRole('textbox', { name: 'Passphrase', exact: true }).fill('rook');
  await dialog.getByRole('textbox', { name: 'Repeat the passphrase' }).fill('rook');
  expect(await violations(page)).toEqual([]);
  await scene.alice.screenshot('lock-dialog');
  await dialog.getByRole('button', { name: 'Switch on the screen lock' }).click();
  const now = page.getByRole('button', { name: 'Lock the screen' });
  await now.scrollIntoViewIfNeeded();
  expect(await violations(page)).toEqual([]);
  await scene.alice.screenshot('lock-settings');
});

it('leaves nothing behind when it locks', async () => {
  const { alice } = scene;
  const before = await processOf();
  await rowOf(alice.page).click();
  await composer(alice.page).fill('half a thought');
  // The page may be gone before the key comes up again.
  await alice.page.keyboard.press('Control+Shift+L').catch(() => undefined);
  // All that the old page had in its memory went with its process.
  await expect.poll(processOf, soon).not.toBe(before);
  fresh = await freshPage(alice, 'Welcome back');
  const { page } = fresh;
  const seen = await page.evaluate(async () => {
    const { bridge } = globalThis as unknown as {
      bridge: {
        call: (name: string, input: unknown) => Promise<unknown>;
        onChange: (tell: (batch: unknown) => void) => void;
      };
    };
    const told: unknown[] = [];
    bridge.onChange((batch) => told.push(batch));
    Object.assign(globalThis, { told });
    const image = new Image();
    const load = new Promise((resolve) => {
      image.addEventListener('load', () => resolve('loaded'));
      image.addEventListener('error', () => resolve('refused'));
    });
    image.src = '/file/1';
    const frame = document.createElement('iframe');
    document.body.append(frame);
    const foreign = typeof (frame.contentWindow as unknown as { bridge?: unknown } | null)?.bridge;
    frame.remove();
    return {
      replies: await Promise.all([
        bridge.call('messages.page', { chat: 1, limit: 50 }),
        bridge.call('search.messages', { query: 'key' }),
        bridge.call('profile.recoveryCode', {}),
        bridge.call('lock.set', { withSystem: false }),
        bridge.call('lock.off', { secret: 'rook' }),
      ]),
      snapshot: await bridge.call('app.snapshot', {}),
      image: await load,
      foreign,
      kept: JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)]),
      html: document.documentElement.outerHTML,
    };
  });
  for (const reply of seen.replies) expect(reply).toMatchObject({ ok: false, code: 'profile-locked' });
  expect(seen.snapshot).toMatchObject({
    value: { changes: [{ put: 'profile', row: { state: 'screen-locked' } }] },
  });
  expect([seen.image, seen.foreign]).toEqual(['refused', 'undefined']);
  expect(JSON.stringify(seen)).not.toMatch(/flower|half a thought|bob@|alice@|recovery-code/u);
  expect(await violations(page)).toEqual([]);
  await page.screenshot({ path: 'test-results/screenshots/lock-screen.png' });
});

it('hears on behind it, says nothing, and opens with all that has come and all that was typed', async () => {
  const { page } = fresh!;
  const chat = scene.bob.chatWith('alice@localhost')!.id;
  await scene.bob.call('messages.send', { chat, text: 'and the dog is friendly' });
  await scene.bob.until(
    () => [...scene.bob.messages.values()].find(({ delivery }) => delivery === 'delivered'),
    'Alice has it',
  );
  expect(await page.evaluate(() => (globalThis as unknown as { told: unknown[] }).told)).toEqual([]);
  await unlock(page, 'pawn');
  await page.getByText('That is not right. Try again.').waitFor();
  await unlock(page, 'rook');
  await rowOf(page).click();
  await untilShown(page, 'and the dog is friendly');
  await expect.poll(() => composer(page).inputValue()).toBe('half a thought');
});

it('is locked at the next start, and a guess costs time', async () => {
  await fresh!.end();
  fresh = undefined;
  await scene.restart();
  const { page } = scene.alice;
  const isBusy = (): Promise<boolean> =>
    page.getByRole('button', { name: 'Unlock', exact: true }).isDisabled();
  for (const guess of ['one', 'two', 'three']) {
    await unlock(page, guess);
    await expect.poll(isBusy, soon).toBe(false);
  }
  await unlock(page, 'four');
  await page.getByText(/^Too many wrong tries\. The next one is possible in 0:/).waitFor();
  expect(await isBusy()).toBe(true);
  expect(await violations(page)).toEqual([]);
  await scene.alice.screenshot('lock-wait');
  expect(scene.alice.problems).toEqual([]);
});
