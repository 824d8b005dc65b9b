/**
 * The lock of the profile as a person meets it: a passphrase, a keyring, a keyring that lost the key, and the recovery
 * code that opens the same messages each time. Nobody is ever locked out, and nothing opens without asking.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { protectWithPassphrase, signInByTyping, untilOnline } from '../support/drive.ts';
import { startKeyring, type Session } from '../support/keyring.ts';
import { startProsody, type Prosody } from '../support/prosody.ts';
import { openWindow, type AppWindow, type WindowOptions } from '../support/window.ts';

const PASSPHRASE = 'nine rowan trees 🌳 stand there';

let prosody: Prosody;
const keyrings: Session[] = [];
let window: AppWindow | undefined;

const shown = (): AppWindow => {
  if (window === undefined) throw new Error('no window is open');
  return window;
};

async function open(options: WindowOptions = {}): Promise<AppWindow> {
  await window?.close();
  window = await openWindow({ ...options, env: { ...options.env, NODE_EXTRA_CA_CERTS: prosody.authority } });
  return window;
}

const withKeyring = (keyring: Session): WindowOptions => ({
  passwordStore: 'gnome-libsecret',
  env: keyring.env,
});

async function signIn(): Promise<void> {
  const server = { host: '127.0.0.1', port: prosody.ports.starttls };
  await signInByTyping(shown().page, { ...prosody.account('alice'), server });
  await untilOnline(shown().page, 'alice@localhost');
}

/** Shows the recovery code in the settings and reads it, with the sentence about the protection. */
async function readSettings(): Promise<{ code: string; sentence: string }> {
  const { page } = shown();
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Show the recovery code' }).click();
  const code = await page.locator('.secret').innerText();
  return { code, sentence: await page.getByText(/^Your messages and keys are/).innerText() };
}

async function unlock(field: string, secret: string): Promise<void> {
  const { page } = shown();
  await page.getByRole('textbox', { name: field }).fill(secret);
  await page.getByRole('button', { name: 'Unlock', exact: true }).click();
}

beforeAll(async () => {
  prosody = await startProsody({ accounts: ['alice'] });
});

afterAll(async () => {
  await window?.close();
  for (const keyring of keyrings) await keyring.stop();
  await prosody.stop();
});

describe('a passphrase', () => {
  let code: string;

  it('is chosen with care', async () => {
    const { page } = await open();
    await protectWithPassphrase(page, 'short');
    await page.getByText('At least 8 characters.').waitFor();
    await page.getByRole('textbox', { name: 'Passphrase', exact: true }).fill(PASSPHRASE);
    await page.getByRole('textbox', { name: 'Repeat the passphrase' }).fill(`${PASSPHRASE}!`);
    await page.getByRole('button', { name: 'Protect with this passphrase' }).click();
    await page.getByText('The two passphrases differ.').waitFor();
    await protectWithPassphrase(page, PASSPHRASE);
    await signIn();
    const settings = await readSettings();
    expect(settings.sentence).toBe('Your messages and keys are encrypted with your passphrase.');
    ({ code } = settings);
    expect(code.replaceAll(/[^\p{L}\p{N}]/gu, '').length).toBeGreaterThanOrEqual(24);
  });

  it('is asked for at the next start, and nothing is shown before', async () => {
    const { page } = await open({ profile: shown().profile });
    await page.getByRole('heading', { name: 'Welcome back' }).waitFor();
    await unlock('Passphrase', `${PASSPHRASE} `);
    await page.getByText('That is not right. Try again.').waitFor();
    expect(await page.locator('body').innerText()).not.toContain('alice');
    await unlock('Passphrase', PASSPHRASE);
    await untilOnline(page, 'alice@localhost');
  });

  it('that was forgotten is replaced by the recovery code, however it is typed', async () => {
    const { page } = await open({ profile: shown().profile });
    await page.getByRole('button', { name: 'Use the recovery code instead' }).click();
    await unlock('Recovery code', code.toLowerCase().replaceAll('-', ' '));
    await untilOnline(page, 'alice@localhost');
  });

  it('is written nowhere in the profile', () => {
    const text = readFileSync(join(shown().profile, 'key.json'), 'utf8');
    expect(text).not.toContain(PASSPHRASE);
    expect(text).not.toContain(code);
  });
});

describe('a keyring', () => {
  let code: string;

  it('opens the profile without a question', async () => {
    const keyring = await startKeyring();
    keyrings.push(keyring);
    await open(withKeyring(keyring));
    await shown().page.getByRole('heading', { name: 'Welcome to Waxwing' }).waitFor();
    await signIn();
    const settings = await readSettings();
    expect(settings.sentence).toMatch(/^Your messages and keys are encrypted\. The key is in the keyring/);
    ({ code } = settings);
    const { page } = await open({ ...withKeyring(keyring), profile: shown().profile });
    await untilOnline(page, 'alice@localhost');
  });

  it('that lost the key gets it back with the recovery code', async () => {
    const another = await startKeyring();
    keyrings.push(another);
    const again = { ...withKeyring(another), profile: shown().profile };
    const { page } = await open(again);
    await page.getByRole('heading', { name: 'The keyring lost the key' }).waitFor();
    await unlock('Recovery code', 'AAAA-AAAA-AAAA-AAAA');
    await page.getByText('That is not right. Try again.').waitFor();
    await unlock('Recovery code', code);
    await untilOnline(page, 'alice@localhost');
    await open(again);
    await untilOnline(shown().page, 'alice@localhost');
  });

  it('that is gone altogether leaves the recovery code', async () => {
    const { page } = await open({ profile: shown().profile });
    await page.getByRole('heading', { name: 'The keyring lost the key' }).waitFor();
    await unlock('Recovery code', code);
    await untilOnline(page, 'alice@localhost');
  });
});
