/** Scenes of text: styled, covered, code, links, both directions. */
import type { Page } from 'playwright-core';
import type { Scene } from './scenes.ts';

const narrow = { width: 360, height: 740 };
const tall = { width: 1000, height: 2000 };

async function open(page: Page): Promise<void> {
  await page
    .getByRole('button', { name: /^Juliet/ })
    .first()
    .click();
  await page.waitForTimeout(300);
}
async function uncover(page: Page): Promise<void> {
  await open(page);
  await page.getByRole('button', { name: /last act/ }).press('Enter');
  await page.waitForTimeout(100);
}
async function place(page: Page): Promise<void> {
  await open(page);
  await page.getByRole('button', { name: 'geo:' }).click();
  await page.waitForTimeout(200);
}

async function select(page: Page): Promise<void> {
  await open(page);
  await page.locator('[data-message]').nth(1).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: 'Select' }).click();
  await page
    .getByRole('checkbox')
    .nth(3)
    .click({ modifiers: ['Shift'] });
  await page.waitForTimeout(100);
}
async function forward(page: Page): Promise<void> {
  await select(page);
  await page.getByRole('button', { name: 'Forward' }).click();
  await page.getByRole('checkbox', { name: /Mercutio/ }).click();
  await page.getByRole('checkbox', { name: /Peter/ }).click();
  await page.getByRole('button', { name: 'Forward to 2' }).click();
  await page.waitForTimeout(200);
}

async function writing(page: Page): Promise<void> {
  await page.keyboard.press('Control+,');
  await page.getByRole('switch', { name: 'Buttons for formatting' }).scrollIntoViewIfNeeded();
  await page.getByRole('switch', { name: 'Buttons for formatting' }).click();
  await page.waitForTimeout(200);
}
async function format(page: Page): Promise<void> {
  await writing(page);
  await page.getByRole('button', { name: 'Back' }).first().click();
  await open(page);
  await page.keyboard.type('some bold');
  await page.keyboard.press('Control+Shift+ArrowLeft');
  await page.keyboard.press('Control+b');
  await page.waitForTimeout(200);
  await page.getByRole('button', { name: /^Cover the message/ }).click();
  await page.getByRole('textbox', { name: /^What is it about/ }).fill('The last chapter');
}

export const textScenes: readonly Scene[] = [
  { name: '70-text', scene: 'text', size: tall, theme: 'light', act: uncover },
  { name: '70-text-dark', scene: 'text', size: tall, theme: 'dark', act: open },
  { name: '70-text-narrow', scene: 'text', size: narrow, theme: 'light', act: open },
  { name: '70-text-rtl', scene: 'text', size: tall, theme: 'light', dir: 'rtl', act: open },
  { name: '73-select', scene: 'text', size: tall, theme: 'light', act: select },
  { name: '73-select-narrow', scene: 'text', size: narrow, theme: 'dark', act: select },
  { name: '73-select-rtl', scene: 'text', size: tall, theme: 'light', dir: 'rtl', act: select },
  { name: '74-forward', scene: 'text', size: { width: 1000, height: 800 }, theme: 'light', act: forward },
  { name: '74-forward-narrow', scene: 'text', size: narrow, theme: 'dark', act: forward },
  { name: '75-writing', scene: 'text', size: { width: 1000, height: 800 }, theme: 'light', act: writing },
  { name: '75-format', scene: 'text', size: { width: 1000, height: 800 }, theme: 'light', act: format },
  { name: '71-place', scene: 'text', size: narrow, theme: 'dark', act: place },
];
