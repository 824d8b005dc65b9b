/** Styled text is seen, three messages are picked by keyboard and mouse, copied, and forwarded to somebody who gets them. */
import { expect, it } from 'vitest';
import { openEncryptedChat } from '../support/people.ts';
import { setScene } from '../support/scene.ts';

const scene = setScene('text', { friends: ['bob', 'carol'] });
const carol = () => scene.friend('carol');

it('signs in', async () => {
  await scene.signIn();
});

it('shows styled text as elements, code with a button, an action, and what is covered only when asked', async () => {
  const { page } = scene.alice;
  const chat = await openEncryptedChat(scene.bob, 'alice@localhost');
  const texts = ['*strong* <b>no markup</b>', '```js\nconst x = 1;\n```', '/me waves'];
  for (const text of texts) await scene.bob.call('messages.send', { chat, text });
  await page
    .getByRole('button', { name: /^bob@localhost/ })
    .first()
    .click();
  const log = page.getByRole('log');
  await log.locator('strong', { hasText: '*strong*' }).waitFor();
  expect(await log.locator('b', { hasText: 'no markup' }).count()).toBe(0);
  await log.locator('pre .word', { hasText: 'const' }).waitFor();
  await log.getByText('* bob@localhost waves').waitFor();
  await scene.alice.screenshot('text');
});

it('puts marks around what is selected, by key', async () => {
  const { page } = scene.alice;
  const field = page.getByRole('textbox', { name: 'Encrypted message to bob@localhost' });
  await field.fill('a word');
  await field.press('End');
  await field.press('Control+Shift+ArrowLeft');
  await field.press('Control+b');
  await expect.poll(() => field.inputValue()).toBe('a *word*');
  await field.press('Control+b');
  await expect.poll(() => field.inputValue()).toBe('a word');
  await field.fill('');
});

it('picks messages, copies them with time and name, and sends them on to somebody else', async () => {
  const { page } = scene.alice;
  const log = page.getByRole('log');
  const row = (index: number): ReturnType<typeof page.locator> => log.locator('[data-message]').nth(index);
  await row(0).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: 'Select' }).click();
  await page.getByText('1 selected').waitFor();
  // By keyboard, then the range by mouse.
  await row(0).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press(' ');
  await page.getByText('2 selected').waitFor();
  await log
    .getByRole('checkbox')
    .nth(2)
    .click({ modifiers: ['Shift'] });
  await page.getByText('3 selected').waitFor();
  await scene.alice.screenshot('selection');
  await page
    .getByRole('toolbar', { name: 'Selected messages' })
    .getByRole('button', { name: 'Copy' })
    .click();
  await page.getByText('3 messages copied').waitFor();
  const copied = await scene.alice.app.evaluate(({ clipboard }) => clipboard.readText());
  expect(copied.split('\n')).toEqual([
    expect.stringMatching(/^\[.+\] bob@localhost: \*strong\* <b>no markup<\/b>$/u),
    expect.stringMatching(/^\[.+\] bob@localhost: ```js$/u),
    'const x = 1;',
    '```',
    expect.stringMatching(/^\[.+\] bob@localhost: \/me waves$/u),
  ]);

  // Escape ends it, and the next one goes on to Carol.
  await row(0).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: 'Select' }).click();
  await page.getByText('1 selected').waitFor();
  await page.keyboard.press('Escape');
  await expect.poll(() => log.getByRole('checkbox').count()).toBe(0);
  await row(0).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: 'Select' }).click();
  await log
    .getByRole('checkbox')
    .nth(2)
    .click({ modifiers: ['Shift'] });
  await page.getByText('3 selected').waitFor();
  await page.getByRole('toolbar').getByRole('button', { name: 'Forward' }).click();
  const dialog = page.getByRole('dialog', { name: 'Forward 3 messages' });
  await dialog.getByRole('searchbox').fill('carol');
  await dialog.getByRole('checkbox', { name: /carol@localhost/ }).check();
  await scene.alice.screenshot('forward');
  await dialog.getByRole('button', { name: 'Forward', exact: true }).click();
  // Whether Carol has keys may not be known yet: then it asks, because these words were encrypted.
  const anyway = dialog.getByRole('button', { name: 'Forward without encryption' });
  await expect
    .poll(async () => {
      if (await anyway.isVisible().catch(() => false)) await anyway.click().catch(() => undefined);
      return dialog.count();
    })
    .toBe(0);
  await carol().until(() => carol().chatWith('alice@localhost')?.last?.text === '/me waves', 'the last one');
  expect((await carol().history('alice@localhost')).map(({ text }) => text)).toEqual([
    '*strong* <b>no markup</b>',
    '```js\nconst x = 1;\n```',
    '/me waves',
  ]);
  expect(scene.alice.problems).toEqual([]);
});
