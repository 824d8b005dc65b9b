/** Scenes of calls, in all that they can be at. */
import type { Page } from 'playwright-core';
import type { Scene } from './scenes.ts';

const narrow = { width: 360, height: 740 };
const middle = { width: 1000, height: 700 };

interface Tools {
  readonly port: {
    readonly calls: {
      readonly rows: readonly { readonly call: number }[];
      ring(chat: number, hasVideo?: boolean): unknown;
      accept(call: number): void;
      change(call: number, changed: object): void;
    };
    readonly world: { readonly chats: readonly { readonly id: number; readonly address: string }[] };
  };
}

async function open(page: Page): Promise<void> {
  await page
    .getByRole('button', { name: /^Juliet/ })
    .first()
    .click();
  await page.waitForTimeout(200);
}
const change = async (page: Page, changed: object): Promise<void> => {
  await page.evaluate((given) => {
    const { calls } = (window as unknown as Tools).port;
    calls.change(calls.rows.at(-1)?.call ?? 0, given);
  }, changed);
};
const ring = (hasVideo: boolean) => async (page: Page) => {
  await open(page);
  await page.evaluate((isVideo) => {
    const { port } = window as unknown as Tools;
    port.calls.ring(port.world.chats[0]?.id ?? 0, isVideo);
  }, hasVideo);
  await page.getByRole('alertdialog').waitFor();
};
const call =
  (hasVideo = false) =>
  async (page: Page) => {
    await open(page);
    await page.getByRole('button', { name: hasVideo ? 'Video call' : 'Voice call' }).click();
    await page.getByText('Calling…').waitFor();
  };
async function accept(page: Page): Promise<void> {
  await page.evaluate(() => {
    const { calls } = (window as unknown as Tools).port;
    calls.accept(calls.rows.at(-1)?.call ?? 0);
  });
  await page.getByRole('timer').waitFor();
}
const talk =
  (hasVideo = false, changed: object = {}) =>
  async (page: Page) => {
    await call(hasVideo)(page);
    await accept(page);
    if (hasVideo) await page.getByLabel('Picture of Juliet').waitFor();
    await change(page, changed);
    await page.waitForTimeout(hasVideo ? 2_500 : 400);
  };
const press = (begin: (page: Page) => Promise<void>, name: string) => async (page: Page) => {
  await begin(page);
  await page.getByRole('button', { name, exact: true }).click();
  await page.waitForTimeout(600);
};
const end = (reason: string) => async (page: Page) => {
  await call()(page);
  await change(page, { state: 'ended', end: { reason } });
};
async function settings(page: Page): Promise<void> {
  await page.keyboard.press('Control+,');
  await page.getByRole('button', { name: 'Calls', exact: true }).click();
  await page.waitForTimeout(300);
}

export const callScenes: readonly Scene[] = [
  { name: '80-call-incoming', scene: 'chats', size: middle, theme: 'light', act: ring(false) },
  { name: '80-call-incoming-video-dark', scene: 'chats', size: middle, theme: 'dark', act: ring(true) },
  { name: '80-call-incoming-narrow', scene: 'chats', size: narrow, theme: 'light', act: ring(true) },
  { name: '81-call-waiting', scene: 'chats', size: middle, theme: 'light', act: call() },
  {
    name: '82-call-voice',
    scene: 'chats',
    size: middle,
    theme: 'light',
    act: talk(false, { protection: 'omemo' }),
  },
  {
    name: '82-call-voice-dark',
    scene: 'chats',
    size: middle,
    theme: 'dark',
    act: talk(false, { isHeld: true }),
  },
  {
    name: '82-call-voice-narrow',
    scene: 'chats',
    size: narrow,
    theme: 'light',
    act: talk(false, { isMuted: true }),
  },
  {
    name: '83-call-video',
    scene: 'chats',
    size: middle,
    theme: 'light',
    act: talk(true, { protection: 'verified' }),
  },
  { name: '83-call-video-narrow-dark', scene: 'chats', size: narrow, theme: 'dark', act: talk(true) },
  { name: '83-call-video-rtl', scene: 'chats', size: middle, theme: 'light', dir: 'rtl', act: talk(true) },
  {
    name: '84-call-small',
    scene: 'chats',
    size: middle,
    theme: 'light',
    act: press(talk(true), 'Make the call small'),
  },
  {
    name: '84-call-small-narrow',
    scene: 'chats',
    size: narrow,
    theme: 'dark',
    act: press(talk(), 'Make the call small'),
  },
  { name: '85-call-keypad', scene: 'chats', size: middle, theme: 'light', act: press(talk(), 'Keypad') },
  {
    name: '86-call-devices',
    scene: 'chats',
    size: middle,
    theme: 'light',
    act: press(talk(true), 'Microphone, camera and speaker'),
  },
  {
    name: '87-call-screens',
    scene: 'chats',
    size: middle,
    theme: 'light',
    act: press(talk(), 'Share a screen or window'),
  },
  {
    name: '87-call-screens-narrow-dark',
    scene: 'chats',
    size: narrow,
    theme: 'dark',
    act: press(talk(), 'Share a screen or window'),
  },
  {
    name: '88-call-details',
    scene: 'chats',
    size: middle,
    theme: 'light',
    act: press(talk(true), 'How the call goes'),
  },
  {
    name: '88-call-details-narrow',
    scene: 'chats',
    size: narrow,
    theme: 'dark',
    act: press(talk(true), 'How the call goes'),
  },
  { name: '89-call-declined', scene: 'chats', size: middle, theme: 'light', act: end('declined') },
  { name: '89-call-failed-dark', scene: 'chats', size: middle, theme: 'dark', act: end('failed') },
  { name: '89-call-settings', scene: 'chats', size: middle, theme: 'light', act: settings },
];
