/**
 * A window with a life in it: several people, all over the real server and encrypted. What the list says of each is
 * checked, and the pictures of the README are taken here (`WAXWING_UPDATE_SCREENSHOT=1` renews the one that is shown).
 */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../build/places.ts';
import { chatEntry, composer, openChat, readChat, untilOnline, untilShown } from '../support/drive.ts';
import type { TestEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { openEncryptedChat } from '../support/people.ts';
import { startProsody, type Prosody } from '../support/prosody.ts';
import { signInPinned, startUnprotectedEngine } from '../support/ready-profile.ts';
import { openWindow, type AppWindow } from '../support/window.ts';

/** Lines of others begin with their turn; `me` is the owner of the window. Later people are higher in the list. */
const PEOPLE = [
  { account: 'oleg', name: 'Олег', says: ['Фото с озера пришлю вечером'], isRead: true },
  {
    account: 'yuki',
    name: 'Yuki 由紀',
    says: ['来週の土曜日、空いてる？', 'me: はい、空いてます！'],
    isRead: true,
  },
  { account: 'maryam', name: 'مريم', says: ['وصلت بخير، شكرًا لك 🌷'], isRead: false },
  {
    account: 'jonas',
    name: 'Jonas',
    says: ['The train leaves at 9:12, platform 4'],
    isRead: true,
    draft: 'Then let us meet at',
  },
  {
    account: 'noa',
    name: 'Noa',
    says: ['ראית את זה?', 'https://example.org/waxwings', 'So many of them!'],
    isRead: false,
  },
  {
    account: 'bob',
    name: 'Bob',
    says: [
      'Did you see the waxwings this morning? 🐦',
      'me: I did! A whole flock in the rowan trees, right in front of the library',
      'me: They were gone before I had my camera out 😅',
      'They come every winter, all the way from Finland. My grandmother used to say that they bring the snow.',
      'me: Then I had better find my scarf 🧣',
      'Saturday at nine? I bring the binoculars, you bring the coffee ☕',
      'me: Deal. And this time we count them properly',
      '👍🏽',
    ],
    isRead: true,
  },
];
type Person = (typeof PEOPLE)[number];

let prosody: Prosody;
let window: AppWindow;
const friends: TestEngine[] = [];
const folders = new Map(
  ['alice', ...PEOPLE.map(({ account }) => account)].map((name) => [name, temporaryFolder(name)]),
);
const start = (name: string): Promise<TestEngine> => startUnprotectedEngine(folders.get(name)?.path ?? '');

/** One after the other, each line delivered before the next is written. */
async function talk(alice: TestEngine, person: Person): Promise<void> {
  const friend = await start(person.account);
  friends.push(friend);
  await signInPinned(friend, prosody, person.account);
  const address = `${person.account}@localhost`;
  const account = alice.account().id;
  await alice.call('contacts.rename', { account, address, name: person.name });
  const toAlice = await openEncryptedChat(friend, 'alice@localhost');
  const toFriend = await openEncryptedChat(alice, address);
  for (const line of person.says) {
    const isMine = line.startsWith('me: ');
    const [who, chat] = isMine ? [alice, toFriend] : [friend, toAlice];
    const { message } = await who.call('messages.send', { chat, text: line.replace('me: ', '') });
    await who.until(() => who.messages.get(message)?.delivery === 'delivered', line);
  }
  const last = (await alice.history(address)).at(-1);
  if (person.isRead && last !== undefined) {
    await alice.call('chats.markRead', { chat: toFriend, message: last.id });
  }
  if (person.draft !== undefined) await alice.call('chats.setDraft', { chat: toFriend, text: person.draft });
}

beforeAll(async () => {
  prosody = await startProsody({
    accounts: ['alice', ...PEOPLE.map(({ account }) => account)],
    contacts: PEOPLE.map(({ account }) => ['alice', account] as const),
  });
  const alice = await start('alice');
  await signInPinned(alice, prosody, 'alice');
  for (const person of PEOPLE) await talk(alice, person);
  await alice.stop();
  for (const friend of friends.splice(0, 2)) await friend.stop();
  window = await openWindow({ profile: folders.get('alice')?.path ?? '' });
  await untilOnline(window.page, 'alice@localhost');
});

afterAll(async () => {
  await window.close();
  for (const friend of friends) await friend.stop();
  await prosody.stop();
  for (const folder of folders.values()) folder.remove();
});

describe('a window with a life in it', () => {
  it('lists the chats, the latest first, with all that is worth knowing', async () => {
    const { page } = window;
    await chatEntry(page, 'Bob').waitFor();
    const names = await page.getByRole('listitem').getByRole('button').locator('.name').allInnerTexts();
    expect(names).toEqual(PEOPLE.map(({ name }) => name).reverse());
    for (const { name, isRead, draft, says } of PEOPLE) {
      const text = await page.getByRole('listitem').filter({ hasText: name }).innerText();
      const theirs = says.filter((line) => !line.startsWith('me: ')).length;
      expect(text.includes('unread')).toBe(!isRead);
      if (!isRead) expect(text).toContain(`${theirs} unread message`);
      expect(text).toContain(draft ?? says.at(-1)?.replace('me: ', ''));
    }
  });

  it('shows a conversation, in light and in dark, in a wide and in a narrow window', async () => {
    const { page } = window;
    await openChat(page, 'Bob');
    await untilShown(page, '👍🏽');
    const texts = (await readChat(page)).map(({ text }) => text);
    expect(texts).toEqual(PEOPLE.at(-1)?.says.map((line) => line.replace('me: ', '')));
    await composer(page).focus();
    await page.mouse.move(0, 0);
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      await window.screenshot(`portrait-${colorScheme}`);
    }
    const picture = await window.screenshot('portrait-light');
    if (process.env['WAXWING_UPDATE_SCREENSHOT'])
      copyFileSync(picture, join(root, 'build', 'screenshot.png'));
    await window.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setSize(420, 720));
    await page.getByRole('button', { name: 'Back to the chats' }).waitFor();
    await window.screenshot('portrait-narrow-chat');
    await page.getByRole('button', { name: 'Back to the chats' }).click();
    await chatEntry(page, 'Bob').waitFor();
    await window.screenshot('portrait-narrow-list');
    expect(window.problems).toEqual([]);
  });
});
