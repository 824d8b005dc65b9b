/** Signing in with a certificate as a person does: the file is chosen, its passphrase typed, and there is no password. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { personCertificate, pkcs12 } from '../support/certificate-file.ts';
import { goWithoutProtection, typeServer, untilOnline } from '../support/drive.ts';
import { startProsody, type Prosody } from '../support/prosody.ts';
import { openWindow, type AppWindow } from '../support/window.ts';

let prosody: Prosody;
let window: AppWindow;

beforeAll(async () => {
  prosody = await startProsody({ accounts: ['alice'], clientCertificates: true });
  window = await openWindow({ env: { NODE_EXTRA_CA_CERTS: prosody.authority } });
  await goWithoutProtection(window.page);
});

afterAll(async () => {
  await window.close();
  await prosody.stop();
});

it('signs in, shows what signs in, and can do without it again', async () => {
  const { page, app } = window;
  const file = await pkcs12(await personCertificate(['alice@localhost']), 'open sesame');
  await app.evaluate(({ dialog }, path) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] });
  }, file);
  await page.getByRole('textbox', { name: 'Address' }).pressSequentially('alice@localhost');
  await typeServer(page, { host: '127.0.0.1', port: prosody.ports.starttls });
  await page.getByRole('button', { name: 'Choose a file…' }).click();
  const passphrase = page.getByRole('textbox', { name: 'Passphrase of the file' });
  await passphrase.pressSequentially('sesame');
  await passphrase.press('Enter');
  await page.getByText('This passphrase does not open the file.').waitFor();
  await passphrase.pressSequentially('open sesame');
  await passphrase.press('Enter');
  const field = page.getByRole('group', { name: 'Certificate to sign in with' });
  await field.getByText('Issued by Waxwing test authority').waitFor();
  await field.getByRole('button', { name: 'Replace…' }).scrollIntoViewIfNeeded();
  await window.screenshot('certificate-chosen');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await untilOnline(page, 'alice@localhost');

  await page.keyboard.press('Control+,');
  await page.getByRole('button', { name: 'About the server' }).click();
  await page.getByText('EXTERNAL', { exact: true }).waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+,');
  await page.getByRole('button', { name: 'Server', exact: true }).click();
  await field.getByText('alice@localhost').waitFor();
  await field.getByRole('button', { name: 'Remove' }).click();
  await field.getByRole('button', { name: 'Choose a file…' }).waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  // Nothing is left to sign in with, and the server takes nothing else.
  await page.getByRole('alert').first().waitFor();
  expect(window.problems).toEqual([]);
});
