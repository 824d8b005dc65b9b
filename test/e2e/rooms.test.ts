/** A group is made, somebody comes, is spoken to by name and heard, in the real window against a real server. */
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composer, untilOnline } from '../support/drive.ts';
import { startTestEngine, type TestEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { signIn } from '../support/people.ts';
import { startProsody, type Prosody } from '../support/prosody.ts';
import { signInPinned, startUnprotectedEngine } from '../support/ready-profile.ts';
import { roomsComponent } from '../support/servers.ts';
import { openWindow, type AppWindow } from '../support/window.ts';

let server: Prosody;
let window: AppWindow;
let bob: TestEngine;
/** The room as Bob sees it. */
let chat = 0;
const folders = ['alice', 'bob'].map((name) => temporaryFolder(`rooms-${name}`));

const region = (): Locator => window.page.getByRole('region', { name: 'Chat with The Balcony' });

beforeAll(async () => {
  server = await startProsody({
    accounts: ['alice', 'bob'],
    contacts: [['alice', 'bob']],
    components: roomsComponent,
  });
  const engine = await startUnprotectedEngine(folders[0]!.path);
  await signInPinned(engine, server, 'alice');
  await engine.stop();
  bob = await startTestEngine({ profile: folders[1]!.path, authority: server.authority });
  await signIn(bob, server, 'bob');
  window = await openWindow({ profile: folders[0]!.path });
  await untilOnline(window.page, 'alice@localhost');
});

afterAll(async () => {
  await window.close();
  await bob.stop();
  await server.stop();
  for (const folder of folders) folder.remove();
});

describe('a room', () => {
  it('is made in one dialog, and one is in it', async () => {
    const { page } = window;
    await page.getByRole('button', { name: 'Add contact' }).first().click();
    await page.getByText('Room', { exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Rooms' });
    await dialog.getByText('New room', { exact: true }).click();
    await dialog.getByText('Public room', { exact: true }).click();
    await dialog.getByRole('textbox', { name: 'Name of the room' }).fill('The Balcony');
    await window.screenshot('room-create');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await region().waitFor();
    await region().getByText('1 person').waitFor();
  });

  it('shows who comes and what they say', async () => {
    const { page } = window;
    const address = await page.locator('.beginning .address').innerText();
    const joined = await bob.call('rooms.join', { account: bob.account().id, address, nick: 'Bob B.' });
    chat = joined.chat;
    await bob.until(() => bob.rooms.get(chat)?.state === 'in', 'Bob is in');
    await region().getByText('2 people').waitFor();
    await bob.call('messages.send', { chat, text: 'Good morrow, cousin' });
    await page.getByRole('article', { name: /^Bob B\., .*Good morrow, cousin/ }).waitFor();
    await page.getByRole('button', { name: 'People', exact: true }).click();
    const panel = page.getByRole('complementary', { name: 'About this room' });
    await panel.getByRole('button', { name: /^Bob B\./ }).waitFor();
    await window.screenshot('room-people');
  });

  it('offers a name behind an @, and what is said reaches the others once', async () => {
    const { page } = window;
    await composer(page).pressSequentially('@bo');
    await page.getByRole('option', { name: 'Bob B.' }).waitFor();
    await page.keyboard.press('Enter');
    await expect.poll(() => composer(page).inputValue()).toBe('Bob B.: ');
    await page.keyboard.type('is the day so young?');
    await page.keyboard.press('Enter');
    const heard = (): string[] =>
      [...bob.messages.values()]
        .filter((row) => row.chat === chat && !row.isOutgoing)
        .map(({ text }) => text);
    await bob.until(() => heard().length > 0, 'Bob hears it');
    expect(heard()).toEqual(['Bob B.: is the day so young?']);
    await page.getByRole('article', { name: /is the day so young\?.*, Sent/ }).waitFor();
    await window.screenshot('room-talk');
  });

  it('is left, and stays to be read', async () => {
    const { page } = window;
    const panel = page.getByRole('complementary', { name: 'About this room' });
    await panel.getByRole('button', { name: 'Room', exact: true }).click();
    await panel.getByRole('button', { name: 'Leave the room' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Leave the room' }).click();
    await region().getByText('You are not in this room. What was said stays here.').waitFor();
    await page.getByRole('article', { name: /Good morrow, cousin/ }).waitFor();
    await bob.until(() => bob.rooms.get(chat)?.occupants === 1, 'Bob is alone');
    expect(window.problems).toEqual([]);
  });
});
