/** A window and a friend: an answer and the way to what it answers, words that are changed, and words that are taken back. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { MessageRow } from '../../shared/contract.ts';
import {
  composer,
  goWithoutProtection,
  say,
  signInByTyping,
  trustCertificate,
  untilOnline,
  untilShown,
} from '../support/drive.ts';
import { startTestEngine, type TestEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { openEncryptedChat, signIn } from '../support/people.ts';
import { startProsody, type Prosody } from '../support/prosody.ts';
import { openWindow, type AppWindow } from '../support/window.ts';

let prosody: Prosody;
let alice: AppWindow;
let bob: TestEngine;
const folder = temporaryFolder('bob');

beforeAll(async () => {
  prosody = await startProsody({ accounts: ['alice', 'bob'], contacts: [['alice', 'bob']] });
  bob = await startTestEngine({ profile: folder.path, authority: prosody.authority });
  await signIn(bob, prosody, 'bob');
  alice = await openWindow();
});

afterAll(async () => {
  await alice.close();
  await bob.stop();
  await prosody.stop();
  folder.remove();
});

afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return;
  console.log(alice.output());
  await alice.screenshot('failed-changes').catch(() => undefined); // it may be closed
});

const heard = (which: (row: MessageRow) => boolean, what: string): Promise<MessageRow> =>
  bob.until(() => [...bob.messages.values()].find(which), what);

it('signs in and opens the chat', async () => {
  const { page } = alice;
  await goWithoutProtection(page);
  await signInByTyping(page, {
    ...prosody.account('alice'),
    server: { host: '127.0.0.1', port: prosody.ports.starttls },
  });
  await trustCertificate(page);
  await untilOnline(page, 'alice@localhost');
  const chat = await openEncryptedChat(bob, 'alice@localhost');
  for (const text of ['Shall we bake a cake?', 'Or rather bread?']) {
    await bob.call('messages.send', { chat, text });
  }
  await page
    .getByRole('button', { name: /^bob@localhost/ })
    .first()
    .click();
  await untilShown(page, 'Or rather bread?');
});

it('answers by keyboard, goes to what was answered, and back', async () => {
  const { page } = alice;
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
  await alice.screenshot('reply');
  await page.getByRole('button', { name: 'Back to the reply' }).click();
  await log.locator('.found', { hasText: 'Yes, with plums' }).waitFor();
});

it('changes the last words by arrow up, and keeps what was being written', async () => {
  const { page } = alice;
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
  expect([...bob.messages.values()].filter(({ isOutgoing }) => !isOutgoing)).toHaveLength(1);
  await alice.screenshot('edited');
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
  const { page } = alice;
  const log = page.getByRole('log');
  await log.getByRole('article').filter({ hasText: 'cherries' }).click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Delete for everyone' }).click();
  await page
    .getByRole('dialog', { name: 'Delete this message for everyone?' })
    .getByRole('button', { name: 'Delete for everyone' })
    .click();
  await log.getByText('You deleted this message').waitFor();
  await heard(({ retracted }) => retracted !== undefined, 'it is gone');
  expect([...bob.messages.values()].map(({ text }) => text)).not.toContain('Yes, with cherries');

  const [cake, bread] = [...bob.messages.values()].filter(({ isOutgoing }) => isOutgoing);
  await bob.call('messages.correct', { message: bread!.id, text: 'Or rather rolls?' });
  await log.getByRole('article').filter({ hasText: 'Or rather rolls?' }).getByText('edited').waitFor();
  await bob.call('messages.retract', { message: cake!.id });
  await log.getByText('bob@localhost deleted this message').waitFor();
  await expect.poll(() => log.getByText('Shall we bake a cake?').count()).toBe(0);
  await alice.screenshot('deleted');
  await log.getByRole('article').filter({ hasText: 'Or rather rolls?' }).click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Details' }).click();
  await page.getByRole('dialog', { name: 'Details' }).getByText('Or rather bread?').waitFor();
});
