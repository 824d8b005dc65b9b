/** A person reacts by mouse and by keys, sees what the other side feels, and writes emoji without a mouse. */
import { expect, it } from 'vitest';
import type { Locator } from 'playwright-core';
import { openEncryptedChat } from '../support/people.ts';
import { setScene } from '../support/scene.ts';

const scene = setScene('reactions');

const field = (): Locator =>
  scene.alice.page.getByRole('textbox', { name: 'Encrypted message to bob@localhost' });
const message = (text: string): Locator => scene.alice.page.getByRole('article', { name: text });
const chip = (name: string): Locator => scene.alice.page.getByRole('button', { name });

/** The message as Bob has it. */
const bobs = (text: string): Promise<number> =>
  scene.bob.until(
    () => [...scene.bob.messages.values()].find((each) => each.text === text)?.id,
    `Bob has the message ${text}`,
  );

/** Waits until Bob knows that Alice feels just this about a message. */
async function bobKnows(text: string, emojis: readonly string[]): Promise<void> {
  const id = await bobs(text);
  const hers = () => scene.bob.reactions.get(id)?.find(({ isOwn }) => !isOwn);
  await scene.bob.until(
    () => (hers()?.emojis ?? []).join() === emojis.join(),
    `Alice feels ${emojis.join()}`,
  );
  if (emojis.length > 0) expect(hers()).toMatchObject({ sender: 'alice@localhost', encryption: 'omemo' });
}

it('signs in, and hears something', async () => {
  const { page } = scene.alice;
  await scene.signIn();
  await page.getByRole('button', { name: /^Contacts\b/ }).click();
  await page
    .getByRole('button', { name: /^bob@localhost/ })
    .first()
    .click();
  await field().waitFor();
  const chat = await openEncryptedChat(scene.bob, 'alice@localhost');
  await scene.bob.call('messages.send', { chat, text: 'lunch at noon?' });
  await message('lunch at noon?').waitFor();
});

it('reacts by mouse, and takes it back by pressing the chip', async () => {
  await message('lunch at noon?').hover();
  await message('lunch at noon?').getByRole('button', { name: 'React' }).click();
  await scene.alice.page.getByRole('toolbar', { name: 'React' }).getByRole('button', { name: '👍' }).click();
  await chip('👍 from You').waitFor();
  await bobKnows('lunch at noon?', ['👍']);
  await chip('👍 from You').click();
  await chip('👍 from You').waitFor({ state: 'detached' });
  await bobKnows('lunch at noon?', []);
});

it('reacts by keys alone, with an emoji that it looks for', async () => {
  const { page } = scene.alice;
  await field().focus();
  await page.keyboard.press('Control+Shift+E');
  const bar = page.getByRole('toolbar', { name: 'React' });
  await expect
    .poll(() =>
      bar
        .locator('button')
        .first()
        .evaluate((each) => each === document.activeElement),
    )
    .toBe(true);
  await page.keyboard.press('End'); // all emoji
  await page.keyboard.press('Enter');
  await page.getByRole('searchbox', { name: 'Search emoji' }).waitFor();
  await page.keyboard.type('hatching');
  await page.keyboard.press('ArrowDown');
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label')))
    .toBe('hatching chick');
  await page.keyboard.press('Enter');
  await chip('🐣 from You').waitFor();
  await bobKnows('lunch at noon?', ['🐣']);
});

it('writes emoji: by name between colons, and out of the picker', async () => {
  const { page } = scene.alice;
  await field().focus();
  await page.keyboard.type('yes :rocke');
  await page.getByRole('option', { name: /^🚀/ }).waitFor();
  await page.keyboard.press('Tab');
  await expect.poll(() => field().inputValue()).toBe('yes 🚀');
  await page.keyboard.type(' :tada:');
  await expect.poll(() => field().inputValue()).toBe('yes 🚀 🎉');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter'); // the button beside the field
  await page.getByRole('searchbox', { name: 'Search emoji' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('searchbox', { name: 'Search emoji' }).waitFor({ state: 'detached' });
  await field().focus();
  await page.keyboard.press('Enter');
  await scene.bob.until(
    () => scene.bob.chatWith('alice@localhost')?.last?.text === 'yes 🚀 🎉',
    'the message',
  );
});

it('sees what the other side feels, also after a restart', async () => {
  await scene.bob.call('messages.react', { message: await bobs('yes 🚀 🎉'), emojis: ['❤️', '😂'] });
  await chip('❤️ from bob@localhost').waitFor();
  await message('yes 🚀 🎉').and(scene.alice.page.locator('[aria-label*="😂 from bob@localhost"]')).waitFor();
  // The reader was at the end, and is there still.
  const below = (): Promise<number> =>
    scene.alice.page
      .getByRole('log')
      .evaluate(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight);
  await expect.poll(below).toBeLessThan(2);
  await scene.alice.screenshot('reactions');
  expect(scene.alice.problems).toEqual([]);
  await scene.restart();
  await scene.alice.page
    .getByRole('button', { name: /^bob@localhost/ })
    .first()
    .click();
  for (const name of ['❤️ from bob@localhost', '😂 from bob@localhost', '🐣 from You'])
    await chip(name).waitFor();
  await scene.bob.call('messages.react', { message: await bobs('yes 🚀 🎉'), emojis: ['😂'] });
  await chip('❤️ from bob@localhost').waitFor({ state: 'detached' });
  expect(scene.alice.problems).toEqual([]);
});
