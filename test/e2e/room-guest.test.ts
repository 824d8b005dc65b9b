/** Somebody asked into rooms: says no, says yes, comes by a link, is put out and goes back; unread things over a restart. */
import type { Locator } from 'playwright-core';
import { expect, it } from 'vitest';
import { chatEntry, composer, untilOnline, untilShown } from '../support/drive.ts';
import { setScene } from '../support/scene.ts';
import { ROOMS, roomsComponent } from '../support/servers.ts';

const scene = setScene('room-guest', { components: roomsComponent });
/** Bob’s rooms, by their address. */
const chats = new Map<string, number>();
const club = `club@${ROOMS}`;
const guild = `guild@${ROOMS}`;

async function make(address: string, name: string): Promise<void> {
  const { bob } = scene;
  const made = { account: bob.account().id, name, isPrivate: false, address, people: ['alice@localhost'] };
  chats.set(address, (await bob.call('rooms.create', made)).chat);
}
const bobSays = async (address: string, text: string): Promise<void> => {
  await scene.bob.call('messages.send', { chat: chats.get(address)!, text });
};
const region = (name: string): Locator => scene.alice.page.getByRole('region', { name: `Chat with ${name}` });
const bar = (): Locator => scene.alice.page.getByRole('group', { name: 'Your place in this room' });

it('an invitation is shown, and declined or accepted', async () => {
  await scene.signIn();
  const { page } = scene.alice;
  await make(club, 'Club');
  await make(guild, 'Guild');
  await page.getByRole('button', { name: /^Requests\W+2 new$/ }).click();
  await scene.alice.screenshot('room-invites');
  const decline = page.getByRole('button', { name: 'Decline the invitation to guild' });
  await decline.click();
  await decline.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Join club' }).click();
  await region('Club').getByText('2 people').waitFor();
  await bobSays(club, 'Welcome');
  await untilShown(page, 'Welcome');
});

it('who is put out reads why, cannot write, and goes back', async () => {
  const { page } = scene.alice;
  const out = { chat: chats.get(club)!, nick: 'alice', role: 'none', reason: 'Too loud' } as const;
  await scene.bob.call('rooms.setRole', out);
  await bar().getByText('A moderator put you out of this room. You may come back.').waitFor();
  await bar().getByText('They say: “Too loud”').waitFor();
  await expect.poll(() => composer(page).count()).toBe(0);
  await bar().getByRole('button', { name: 'Try again' }).click();
  await composer(page).waitFor();
});

it('a link leads into another room', async () => {
  const { page } = scene.alice;
  await page.getByRole('button', { name: /^Chats\b/ }).click();
  await page.getByRole('button', { name: 'Add contact' }).first().click();
  await page.getByText('Room', { exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Rooms' });
  await dialog.getByRole('textbox', { name: 'Address or link of the room' }).fill(`xmpp:${guild}?join`);
  await dialog.getByRole('button', { name: 'Join', exact: true }).click();
  await region('Guild').getByText('2 people').waitFor();
});

it('what was said while the program was closed is counted, and mentions apart', async () => {
  await bobSays(guild, 'read at once');
  await untilShown(scene.alice.page, 'read at once');
  const { alice } = scene;
  await alice.close();
  for (const text of ['nothing much', 'alice: where are you?']) await bobSays(club, text);
  await scene.bob.until(() => scene.bob.chats.get(chats.get(club)!)?.last?.delivery === 'sent', 'it is said');
  await scene.restart();
  const { page } = scene.alice;
  await untilOnline(page, 'alice@localhost');
  const entry = chatEntry(page, 'Club');
  await entry.getByText('2 unread messages').waitFor({ state: 'attached' });
  await entry.getByText('1 mention of you').waitFor({ state: 'attached' });
  await scene.alice.screenshot('room-unread');
  await entry.click();
  await page.getByRole('article', { name: /where are you/ }).waitFor();
  await expect.poll(() => entry.getByText('unread message').count()).toBe(0);
});
