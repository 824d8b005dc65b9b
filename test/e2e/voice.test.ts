/**
 * A person speaks into the microphone, which is there for as long as they speak and no longer, listens to what they said,
 * and sends it; another engine gets it encrypted, and its answer is heard here.
 */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { FileRow } from '../../shared/contract.ts';
import { violations } from '../support/axe.ts';
import { goWithoutProtection, signInByTyping, trustCertificate, untilOnline } from '../support/drive.ts';
import { startTestEngine, type TestEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { sendFile } from '../support/hand-in.ts';
import { openEncryptedChat, signIn } from '../support/people.ts';
import { startProsody, type Prosody } from '../support/prosody.ts';
import { takesFiles } from '../support/upload.ts';
import { openWindow, type AppWindow } from '../support/window.ts';

let prosody: Prosody;
let alice: AppWindow;
let bob: TestEngine;
const folder = temporaryFolder('bob');
let spoken: Buffer;

beforeAll(async () => {
  prosody = await startProsody({ ...takesFiles(), accounts: ['alice', 'bob'], contacts: [['alice', 'bob']] });
  bob = await startTestEngine({ profile: folder.path, authority: prosody.authority });
  await signIn(bob, prosody, 'bob');
  // It beeps once a second.
  alice = await openWindow({ args: ['--use-fake-device-for-media-stream'] });
  const { page } = alice;
  await goWithoutProtection(page);
  await signInByTyping(page, {
    ...prosody.account('alice'),
    server: { host: '127.0.0.1', port: prosody.ports.starttls },
  });
  await trustCertificate(page);
  await untilOnline(page, 'alice@localhost');
  await page.getByRole('button', { name: /^Contacts\b/ }).click();
  await page
    .getByRole('button', { name: /^bob@localhost/ })
    .first()
    .click();
  await page.getByRole('textbox', { name: 'Encrypted message to bob@localhost' }).waitFor();
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
  await alice.screenshot('failed-voice').catch(() => undefined); // it may be closed
});

const bar = () => alice.page.getByRole('group', { name: 'Voice message being recorded' });
const press = (name: string): Promise<void> => bar().getByRole('button', { name, exact: true }).click();
const shown = async (): Promise<number> => {
  const [minutes = 0, seconds = 0] = (await bar().getByRole('timer').innerText()).split(':').map(Number);
  return minutes * 60 + seconds;
};
const microphone = (): Promise<string> =>
  alice.page.evaluate(() =>
    navigator.mediaDevices.getUserMedia({ audio: true }).then(
      () => 'given',
      (error: unknown) => (error instanceof Error ? error.name : String(error)),
    ),
  );

it('nobody gets the microphone who did not press a key for it', async () => {
  expect(await microphone()).toBe('NotAllowedError');
});

it('is recorded by key, paused, thrown away; and by button, listened to, and sent', async () => {
  const { page } = alice;
  await page.keyboard.press('Control+Shift+V');
  await expect.poll(shown, { timeout: 20_000 }).toBeGreaterThanOrEqual(1);
  expect(await microphone()).toBe('NotAllowedError');
  await page.keyboard.press('Escape');
  await bar().getByRole('button', { name: 'Continue recording' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('textbox', { name: 'Encrypted message to bob@localhost' }).waitFor();

  await page.getByRole('button', { name: 'Record a voice message' }).click();
  await expect.poll(shown, { timeout: 20_000 }).toBeGreaterThanOrEqual(2);
  await press('Pause recording');
  await alice.screenshot('voice-paused');
  await press('Continue recording');
  await expect.poll(shown, { timeout: 20_000 }).toBeGreaterThanOrEqual(3);
  expect(await violations(page)).toEqual([]);
  await press('Stop and listen');
  const slider = bar().getByRole('slider', { name: 'Position' });
  await slider.waitFor();
  await press('Play');
  await expect
    .poll(() => slider.getAttribute('aria-valuetext'), { timeout: 20_000 })
    .toMatch(/^0:0[1-9] of 0:0\d$/);
  await slider.press('Home');
  await alice.screenshot('voice-ready');
  await press('Send voice message');
  await page.getByRole('group', { name: 'Voice message' }).waitFor();
  expect(await microphone()).toBe('NotAllowedError');
});

it('arrives as a sound of the length that was spoken', async () => {
  const found = (state: FileRow['state']): Promise<FileRow> =>
    bob.until(
      () => [...bob.files.values()].find((file) => file.name === 'voice-message.m4a' && file.state === state),
      state,
    );
  const offered = await found('offered');
  await bob.call('files.fetch', { file: offered.id });
  const here = await found('here');
  expect(here.kind).toBe('audio');
  const piece = await bob.engine.readFile(here.id, 0, 1_000_000);
  spoken = Buffer.from(piece?.bytes ?? []);
  expect(piece?.type).toBe('audio/mp4');
  // ISO/IEC 14496-12 §8.2.2, version 1: time scale and duration of the whole.
  const header = spoken.indexOf('mvhd') + 4;
  const seconds = Number(spoken.readBigUInt64BE(header + 24)) / spoken.readUInt32BE(header + 20);
  expect(Math.abs((here.length ?? 0) / 1_000 - seconds)).toBeLessThan(0.5);
  expect(seconds).toBeGreaterThan(2.5);
  expect(seconds).toBeLessThan(60);
});

it('what comes in is drawn, played, sought in and sped up, and the next one follows', async () => {
  const { page } = alice;
  const chat = await openEncryptedChat(bob, 'alice@localhost');
  await sendFile(bob, chat, 'voice-message-1.m4a', spoken);
  await sendFile(bob, chat, 'voice-message-2.m4a', spoken);
  const sounds = page.getByRole('group', { name: 'Voice message' });
  await expect.poll(() => sounds.count(), { timeout: 20_000 }).toBe(3);
  for (const index of [1, 2]) {
    await sounds
      .nth(index)
      .getByRole('button', { name: /^Download/ })
      .click();
    await sounds.nth(index).getByRole('button', { name: 'Play' }).waitFor();
  }
  const slider = sounds.nth(1).getByRole('slider');
  // It is measured here, for nobody said how loud it is.
  await expect.poll(() => slider.getAttribute('aria-valuemax'), { timeout: 20_000 }).not.toBe('0');
  await slider.focus();
  await page.keyboard.press('Space');
  await sounds.nth(1).getByRole('button', { name: 'Speed 1×' }).click();
  await sounds.nth(1).getByRole('button', { name: 'Speed 1.5×' }).click();
  await sounds.nth(1).getByRole('button', { name: 'Speed 2×' }).waitFor();
  await alice.screenshot('voice-playing');
  await sounds.nth(2).getByRole('button', { name: 'Pause' }).waitFor({ timeout: 20_000 });
  await sounds.nth(2).getByRole('slider').focus();
  await page.keyboard.press('End');
  await sounds.nth(2).getByRole('button', { name: 'Play' }).waitFor();
  expect(await violations(page)).toEqual([]);
  expect(alice.problems).toEqual([]);
});
