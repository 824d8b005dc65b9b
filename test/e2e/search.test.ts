/** Finding a message among many in the real window, by keyboard alone, and going to where it was said. */
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createVault, DATABASE_FILE } from '../../electron/engine/vault.ts';
import { insertAccount } from '../../electron/store/accounts.ts';
import { messageAdded, openChat as storeChat } from '../../electron/store/chats.ts';
import { putContact } from '../../electron/store/contacts.ts';
import { closeDatabase, openDatabase, transaction, type Database } from '../../electron/store/database.ts';
import { insertMessage } from '../../electron/store/messages.ts';
import { readBareJid, type BareJid } from '../../shared/jid.ts';
import { chatEntry } from '../support/drive.ts';
import { eventually } from '../support/people.ts';
import { noKeyring } from '../support/ready-profile.ts';
import { temporaryFolder } from '../support/folder.ts';
import { openWindow, type AppWindow } from '../support/window.ts';

const DAY = 86_400_000;
const START = new Date(2025, 0, 1, 12).getTime();
const COUNT = 900;
/** Which of Anna's messages speak of a waxwing. */
const SPECIAL = [40, 450, 880];

function jid(text: string): BareJid {
  const address = readBareJid(text);
  if (address === undefined) throw new Error(`${text} is no address`);
  return address;
}

function fillChat(database: Database, account: number, name: string, texts: readonly string[]): void {
  const address = jid(`${name.toLowerCase()}@away.example`);
  putContact(database, { account, address, name, subscription: 'both', asking: false, groups: [] });
  const { chat } = storeChat(database, account, address, START);
  for (const [index, text] of texts.entries()) {
    const message = insertMessage(database, {
      account,
      chat: chat.id,
      isOutgoing: true,
      sender: 'me@home.example',
      text,
      at: START + Math.floor((index * DAY) / 3), // three a day
      delivery: 'delivered',
      encryption: 'omemo',
    });
    messageAdded(database, chat.id, message);
  }
}

async function makeProfile(folder: string): Promise<void> {
  const { key } = await createVault(folder, noKeyring, { consent: true });
  const database = openDatabase(join(folder, DATABASE_FILE), key);
  const account = insertAccount(database, {
    address: jid('me@home.example'),
    password: 'secret',
    resource: 'test',
    hue: 8,
    enabled: false,
    pins: [],
    scramSeen: true,
  });
  transaction(database, () => {
    const lines = Array.from({ length: COUNT }, (_, index) =>
      SPECIAL.includes(index) ? `a Wáxwing came, number ${index}` : `line ${index}`,
    );
    fillChat(database, account, 'Anna', lines);
    fillChat(database, account, 'Ben', [
      'no birds here',
      'but 東京タワー and a waxwing https://example.org/birds',
    ]);
  });
  closeDatabase(database);
}

let window: AppWindow;
let folder: ReturnType<typeof temporaryFolder>;

const message = (text: string): Locator => window.page.locator('[data-message]').filter({ hasText: text });
const hits = (): Locator => window.page.locator('[data-hit]');

/** Waits until the message stands where it can be read. */
async function untilInView(text: string): Promise<void> {
  const isInView = async (): Promise<boolean> => {
    const box = await message(text)
      .first()
      .boundingBox({ timeout: 1_000 })
      .catch(() => null);
    const log = await window.page.getByRole('log').boundingBox();
    return box !== null && log !== null && box.y >= log.y - 1 && box.y + box.height <= log.y + log.height + 1;
  };
  await eventually(isInView, `"${text}" in view`);
}

beforeAll(async () => {
  folder = temporaryFolder('search');
  await makeProfile(folder.path);
  window = await openWindow({ profile: folder.path });
  await chatEntry(window.page, 'Anna').waitFor();
});

afterAll(async () => {
  await window.close();
  folder.remove();
});

describe('searching', () => {
  it('finds while typing, goes to the message with what was said around it, and back to the newest', async () => {
    const { page } = window;
    await page.keyboard.press('Control+Shift+F');
    await page.keyboard.type('waxwi');
    await eventually(async () => (await hits().count()) === 4, 'four hits');
    expect(await hits().first().textContent()).toContain('Anna');
    expect(await hits().first().locator('mark').textContent()).toBe('Wáxwing');
    await window.screenshot('search');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await untilInView('number 450');
    await untilInView('line 449');
    await untilInView('line 451');
    expect(await message('line 899').count()).toBe(0);
    await window.screenshot('search-found');
    await page.getByRole('button', { name: 'Go to the newest message' }).click();
    await untilInView('line 899');
  });

  it('finds Chinese, links and people in the same field, and says when there is nothing', async () => {
    const { page } = window;
    await page.keyboard.press('Control+Shift+F');
    await page.keyboard.type('東京');
    await eventually(async () => (await hits().count()) === 1, 'one hit');
    await page.keyboard.press('Control+Shift+F');
    await page.keyboard.type('has:link');
    await eventually(async () => /birds/.test((await hits().first().textContent()) ?? ''), 'the link');
    expect(await hits().count()).toBe(1);
    await page.keyboard.press('Control+Shift+F');
    await page.keyboard.type('ben');
    await page.getByRole('heading', { name: 'Chats and people' }).waitFor();
    await page.keyboard.press('Control+Shift+F');
    await page.keyboard.type('nothing of the kind');
    await page.getByRole('heading', { name: 'Nothing found' }).waitFor();
    await page.keyboard.press('Escape');
    await chatEntry(page, 'Ben').waitFor();
  });

  it('goes from hit to hit in a chat, to a day, and ends with Escape', async () => {
    const { page } = window;
    await chatEntry(page, 'Anna').click();
    await untilInView('line 899');
    await page.keyboard.press('Control+f');
    await page.keyboard.type('wax');
    const bar = page.getByRole('search', { name: 'Search in this chat' });
    await bar.getByText('3 found').waitFor();
    await page.keyboard.press('Enter');
    await bar.getByText('1 of 3').waitFor();
    await untilInView('number 880');
    await page.keyboard.press('Enter');
    await bar.getByText('2 of 3').waitFor();
    await untilInView('number 450');
    await page.keyboard.press('Enter');
    await untilInView('number 40');
    await page.keyboard.press('Shift+Enter');
    await untilInView('number 450');
    await bar.getByRole('button', { name: 'Go to a day' }).click();
    await bar.getByLabel('Go to a day', { exact: true }).last().fill('2025-04-11');
    // The hundredth day, three a day.
    await untilInView('line 300');
    await page.keyboard.press('Escape');
    await bar.waitFor({ state: 'detached' });
    await eventually(
      () => page.evaluate(() => document.activeElement?.tagName === 'TEXTAREA'),
      'the composer has the focus',
    );
    expect(window.problems).toEqual([]);
  });
});
