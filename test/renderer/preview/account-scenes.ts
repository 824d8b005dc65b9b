/** The scenes of getting, inviting to, and giving up an account. */
import type { Page } from 'playwright-core';
import type { Scene } from './scenes.ts';

const narrow = { width: 360, height: 740 };
const middle = { width: 1000, height: 760 };

const way = (name: string) => async (page: Page) => {
  await page.getByText(name, { exact: true }).click();
  await page.waitForTimeout(200);
};
const create =
  (domain: string, fill = true) =>
  async (page: Page) => {
    await way('New account')(page);
    await page.getByRole('searchbox', { name: 'Find a server' }).fill(domain);
    await page.keyboard.press('Enter');
    await page.waitForTimeout(300);
    if (fill) await page.getByRole('textbox', { name: 'Name' }).fill('taken');
  };
const invited = (link: string) => async (page: Page) => {
  await way('I was invited')(page);
  await page.getByRole('textbox', { name: 'Link of the invitation' }).fill(link);
  await page.keyboard.press('Enter');
  await page.waitForTimeout(300);
};
/** The advanced part of signing in, where a certificate was chosen. */
const certificate = (passphrase: string) => async (page: Page) => {
  await page.getByText('Advanced', { exact: true }).click();
  await page.getByRole('button', { name: 'Choose a file…' }).click();
  const field = page.getByLabel('Passphrase of the file', { exact: true });
  await field.fill(passphrase);
  await field.press('Enter');
  await page.waitForTimeout(300);
  await page.getByText('Certificate to sign in with').scrollIntoViewIfNeeded();
};
const account = (button: string) => async (page: Page) => {
  await page.keyboard.press('Control+,');
  await page.getByRole('button', { name: button }).first().click();
  await page.waitForTimeout(400);
};

export const accountScenes: readonly Scene[] = [
  { name: '70-begin-create', scene: 'welcome', size: middle, theme: 'light', act: way('New account') },
  {
    name: '71-begin-create-narrow',
    scene: 'welcome',
    size: narrow,
    theme: 'dark',
    act: way('New account'),
  },
  {
    name: '72-register-captcha',
    scene: 'welcome',
    size: middle,
    theme: 'light',
    act: create('captcha.example.org'),
  },
  {
    name: '73-register-conflict',
    scene: 'welcome',
    size: middle,
    theme: 'dark',
    act: async (page) => {
      await create('example.org')(page);
      await page.getByLabel('Password', { exact: true }).fill('secret');
      await page.getByRole('button', { name: 'Create account' }).click();
      await page.waitForTimeout(300);
    },
  },
  {
    name: '74-register-missing',
    scene: 'welcome',
    size: narrow,
    theme: 'light',
    act: async (page) => {
      await create('example.org', false)(page);
      await page.getByRole('button', { name: 'Create account' }).click();
      await page.waitForTimeout(200);
    },
  },
  {
    name: '75-register-elsewhere',
    scene: 'welcome',
    size: middle,
    theme: 'light',
    act: create('web.example.org', false),
  },
  {
    name: '76-register-problem',
    scene: 'welcome',
    size: middle,
    theme: 'light',
    act: create('certificate.problem.example', false),
  },
  {
    name: '77-register-closed',
    scene: 'welcome',
    size: middle,
    theme: 'dark',
    act: create('closed.example.org', false),
  },
  { name: '78-invited', scene: 'welcome', size: middle, theme: 'light', act: way('I was invited') },
  {
    name: '79-invited-web',
    scene: 'welcome',
    size: middle,
    theme: 'dark',
    act: invited('https://example.org/invite?abc'),
  },
  {
    name: '80-invited-link',
    scene: 'welcome',
    size: middle,
    theme: 'light',
    act: invited('xmpp:romeo@montague.example?roster;preauth=T0KEN;ibr=y;name=Romeo'),
  },
  { name: '81-invite', scene: 'chats', size: middle, theme: 'light', act: account('Invite a friend…') },
  { name: '82-invite-dark', scene: 'chats', size: narrow, theme: 'dark', act: account('Invite a friend…') },
  { name: '83-delete', scene: 'chats', size: middle, theme: 'dark', act: account('Delete account…') },
  { name: '84-password', scene: 'chats', size: middle, theme: 'light', act: account('Change password…') },
  {
    name: '85-begin-rtl',
    scene: 'welcome',
    size: middle,
    theme: 'light',
    dir: 'rtl',
    act: way('New account'),
  },
  { name: '86-certificate', scene: 'welcome', size: middle, theme: 'light', act: certificate('romeo') },
  { name: '87-certificate-wrong', scene: 'welcome', size: narrow, theme: 'dark', act: certificate('x') },
  {
    name: '88-certificate-account',
    scene: 'chats',
    size: middle,
    theme: 'dark',
    act: async (page) => {
      await account('Server')(page);
      await page.getByRole('button', { name: 'Choose a file…' }).scrollIntoViewIfNeeded();
    },
  },
];
