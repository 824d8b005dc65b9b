/** Alice and Bob at a window each, who have a microphone and a camera that somebody made up, and see each other's chat. */
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { Locator, Page } from 'playwright-core';
import { goWithoutProtection, signInByTyping, trustCertificate, untilOnline } from './drive.ts';
import { startProsody, type Prosody, type ProsodyOptions } from './prosody.ts';
import { openWindow, type AppWindow } from './window.ts';

export interface TwoWindows {
  readonly prosody: Prosody;
  readonly alice: AppWindow;
  readonly bob: AppWindow;
}

/** A tone once a second, and a picture that turns. */
const FAKE = ['--use-fake-device-for-media-stream'];

/**
 * Sets hooks of the file that calls it.
 * @param name of the screenshots of what fails
 * @param options asked for when the server is started, after the hooks that were set before
 */
export function openTwoWindows(
  name: string,
  options: () => Partial<ProsodyOptions> = () => ({}),
): TwoWindows {
  let prosody: Prosody | undefined;
  const windows: AppWindow[] = [];

  beforeAll(async () => {
    prosody = await startProsody({ ...options(), accounts: ['alice', 'bob'], contacts: [['alice', 'bob']] });
    const server = { host: '127.0.0.1', port: prosody.ports.starttls };
    const at = prosody;
    const open = async (who: string, other: string): Promise<AppWindow> => {
      const window = await openWindow({ args: FAKE });
      const { page } = window;
      await goWithoutProtection(page);
      await signInByTyping(page, { ...at.account(who), server });
      await trustCertificate(page);
      await untilOnline(page, `${who}@localhost`);
      await page.getByRole('button', { name: /^Contacts\b/ }).click();
      await page
        .getByRole('button', { name: new RegExp(`^${other}@localhost`) })
        .first()
        .click();
      await page.getByRole('button', { name: 'Voice call' }).waitFor();
      return window;
    };
    windows.push(...(await Promise.all([open('alice', 'bob'), open('bob', 'alice')])));
  });

  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    for (const [index, window] of windows.entries()) {
      console.log(window.output(), window.problems);
      await window.screenshot(`failed-${name}-${String(index)}`).catch(() => undefined); // it may be closed
    }
  });

  afterAll(async () => {
    for (const window of windows) await window.close();
    await prosody?.stop();
  });

  const there = <Thing>(thing: Thing | undefined): Thing => {
    if (thing === undefined) throw new Error('nothing is open yet');
    return thing;
  };
  return {
    get prosody() {
      return there(prosody);
    },
    get alice() {
      return there(windows[0]);
    },
    get bob() {
      return there(windows[1]);
    },
  };
}

/** The question that rings. */
export const ringing = (page: Page): Locator => page.getByRole('alertdialog');

/** The call, over everything or as a card. */
export const callWith = (page: Page, other: string): Locator =>
  page.getByRole('region', { name: `Call with ${other}` });

/** How loud it gets within a second and a half of what this window lets be heard, from 0 to 1. */
export async function heard(page: Page): Promise<number> {
  return await page.evaluate(async () => {
    const stream = document.querySelector('audio')?.srcObject;
    if (!(stream instanceof MediaStream)) return 0;
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    let loudest = 0;
    for (let look = 0; look < 60; look += 1) {
      await new Promise((resolve) => setTimeout(resolve, 25));
      analyser.getFloatTimeDomainData(samples);
      loudest = Math.max(loudest, ...samples.map(Math.abs));
    }
    await context.close();
    return loudest;
  });
}

/** How many pictures of the other side were decoded so far. */
export async function seen(page: Page): Promise<number> {
  return await page.evaluate(
    () =>
      document.querySelector<HTMLVideoElement>('.videos video')?.getVideoPlaybackQuality().totalVideoFrames ??
      0,
  );
}
