/** From the first start to the chat list without ever having had an account; and a link from outside that asks first. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { goWithoutProtection, typeServer, untilOnline } from '../support/drive.ts';
import { startProsody, type Prosody } from '../support/prosody.ts';
import { openWindow, type AppWindow } from '../support/window.ts';

let prosody: Prosody;
let window: AppWindow;

beforeAll(async () => {
  prosody = await startProsody({
    accounts: ['romeo'],
    modules: ['register_ibr', 'user_account_management', 'invites', 'invites_adhoc', 'invites_register'],
    config: 'registration_invite_only = false; allow_user_invites = true',
  });
  window = await openWindow();
  await goWithoutProtection(window.page);
});

afterAll(async () => {
  await window.close();
  await prosody.stop();
});

it('makes an account by typing', async () => {
  const { page } = window;
  await page.getByText('New account', { exact: true }).click();
  await typeServer(page, { host: '127.0.0.1', port: prosody.ports.starttls });
  const search = page.getByRole('searchbox', { name: 'Find a server' });
  await search.pressSequentially('localhost');
  await search.press('Enter');
  // Its certificate is nobody's that this computer knows.
  await page.getByRole('button', { name: 'Show the certificate' }).click();
  await page.getByRole('button', { name: 'Trust this certificate' }).click();
  const form = page.getByRole('form', { name: 'Your account at localhost' });
  await form.getByRole('textbox', { name: 'Name', exact: true }).pressSequentially('romeo');
  await form.getByRole('textbox', { name: 'Password' }).pressSequentially('wherefore art thou');
  await form.getByRole('textbox', { name: 'Password' }).press('Enter');
  await page.getByText('Somebody has this name already. Choose another one.').waitFor();
  await window.screenshot('registration-conflict');
  await form.getByRole('textbox', { name: 'Name', exact: true }).fill('juliet');
  await form.getByRole('textbox', { name: 'Name', exact: true }).press('Enter');
  await untilOnline(page, 'juliet@localhost');
  await page.getByRole('button', { name: /^Chats\b/ }).waitFor();
  expect(existsSync(join(prosody.folder, 'data', 'localhost', 'accounts', 'juliet.dat'))).toBe(true);
});

it('makes an invitation to show to a friend', async () => {
  const { page } = window;
  await page.keyboard.press('Control+,');
  await page.getByRole('button', { name: 'Invite a friend…' }).click();
  await page.getByRole('img', { name: 'QR code of the invitation' }).waitFor();
  await page.getByText(/^xmpp:juliet@localhost\?roster;preauth=/).waitFor();
  await window.screenshot('registration-invite');
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).first().click();
});

it('asks what becomes of a link that the desktop hands over', async () => {
  const { page, app } = window;
  await app.evaluate(({ app: electron }) => {
    electron.emit('second-instance', {}, [], '', { uri: 'xmpp:romeo@localhost?message;body=Hi%20there' });
  });
  const dialog = page.getByRole('dialog', { name: 'Open a chat?' });
  await dialog.getByText('romeo@localhost').waitFor();
  await window.screenshot('registration-link');
  await dialog.getByRole('button', { name: 'Open the chat' }).click();
  await page.getByRole('region', { name: 'Chat with romeo@localhost' }).waitFor();
  await expect.poll(() => page.getByRole('textbox', { name: /essage to / }).inputValue()).toBe('Hi there');
  expect(await page.getByRole('article').count()).toBe(0);
});

it('deletes the account for ever, once its address is typed', async () => {
  const { page } = window;
  await page.keyboard.press('Control+,');
  await page.getByRole('button', { name: 'Delete account…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete juliet@localhost for ever?' });
  const deletion = dialog.getByRole('button', { name: 'Delete for ever' });
  expect(await deletion.isDisabled()).toBe(true);
  await dialog
    .getByRole('textbox', { name: 'Type the address to confirm' })
    .pressSequentially('juliet@localhost');
  await deletion.click();
  await page.getByRole('heading', { name: 'Welcome to Waxwing' }).waitFor();
  expect(existsSync(join(prosody.folder, 'data', 'localhost', 'accounts', 'juliet.dat'))).toBe(false);
  expect(window.problems).toEqual([]);
});
