/** Scenes of reactions and of the emoji picker. */
import type { Page } from 'playwright-core';
import type { Scene } from './scenes.ts';

const narrow = { width: 360, height: 740 };
const middle = { width: 1000, height: 700 };

/** What people feel about the messages of the chat that is open, from the last one backwards. */
async function feel(page: Page): Promise<void> {
  await page
    .getByRole('button', { name: /^Juliet/ })
    .first()
    .click();
  await page.waitForTimeout(300);
  await page.evaluate(() => {
    const { port } = window as unknown as {
      port: {
        world: { messages: { id: number; chat: number; sender: string; isOutgoing: boolean }[] };
        reactions: { say(id: number, emojis: string[], more?: object): void };
      };
    };
    const shown = [...document.querySelectorAll('[data-message]')].map((each) =>
      Number(each.getAttribute('data-message')),
    );
    const theirs = port.world.messages.find(({ id, isOutgoing }) => shown.includes(id) && !isOutgoing);
    const sender = theirs?.sender ?? '';
    const [last = 0, second = 0, third = 0, fourth = 0] = shown.reverse();
    port.reactions.say(last, ['👍', '❤️', '🎉'], { sender });
    port.reactions.say(last, ['❤️'], { state: 'waiting' });
    port.reactions.say(second, ['😂'], { sender, encryption: 'none' });
    port.reactions.say(third, ['👍', ':party:'], { state: 'failed', failure: 'not-acceptable' });
    port.reactions.say(fourth, ['🏳️‍🌈', '👩🏽‍🚀', '🙏']);
  });
  await page.waitForTimeout(300);
}

async function bar(page: Page): Promise<void> {
  await feel(page);
  await page.keyboard.press('Control+Shift+E');
  await page.getByRole('toolbar', { name: 'React' }).waitFor();
}

async function picker(page: Page): Promise<void> {
  await bar(page);
  await page.getByRole('button', { name: 'All emoji' }).click();
  await page.getByRole('searchbox', { name: 'Search emoji' }).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
}

async function find(page: Page): Promise<void> {
  await feel(page);
  await page.getByRole('button', { name: 'Emoji', exact: true }).click();
  await page.getByRole('searchbox', { name: 'Search emoji' }).fill('heart');
}

async function complete(page: Page): Promise<void> {
  await feel(page);
  await page.locator('textarea').pressSequentially('Good morning :sun');
  await page.getByRole('listbox').waitFor();
}

export const reactionScenes: readonly Scene[] = [
  { name: '70-reactions', scene: 'chats', size: middle, theme: 'light', act: feel },
  { name: '70-reactions-dark', scene: 'chats', size: middle, theme: 'dark', act: feel },
  { name: '70-reactions-narrow', scene: 'chats', size: narrow, theme: 'light', act: feel },
  { name: '71-react', scene: 'chats', size: middle, theme: 'light', act: bar },
  { name: '71-react-narrow-dark', scene: 'chats', size: narrow, theme: 'dark', act: bar },
  { name: '72-emoji', scene: 'chats', size: middle, theme: 'light', act: picker },
  { name: '72-emoji-dark', scene: 'chats', size: middle, theme: 'dark', act: find },
  { name: '72-emoji-narrow', scene: 'chats', size: narrow, theme: 'light', act: find },
  { name: '72-emoji-rtl', scene: 'chats', size: middle, theme: 'light', dir: 'rtl', act: picker },
  { name: '73-emoji-code', scene: 'chats', size: middle, theme: 'light', act: complete },
  { name: '73-emoji-code-narrow-dark', scene: 'chats', size: narrow, theme: 'dark', act: complete },
];
