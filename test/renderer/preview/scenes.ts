/** The scenes to look at: where to start, what to do there, in which size, theme and direction. */
import type { Page } from 'playwright-core';
import { accountScenes } from './account-scenes.ts';
import { callScenes } from './call-scenes.ts';
import { changeScenes } from './change-scenes.ts';
import { dataScenes } from './data-scenes.ts';
import { fileScenes } from './file-scenes.ts';
import { listScenes } from './list-scenes.ts';
import { peopleScenes } from './people-scenes.ts';
import { reactionScenes } from './reaction-scenes.ts';
import { replyScenes } from './reply-scenes.ts';
import { settingsScenes } from './settings-scenes.ts';
import { roomScenes } from './room-scenes.ts';
import { textScenes } from './text-scenes.ts';
import { trustScenes } from './trust-scenes.ts';

export interface Scene {
  readonly name: string;
  readonly scene: string;
  readonly size: { readonly width: number; readonly height: number };
  readonly theme: 'light' | 'dark';
  readonly dir?: 'rtl';
  readonly act?: (page: Page) => Promise<void>;
}

const narrow = { width: 360, height: 740 };
const middle = { width: 1000, height: 700 };
const wide = { width: 1440, height: 900 };

const openChat = (name: string) => async (page: Page) => {
  await page
    .getByRole('button', { name: new RegExp(`^${name}`) })
    .first()
    .click();
  await page.waitForTimeout(300);
};
const juliet = openChat('Juliet');

async function search(page: Page, text: string): Promise<void> {
  await page.keyboard.press('Control+Shift+F');
  await page.keyboard.type(text);
  await page.waitForTimeout(300);
}

const settings = async (page: Page): Promise<void> => {
  await page.keyboard.press('Control+,');
  await page.waitForTimeout(300);
};
/** The page about the server of the account at this place of the list. */
const server = (account: number) => async (page: Page) => {
  await settings(page);
  await page.getByRole('button', { name: 'About the server' }).nth(account).click();
  await page.waitForTimeout(300);
};

async function signIn(page: Page, address: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Address' }).fill(address);
  await page.getByLabel('Password', { exact: true }).fill('secret');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForTimeout(1_000);
}

export const scenes: readonly Scene[] = [
  {
    name: '01-first-run',
    scene: 'first-run',
    size: middle,
    theme: 'light',
    act: async (page) => {
      await page.getByLabel('Passphrase', { exact: true }).fill('correct horse staple');
      await page.getByLabel('Repeat the passphrase').fill('correct');
    },
  },
  {
    name: '02-without',
    scene: 'first-run',
    size: narrow,
    theme: 'dark',
    act: async (page) => {
      await page.getByRole('button', { name: /without protection/ }).click();
    },
  },
  {
    name: '03-locked',
    scene: 'locked',
    size: middle,
    theme: 'dark',
    act: async (page) => {
      await page.getByLabel('Passphrase', { exact: true }).fill('wrong');
      await page.getByRole('button', { name: 'Unlock' }).click();
    },
  },
  { name: '04-keyring-lost', scene: 'keyring-lost', size: middle, theme: 'light' },
  { name: '05-damaged', scene: 'damaged', size: narrow, theme: 'light' },
  { name: '06-welcome', scene: 'welcome', size: middle, theme: 'light' },
  { name: '06-welcome-narrow', scene: 'welcome', size: narrow, theme: 'dark' },
  {
    name: '07-unreachable',
    scene: 'welcome',
    size: middle,
    theme: 'dark',
    act: (page) => signIn(page, 'unreachable@problem.example'),
  },
  {
    name: '08-certificate',
    scene: 'welcome',
    size: middle,
    theme: 'light',
    act: async (page) => {
      await signIn(page, 'certificate@problem.example');
      await page.getByRole('button', { name: 'Show the certificate' }).click();
    },
  },
  {
    name: '08-own-certificate',
    scene: 'welcome',
    size: middle,
    theme: 'light',
    act: (page) => signIn(page, 'own-certificate@problem.example'),
  },
  {
    name: '08-own-certificate-narrow',
    scene: 'welcome',
    size: narrow,
    theme: 'dark',
    act: (page) => signIn(page, 'own-certificate@problem.example'),
  },
  {
    name: '09-connecting',
    scene: 'welcome',
    size: narrow,
    theme: 'light',
    act: (page) => signIn(page, 'slow@example.org'),
  },
  { name: '10-empty', scene: 'empty', size: middle, theme: 'light' },
  { name: '11-list-narrow', scene: 'chats', size: narrow, theme: 'light' },
  { name: '11-list-narrow-dark', scene: 'chats', size: narrow, theme: 'dark' },
  { name: '12-no-chat', scene: 'chats', size: wide, theme: 'light' },
  { name: '13-chat', scene: 'chats', size: middle, theme: 'light', act: juliet },
  { name: '13-chat-dark', scene: 'chats', size: middle, theme: 'dark', act: juliet },
  { name: '13-chat-wide', scene: 'chats', size: wide, theme: 'light', act: juliet },
  { name: '13-chat-narrow', scene: 'chats', size: narrow, theme: 'light', act: juliet },
  { name: '13-chat-narrow-dark', scene: 'chats', size: narrow, theme: 'dark', act: juliet },
  { name: '13-chat-rtl', scene: 'chats', size: middle, theme: 'light', dir: 'rtl', act: juliet },
  { name: '13-chat-huge', scene: 'chats', size: { width: 2560, height: 1300 }, theme: 'dark', act: juliet },
  { name: '14-unread', scene: 'chats', size: middle, theme: 'light', act: openChat('Mercutio') },
  { name: '15-arabic', scene: 'chats', size: middle, theme: 'dark', dir: 'rtl', act: openChat('أحمد') },
  { name: '16-hostile', scene: 'chats', size: middle, theme: 'light', act: openChat('<img') },
  {
    name: '17-zalgo',
    scene: 'chats',
    size: middle,
    theme: 'dark',
    act: async (page) => {
      await page.getByRole('searchbox').or(page.getByLabel('Search chats and contacts')).fill('zalgo');
      await page.keyboard.press('Enter');
      await page.waitForTimeout(400);
    },
  },
  { name: '18-unreadable', scene: 'chats', size: middle, theme: 'light', act: openChat('Friar') },
  { name: '19-failed', scene: 'chats', size: middle, theme: 'light', act: openChat('Peter') },
  { name: '19-failed-narrow-dark', scene: 'offline', size: narrow, theme: 'dark', act: openChat('Peter') },
  { name: '20-plain', scene: 'chats', size: middle, theme: 'dark', act: openChat('Benvolio') },
  {
    name: '21-details',
    scene: 'chats',
    size: wide,
    theme: 'light',
    act: async (page) => {
      await juliet(page);
      await page.getByRole('button', { name: 'Encrypted' }).click();
    },
  },
  {
    name: '21-details-middle-dark',
    scene: 'chats',
    size: middle,
    theme: 'dark',
    act: async (page) => {
      await juliet(page);
      await page.getByRole('button', { name: 'Encrypted' }).click();
    },
  },
  {
    name: '21-details-narrow',
    scene: 'chats',
    size: narrow,
    theme: 'light',
    act: async (page) => {
      await juliet(page);
      await page.getByRole('button', { name: 'Encrypted' }).click();
    },
  },
  {
    name: '22-verify',
    scene: 'chats',
    size: middle,
    theme: 'light',
    act: async (page) => {
      await juliet(page);
      await page.getByRole('button', { name: 'Encrypted' }).click();
      await page.getByRole('button', { name: 'Verify…' }).first().click();
    },
  },
  {
    name: '23-search',
    scene: 'chats',
    size: middle,
    theme: 'light',
    act: async (page) => {
      await page.keyboard.press('Control+k');
      await page.keyboard.type('ro');
    },
  },
  {
    name: '24-requests',
    scene: 'chats',
    size: middle,
    theme: 'light',
    act: async (page) => {
      await page.getByRole('button', { name: /^Requests/ }).click();
    },
  },
  {
    name: '25-contacts',
    scene: 'chats',
    size: middle,
    theme: 'dark',
    act: async (page) => {
      await page.getByRole('button', { name: 'Contacts', exact: true }).click();
    },
  },
  {
    name: '26-add',
    scene: 'chats',
    size: middle,
    theme: 'light',
    act: async (page) => {
      await page.keyboard.press('Control+n');
      await page.getByLabel('XMPP address').fill('nobody');
      await page.getByRole('button', { name: 'Add contact' }).last().click();
    },
  },
  {
    name: '27-settings',
    scene: 'chats',
    size: wide,
    theme: 'light',
    act: (page) => page.keyboard.press('Control+,'),
  },
  {
    name: '27-settings-dark',
    scene: 'offline',
    size: middle,
    theme: 'dark',
    act: (page) => page.keyboard.press('Control+,'),
  },
  {
    name: '27-settings-narrow',
    scene: 'offline',
    size: narrow,
    theme: 'light',
    act: (page) => page.keyboard.press('Control+,'),
  },
  {
    name: '28-shortcuts',
    scene: 'chats',
    size: middle,
    theme: 'dark',
    act: (page) => page.keyboard.press('Control+/'),
  },
  { name: '29-offline', scene: 'offline', size: middle, theme: 'light', act: juliet },
  {
    name: '30-menu',
    scene: 'chats',
    size: middle,
    theme: 'light',
    act: async (page) => {
      await openChat('Peter')(page);
      await page.getByRole('article', { name: /Quarterly/ }).click({ button: 'right' });
    },
  },
  {
    name: '31-long-draft',
    scene: 'chats',
    size: middle,
    theme: 'light',
    act: async (page) => {
      await juliet(page);
      await page.getByRole('textbox', { name: /message to/ }).fill('A line\n'.repeat(20));
    },
  },
  {
    name: '32-proxy',
    scene: 'welcome',
    size: { width: 1000, height: 1150 },
    theme: 'light',
    act: async (page) => {
      await page.getByText('Advanced', { exact: true }).click();
      await page.getByRole('combobox', { name: 'Proxy' }).selectOption('socks5');
      await page.getByRole('textbox', { name: /^User name/ }).fill('tor');
    },
  },
  {
    name: '32-web-address',
    scene: 'welcome',
    size: { width: 1000, height: 900 },
    theme: 'light',
    act: async (page) => {
      await page.getByText('Advanced', { exact: true }).click();
      await page.getByRole('textbox', { name: 'Server' }).fill('wss://me@chat.example/ws');
    },
  },
  {
    name: '33-text-huge',
    scene: 'chats',
    size: narrow,
    theme: 'light',
    act: async (page) => {
      await page.evaluate(() => (document.documentElement.dataset['text'] = 'huge'));
      await juliet(page);
    },
  },
  {
    name: '33-text-huge-middle',
    scene: 'offline',
    size: { width: 800, height: 700 },
    theme: 'dark',
    act: async (page) => {
      await page.evaluate(() => (document.documentElement.dataset['text'] = 'huge'));
      await openChat('Peter')(page);
    },
  },
  {
    name: '34-forced-colors',
    scene: 'chats',
    size: middle,
    theme: 'dark',
    act: async (page) => {
      await page.emulateMedia({ forcedColors: 'active' });
      await openChat('Peter')(page);
    },
  },
  {
    name: '35-message-focus',
    scene: 'chats',
    size: middle,
    theme: 'light',
    act: async (page) => {
      await juliet(page);
      await page.keyboard.press('Shift+Tab');
      await page.keyboard.press('ArrowUp');
    },
  },
  {
    name: '36-toast',
    scene: 'chats',
    size: middle,
    theme: 'dark',
    act: async (page) => {
      await juliet(page);
      await page.evaluate(() => {
        const { waxwing } = window as unknown as { waxwing: { report: (failure: unknown) => void } };
        waxwing.report(new TypeError('scripted'));
      });
    },
  },
  {
    name: '37-search',
    scene: 'chats',
    size: wide,
    theme: 'light',
    act: async (page) => {
      await search(page, 'the');
      await page.locator('[data-hit]').nth(1).click();
      await page.waitForTimeout(600);
    },
  },
  {
    name: '38-search-filters',
    scene: 'chats',
    size: wide,
    theme: 'dark',
    act: async (page) => {
      await page.getByRole('button', { name: 'Search filters' }).click();
      await page.getByLabel('Written by').selectOption('me');
      await page.getByLabel('From day').fill('2020-01-01');
      await search(page, 'n');
    },
  },
  {
    name: '39-search-nothing',
    scene: 'chats',
    size: middle,
    theme: 'light',
    act: (page) => search(page, 'xylophone has:link'),
  },
  {
    name: '40-find',
    scene: 'chats',
    size: middle,
    theme: 'dark',
    act: async (page) => {
      await juliet(page);
      await page.keyboard.press('Control+f');
      await page.keyboard.type('night');
      await page.keyboard.press('Enter');
      await page.keyboard.press('Enter');
      await page.waitForTimeout(600);
    },
  },
  {
    name: '41-find-narrow',
    scene: 'chats',
    size: narrow,
    theme: 'light',
    act: async (page) => {
      await juliet(page);
      await page.keyboard.press('Control+f');
      await page.keyboard.type('love walls');
      await page.getByRole('button', { name: 'Go to a day' }).click();
    },
  },
  {
    name: '42-search-rtl',
    scene: 'chats',
    size: middle,
    theme: 'dark',
    dir: 'rtl',
    act: (page) => search(page, 'the'),
  },
  { name: '40-server', scene: 'chats', size: { width: 1000, height: 1700 }, theme: 'light', act: server(0) },
  {
    name: '40-server-dark',
    scene: 'chats',
    size: { width: 1000, height: 1700 },
    theme: 'dark',
    act: server(1),
  },
  {
    name: '40-server-narrow',
    scene: 'chats',
    size: { width: 360, height: 2100 },
    theme: 'light',
    act: server(0),
  },
  { name: '40-server-rtl', scene: 'offline', size: middle, theme: 'light', dir: 'rtl', act: server(0) },
  {
    name: '41-settings',
    scene: 'offline',
    size: { width: 1000, height: 1900 },
    theme: 'dark',
    act: settings,
  },
  {
    name: '41-settings-light',
    scene: 'chats',
    size: { width: 1000, height: 1500 },
    theme: 'light',
    act: settings,
  },
  ...(['light', 'dark'] as const).map((theme): Scene => ({
    name: `42-export-${theme}`,
    scene: 'chats',
    size: middle,
    theme,
    act: async (page) => {
      await page
        .getByRole('button', { name: /^Juliet/ })
        .first()
        .click({ button: 'right' });
      await page.getByRole('menuitem', { name: 'Export this chat…' }).click();
      await page.getByRole('button', { name: 'Choose where to…' }).click();
      await page.getByRole('progressbar').waitFor();
    },
  })),
  ...accountScenes,
  ...dataScenes,
  ...listScenes,
  ...fileScenes,
  ...peopleScenes,
  ...reactionScenes,
  ...callScenes,
  ...changeScenes,
  ...replyScenes,
  ...settingsScenes,
  ...roomScenes,
  ...textScenes,
  ...trustScenes,
];
