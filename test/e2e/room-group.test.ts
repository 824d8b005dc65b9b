/** Three people in a private group, run from a window: they are asked in, talk, are put out and banned, and read no more. */
import type { Locator } from 'playwright-core';
import { expect, it } from 'vitest';
import type { MessageRow } from '../../shared/contract.ts';
import { say, untilShown } from '../support/drive.ts';
import type { TestEngine } from '../support/engine.ts';
import { setScene } from '../support/scene.ts';
import { roomsComponent } from '../support/servers.ts';

const scene = setScene('room-group', { friends: ['bob', 'carol'], components: roomsComponent });

/** The chat of the group, of whoever is in it, or was. */
const chatOf = (who: TestEngine): number => [...who.rooms.values()][0]?.chat ?? 0;
const messageOf = (who: TestEngine, text: string): MessageRow | undefined =>
  [...who.messages.values()].find((row) => row.chat === chatOf(who) && row.text === text);

async function reads(who: TestEngine, text: string): Promise<void> {
  const row = await who.until(() => messageOf(who, text), `${text} is read`);
  expect(row).toMatchObject({ encryption: 'omemo', isOutgoing: false });
}

const panel = (): Locator => scene.alice.page.getByRole('complementary', { name: 'About this room' });

/** From the menu of somebody in the list, and yes to what is asked then. */
async function use(power: string, name: string): Promise<void> {
  const { page } = scene.alice;
  await panel()
    .getByRole('button', { name: new RegExp(`^${name}\\b`, 'u') })
    .click();
  await page.getByRole('menuitem', { name: power }).click();
  await page.getByRole('dialog').getByRole('button', { name: power }).click();
}

it('is made, and those who were asked come in', async () => {
  const { alice, bob } = scene;
  await scene.signIn();
  const { page } = alice;
  await page.getByRole('button', { name: 'Add contact' }).first().click();
  await page.getByText('Room', { exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Rooms' });
  await dialog.getByText('New room', { exact: true }).click();
  await dialog.getByRole('textbox', { name: 'Name of the room' }).fill('Family');
  for (const name of ['bob', 'carol']) await dialog.getByRole('checkbox', { name }).check();
  await dialog.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('region', { name: 'Chat with Family' }).waitFor();
  for (const who of [bob, scene.friend('carol')]) {
    const { address } = await who.until(() => [...who.roomInvites.values()][0], 'an invitation');
    await who.call('rooms.acceptInvite', { account: who.account().id, address });
    await who.until(() => who.rooms.get(chatOf(who))?.state === 'in', 'in');
  }
  await page.getByRole('region').getByText('3 people').waitFor();
});

it('everybody reads what everybody says, and the server does not', async () => {
  const { alice, bob } = scene;
  const carol = scene.friend('carol');
  await say(alice.page, 'for the three of us');
  for (const who of [bob, carol]) await reads(who, 'for the three of us');
  await carol.call('messages.send', { chat: chatOf(carol), text: 'and from me' });
  await untilShown(alice.page, 'and from me');
  await reads(bob, 'and from me');
  await alice.screenshot('room-group');
});

it('who was put out may come back; who is no member any more does not read what follows', async () => {
  const { alice, bob } = scene;
  const carol = scene.friend('carol');
  const problem = (): string | undefined => carol.rooms.get(chatOf(carol))?.problem?.code;
  await alice.page.getByRole('button', { name: 'People', exact: true }).click();
  await use('Put out', 'carol');
  await carol.until(() => problem() === 'kicked', 'carol is put out');
  await carol.call('rooms.retry', { chat: chatOf(carol) });
  await carol.until(() => carol.rooms.get(chatOf(carol))?.state === 'in', 'carol is back');
  await use('Take their rank', 'carol');
  await carol.until(() => /removed|members-only/u.test(problem() ?? ''), 'carol is no member');
  await alice.page.getByRole('region').getByText('2 people').waitFor();
  await say(alice.page, 'for the two of us');
  await reads(bob, 'for the two of us');
  await carol.call('rooms.retry', { chat: chatOf(carol) });
  await carol.until(() => problem() === 'members-only', 'the door stays closed');
  expect(messageOf(carol, 'for the two of us')).toBeUndefined();
});

it('who is banned is told why', async () => {
  const { alice, bob } = scene;
  await panel()
    .getByRole('button', { name: /^bob\b/ })
    .click();
  await alice.page.getByRole('menuitem', { name: 'Ban' }).click();
  const dialog = alice.page.getByRole('dialog', { name: 'Ban bob?' });
  await dialog.getByRole('textbox', { name: 'Reason (optional)' }).fill('Enough');
  await dialog.getByRole('button', { name: 'Ban' }).click();
  const problem = await bob.until(() => bob.rooms.get(chatOf(bob))?.problem, 'bob is out');
  expect(problem).toEqual({ code: 'banned', detail: 'Enough' });
  await alice.page.getByRole('region').getByText('1 person').waitFor();
  expect(alice.problems).toEqual([]);
});
