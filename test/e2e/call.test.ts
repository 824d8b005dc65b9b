/** Two people at two windows call each other: what each of them sees, and what really arrives of voice and picture. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { violations } from '../support/axe.ts';
import { callWith, heard, openTwoWindows, ringing, seen } from '../support/two-windows.ts';

const windows = openTwoWindows('call');
const LONG = { timeout: 20_000 };
const ALICE = 'alice@localhost';
const BOB = 'bob@localhost';
const press = async (window: { page: Page }, name: string): Promise<void> => {
  await window.page.getByRole('button', { name, exact: true }).click();
};

it('it rings, and is declined', async () => {
  const { alice, bob } = windows;
  await press(alice, 'Voice call');
  await ringing(bob.page).getByRole('heading', { name: ALICE }).waitFor();
  await callWith(alice.page, BOB).getByText('Ringing…').waitFor();
  expect(await violations(bob.page)).toEqual([]);
  expect(await violations(alice.page)).toEqual([]);
  await bob.screenshot('call-incoming');
  await press(bob, 'Decline');
  await callWith(alice.page, BOB).getByText(`${BOB} declined the call.`).waitFor();
  await press(alice, 'Close');
  await alice.page.getByRole('log').getByText('Voice call: Declined').waitFor();
  await bob.page.getByRole('log').getByText('Voice call: Declined').waitFor();
});

it('both hear each other, and who is muted or waits is not heard', async () => {
  const { alice, bob } = windows;
  await press(alice, 'Voice call');
  await ringing(bob.page).waitFor();
  await bob.page.keyboard.press('Enter');
  for (const { page } of [alice, bob]) await page.getByRole('timer').waitFor(LONG);
  await expect.poll(() => heard(bob.page), LONG).toBeGreaterThan(0.02);
  await expect.poll(() => heard(alice.page), LONG).toBeGreaterThan(0.02);
  await alice.screenshot('call-voice');
  expect(await violations(alice.page)).toEqual([]);

  await alice.page.keyboard.press('m');
  await bob.page.getByText(`${ALICE} is muted`).waitFor();
  await expect.poll(() => heard(bob.page), LONG).toBeLessThan(0.001);
  await press(alice, 'Unmute');
  await expect.poll(() => heard(bob.page), LONG).toBeGreaterThan(0.02);

  await press(bob, 'Put on hold');
  await alice.page.getByText(`${BOB} has put the call on hold`).waitFor();
  await expect.poll(() => heard(alice.page), LONG).toBeLessThan(0.001);
  await press(bob, 'Continue the call');
  await expect.poll(() => heard(alice.page), LONG).toBeGreaterThan(0.02);
});

it('a picture comes and goes in the middle of it', async () => {
  const { alice, bob } = windows;
  await press(alice, 'Turn the camera on');
  await bob.page.getByLabel(`Picture of ${ALICE}`).waitFor(LONG);
  await expect.poll(() => seen(bob.page), LONG).toBeGreaterThan(20);
  await bob.screenshot('call-video');
  await press(bob, 'Make the call small');
  await callWith(bob.page, ALICE).getByLabel(`Picture of ${ALICE}`).waitFor();
  expect(await violations(bob.page)).toEqual([]);
  await press(bob, 'Back to the call');
  await press(alice, 'Turn the camera off');
  await bob.page.getByLabel(`Picture of ${ALICE}`).waitFor({ state: 'detached', ...LONG });

  await press(alice, 'Share a screen or window');
  const picker = alice.page.getByRole('dialog', { name: 'What do you want to share?' });
  await picker.getByRole('radio').first().waitFor();
  expect(await violations(alice.page)).toEqual([]);
  await alice.screenshot('call-screens');
  await picker.getByRole('button', { name: 'Share', exact: true }).click();
  await bob.page.getByLabel(`Picture of ${ALICE}`).waitFor(LONG);
  await expect.poll(() => seen(bob.page), LONG).toBeGreaterThan(2);
  await bob.screenshot('call-screen-shared');
  await press(alice, 'Stop sharing');
  await bob.page.getByLabel(`Picture of ${ALICE}`).waitFor({ state: 'detached', ...LONG });
  await press(bob, 'Hang up');
  for (const { page } of [alice, bob]) {
    await page
      .getByRole('log')
      .getByText(/^Voice call, \d+:\d\d$/)
      .waitFor();
    expect(await page.getByRole('region', { name: /^Call with/ }).count()).toBe(0);
  }
});

it('with video from the beginning, called from the other side; nobody films on after it', async () => {
  const { alice, bob } = windows;
  await press(bob, 'Video call');
  await ringing(alice.page).getByRole('button', { name: 'Answer with video' }).click();
  for (const { page } of [alice, bob]) await expect.poll(() => seen(page), LONG).toBeGreaterThan(20);
  await alice.screenshot('call-video-both');
  await press(alice, 'Hang up');
  await bob.page
    .getByRole('log')
    .getByText(/^Video call, /)
    .waitFor();
  for (const { page, problems } of [alice, bob]) {
    const asked = await page.evaluate(() =>
      navigator.mediaDevices.getUserMedia({ video: true, audio: true }).then(
        () => 'given',
        (error: unknown) => (error instanceof Error ? error.name : String(error)),
      ),
    );
    expect([asked, problems]).toEqual(['NotAllowedError', []]);
  }
});
