/** Scenes of messages that change: one that is edited, one that is gone, and what of it others do not know. */
import type { Page } from 'playwright-core';
import type { Scene } from './scenes.ts';

const narrow = { width: 360, height: 740 };
const middle = { width: 1000, height: 700 };

async function open(page: Page): Promise<void> {
  await page
    .getByRole('button', { name: /^Juliet/ })
    .first()
    .click();
  await page.getByRole('textbox', { name: /message to Juliet/ }).waitFor();
}

async function edit(page: Page): Promise<void> {
  await open(page);
  await page.keyboard.press('ArrowUp');
  await page.keyboard.type(', too flattering-sweet to be substantial');
}

async function changed(page: Page): Promise<void> {
  await edit(page);
  await page.keyboard.press('Enter');
  await page.evaluate(() => {
    const { port } = window as unknown as {
      port: { world: { messages: Record<string, unknown>[] }; announce(...changes: unknown[]): void };
    };
    const rows = port.world.messages.filter(({ chat }) => chat === 1).slice(-8);
    const changes = [
      { text: '', retracted: 1_700_000_000_000 },
      { retractionAsked: true },
      { text: '', retracted: 1_700_000_000_000 },
      { edited: 1_700_000_000_000 },
      { change: { kind: 'correction', state: 'failed' } },
      { change: { kind: 'correction', state: 'waiting' } },
      { edited: 1_700_000_000_000, change: { kind: 'correction', state: 'waiting' } },
      { text: '', retracted: 1_700_000_000_000, change: { kind: 'retraction', state: 'failed' } },
    ];
    rows.forEach((row, at) => port.announce({ put: 'message', row: { ...row, ...changes[at] } }));
  });
  await page.waitForTimeout(400);
}

async function ask(page: Page): Promise<void> {
  await open(page);
  await page.locator('.message', { hasText: 'O blessed' }).click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Delete for everyone' }).click();
  await page.waitForTimeout(300);
}

async function details(page: Page): Promise<void> {
  await edit(page);
  await page.keyboard.press('Enter');
  await page.locator('.message', { hasText: 'I am afeard' }).click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Details' }).click();
  await page.waitForTimeout(300);
}

export const changeScenes: readonly Scene[] = [
  { name: '71-edit', scene: 'chats', size: middle, theme: 'light', act: edit },
  { name: '71-edit-dark', scene: 'chats', size: narrow, theme: 'dark', act: edit },
  { name: '72-changed', scene: 'chats', size: middle, theme: 'light', act: changed },
  { name: '72-changed-dark', scene: 'chats', size: narrow, theme: 'dark', act: changed },
  { name: '73-delete', scene: 'chats', size: middle, theme: 'dark', act: ask },
  { name: '74-versions', scene: 'chats', size: middle, theme: 'light', act: details },
];
