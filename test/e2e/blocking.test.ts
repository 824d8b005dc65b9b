/** Many strangers are refused and their server is blocked, and a contact is blocked and let back in, in the real window. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openVault, DATABASE_FILE } from '../../electron/engine/vault.ts';
import { putContactRequest } from '../../electron/store/contacts.ts';
import { closeDatabase, openDatabase } from '../../electron/store/database.ts';
import { chatEntry, composer, openChat, untilOnline } from '../support/drive.ts';
import { temporaryFolder } from '../support/folder.ts';
import { startProsody, type Prosody } from '../support/prosody.ts';
import { noKeyring, signInPinned, startUnprotectedEngine } from '../support/ready-profile.ts';
import { openWindow, type AppWindow } from '../support/window.ts';

const STRANGERS = ['one', 'two', 'three', 'four', 'five'].map((name) => `${name}@spam.example`);

let server: Prosody;
let window: AppWindow;
const folder = temporaryFolder('blocking');

/** Signed in once, with a chat with Bob, and with strangers who ask. */
async function makeProfile(): Promise<void> {
  const engine = await startUnprotectedEngine(folder.path);
  const account = await signInPinned(engine, server, 'alice');
  await engine.call('chats.open', { account, address: 'bob@localhost' });
  await engine.stop();
  const database = openDatabase(join(folder.path, DATABASE_FILE), await openVault(folder.path, noKeyring));
  for (const [index, address] of STRANGERS.entries()) {
    putContactRequest(database, { account, address, note: 'Hello dear', at: Date.now() - index * 1_000 });
  }
  closeDatabase(database);
}

beforeAll(async () => {
  server = await startProsody({ accounts: ['alice', 'bob'], contacts: [['alice', 'bob']] });
  await makeProfile();
  window = await openWindow({ profile: folder.path });
  await untilOnline(window.page, 'alice@localhost');
});

afterAll(async () => {
  await window.close();
  await server.stop();
  folder.remove();
});

describe('requests', () => {
  it('of one server stand together, and some are refused at once', async () => {
    const { page } = window;
    await page.getByRole('button', { name: /^Requests\W+5 new$/ }).click();
    await page.getByRole('heading', { name: '5 requests from spam.example' }).waitFor();
    await window.screenshot('requests-flood');
    await page.getByRole('button', { name: 'Choose several' }).click();
    for (const address of STRANGERS.slice(0, 2)) {
      await page.getByRole('checkbox', { name: `Choose ${address}` }).check();
    }
    await page.getByRole('toolbar').getByRole('button', { name: 'Refuse' }).click();
    await page.getByRole('heading', { name: '3 requests from spam.example' }).waitFor();
  });

  it('end for good with their server', async () => {
    const { page } = window;
    await page.getByRole('button', { name: 'Choose all of these' }).click();
    await page.getByRole('toolbar').getByRole('button', { name: 'Block…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Block 3 people?' });
    await dialog.getByText('The whole server').click();
    await dialog.getByText('None of your contacts is there.').waitFor();
    await window.screenshot('block-server');
    await dialog.getByRole('button', { name: 'Block', exact: true }).click();
    await page.getByRole('heading', { name: 'No requests' }).waitFor();
  });
});

describe('a contact who is blocked', () => {
  it('cannot be written to until that is taken back', async () => {
    const { page } = window;
    await openChat(page, 'bob@localhost');
    await composer(page).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('block');
    await page.getByRole('option', { name: 'Block…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Block bob@localhost?' });
    // It is our own server, too: nobody blocks that.
    expect(await dialog.getByText('The whole server').count()).toBe(0);
    await dialog.getByRole('button', { name: 'Block', exact: true }).click();
    await page.getByText('You blocked bob@localhost.').waitFor();
    expect(await composer(page).count()).toBe(0);
    await expect.poll(() => chatEntry(page, 'bob@localhost').textContent()).toMatch(/Blocked/u);
    await window.screenshot('blocked');
  });

  it('stands in the settings with the server, as our server has them, and is let back in from there', async () => {
    const { page } = window;
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('settings blocked');
    await page.keyboard.press('Enter');
    const list = page.getByRole('region', { name: 'Blocked for alice@localhost' });
    await list.getByText('spam.example').first().waitFor();
    await list.getByRole('button', { name: 'Unblock bob@localhost' }).click();
    await expect.poll(() => list.getByRole('listitem').count()).toBe(1);
    await openChat(page, 'bob@localhost');
    await composer(page).waitFor();
    expect(window.problems).toEqual([]);

    // Another device learns the same from the server.
    const other = temporaryFolder('other');
    const engine = await startUnprotectedEngine(other.path);
    const account = await signInPinned(engine, server, 'alice');
    await engine.until(() => engine.blocked.get(account)?.addresses.join() === 'spam.example', 'the list');
    await engine.stop();
    other.remove();
  });
});
