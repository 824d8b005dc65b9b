/** A window and a friend: an answer and the way to what it answers, words that are changed, and words that are taken back. */
import { expect, it } from 'vitest';
import type { MessageRow } from '../../shared/contract.ts';
import { composer, say, untilShown } from '../support/drive.ts';
import { openEncryptedChat } from '../support/people.ts';
import { setScene } from '../support/scene.ts';

const scene = setScene('changes');

const heard = (which: (row: MessageRow) => boolean, what: string): Promise<MessageRow> =>
  scene.bob.until(() => [...scene.bob.messages.values()].find(which), what);

it('signs in and opens the chat', async () => {
  const { page } = scene.alice;
  await scene.signIn();
  const chat = await openEncryptedChat(scene.bob, 'alice@localhost');
  for (const text of ['Shall we bake a cake?', 'Or rather bread?']) {
    await scene.bob.call('messages.send', { chat, text });
  }
  await page
    .getByRole('button', { name: /^bob@localhost/ })
    .first()
    .click();
  await untilShown(page, 'Or rather bread?');
});

it('answers by keyboard, goes to what was answered, and back', async () => {
  const { page } = scene.alice;
  const log = page.getByRole('log');
  const question = log.getByRole('article').filter({ hasText: 'Shall we bake a cake?' }).first();
  await question.focus();
  await page.keyboard.press('Control+Shift+R');
  const bar = page.getByRole('group', { name: 'You are answering this message' });
  await bar.getByText('Shall we bake a cake?').waitFor();
  await page.keyboard.press('Escape');
  await expect.poll(() => bar.count()).toBe(0);
  await question.focus();
  await page.keyboard.press('Control+Shift+R');
  await bar.waitFor();
  await say(page, 'Yes, with plums');
  const answer = await heard(({ text }) => text === 'Yes, with plums', 'the answer');
  expect(answer).toMatchObject({ encryption: 'omemo', reply: { text: 'Shall we bake a cake?' } });
  await log.getByRole('button', { name: /^Go to what this answers: bob@localhost/ }).click();
  await log.locator('.found', { hasText: 'Shall we bake a cake?' }).waitFor();
  await scene.alice.screenshot('reply');
  await page.getByRole('button', { name: 'Back to the reply' }).click();
  await log.locator('.found', { hasText: 'Yes, with plums' }).waitFor();
});

it('changes the last words by arrow up, and keeps what was being written', async () => {
  const { page } = scene.alice;
  const log = page.getByRole('log');
  await composer(page).press('ArrowUp');
  const bar = page.getByRole('group', { name: 'Editing' });
  await bar.waitFor();
  await expect.poll(() => composer(page).inputValue()).toBe('Yes, with plums');
  await composer(page).fill('Yes, with cherries');
  await composer(page).press('Enter');
  await log.getByRole('article').filter({ hasText: 'Yes, with cherries' }).getByText('edited').waitFor();
  const changed = await heard(({ text }) => text === 'Yes, with cherries', 'the other words');
  expect(changed).toMatchObject({ encryption: 'omemo', reply: { text: 'Shall we bake a cake?' } });
  expect([...scene.bob.messages.values()].filter(({ isOutgoing }) => !isOutgoing)).toHaveLength(1);
  await scene.alice.screenshot('edited');
  // By the menu, and left again: the draft is back.
  await composer(page).fill('half a thought');
  await log.getByRole('article').filter({ hasText: 'cherries' }).click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Edit' }).click();
  await expect.poll(() => composer(page).inputValue()).toBe('Yes, with cherries');
  await composer(page).press('Escape');
  await expect.poll(() => composer(page).inputValue()).toBe('half a thought');
  await composer(page).fill('');
});

it('deletes for everyone, and shows what the other side changes and deletes', async () => {
  const { page } = scene.alice;
  const log = page.getByRole('log');
  await log.getByRole('article').filter({ hasText: 'cherries' }).click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Delete for everyone' }).click();
  await page
    .getByRole('dialog', { name: 'Delete this message for everyone?' })
    .getByRole('button', { name: 'Delete for everyone' })
    .click();
  await log.getByText('You deleted this message').waitFor();
  await heard(({ retracted }) => retracted !== undefined, 'it is gone');
  expect([...scene.bob.messages.values()].map(({ text }) => text)).not.toContain('Yes, with cherries');

  const [cake, bread] = [...scene.bob.messages.values()].filter(({ isOutgoing }) => isOutgoing);
  await scene.bob.call('messages.correct', { message: bread!.id, text: 'Or rather rolls?' });
  await log.getByRole('article').filter({ hasText: 'Or rather rolls?' }).getByText('edited').waitFor();
  await scene.bob.call('messages.retract', { message: cake!.id });
  await log.getByText('bob@localhost deleted this message').waitFor();
  await expect.poll(() => log.getByText('Shall we bake a cake?').count()).toBe(0);
  await scene.alice.screenshot('deleted');
  await log.getByRole('article').filter({ hasText: 'Or rather rolls?' }).click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Details' }).click();
  await page.getByRole('dialog', { name: 'Details' }).getByText('Or rather bread?').waitFor();
});
