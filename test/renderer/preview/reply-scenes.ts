/** Scenes of answers: one that is written, one that was sent, and the way to what it answers and back. */
import type { Page } from 'playwright-core';
import type { Scene } from './scenes.ts';

const narrow = { width: 360, height: 740 };
const middle = { width: 1000, height: 700 };

async function write(page: Page): Promise<void> {
  await page
    .getByRole('button', { name: /^Juliet/ })
    .first()
    .click();
  await page.locator('.message', { hasText: 'twenty of their swords' }).click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Reply' }).click();
  await page.keyboard.type('By whose direction found’st thou out this place?');
}

async function send(page: Page): Promise<void> {
  await write(page);
  await page.keyboard.press('Enter');
  const answered = page.locator('.message', { hasText: 'they will murder thee' });
  await answered.hover();
  await answered.getByRole('button', { name: 'Reply' }).click();
  await page.keyboard.type('Yes.');
  await page.keyboard.press('Enter');
  await page.locator('.message', { hasText: 'By whose direction' }).hover();
  await page.waitForTimeout(1_500);
}

async function jump(page: Page): Promise<void> {
  await send(page);
  await page
    .getByRole('button', { name: /^Go to what this answers/ })
    .first()
    .click();
  await page.waitForTimeout(400);
}

async function pin(page: Page): Promise<void> {
  await page
    .getByRole('button', { name: /^Juliet/ })
    .first()
    .click();
  for (const text of ['twenty of their swords', 'they will murder thee']) {
    await page.locator('.message', { hasText: text }).click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Pin', exact: true }).click();
  }
  await page.getByRole('group', { name: 'Pinned messages' }).waitFor();
}

export const replyScenes: readonly Scene[] = [
  { name: '78-pins', scene: 'chats', size: middle, theme: 'light', act: pin },
  { name: '78-pins-dark', scene: 'chats', size: narrow, theme: 'dark', act: pin },
  { name: '78-pins-rtl', scene: 'chats', size: middle, theme: 'light', dir: 'rtl', act: pin },
  { name: '70-reply-write', scene: 'chats', size: middle, theme: 'light', act: write },
  { name: '70-reply-write-dark', scene: 'chats', size: narrow, theme: 'dark', act: write },
  { name: '70-reply-sent', scene: 'chats', size: middle, theme: 'light', act: send },
  { name: '70-reply-sent-dark', scene: 'chats', size: middle, theme: 'dark', act: send },
  { name: '70-reply-sent-rtl', scene: 'chats', size: narrow, theme: 'light', dir: 'rtl', act: send },
  { name: '70-reply-jump', scene: 'chats', size: middle, theme: 'light', act: jump },
];
