/** Two people who both hide where they are call each other: everything goes through their server's relay, and nothing else. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startRelay, type Relay } from '../support/coturn.ts';
import { callWith, heard, openTwoWindows, ringing, seen } from '../support/two-windows.ts';

let relay: Relay | undefined;
beforeAll(async () => {
  relay = await startRelay();
});
const windows = openTwoWindows('call-relay', () => ({
  modules: ['turn_external'],
  config: relay?.config ?? '',
}));
afterAll(async () => relay?.stop());
const LONG = { timeout: 20_000 };

it('hears and sees through the relay alone, which is said in the details', async () => {
  const { alice, bob } = windows;
  for (const { page } of [alice, bob]) {
    await page.keyboard.press('Control+,');
    const hidden = page.getByRole('switch', { name: 'Hide where you are' });
    await hidden.check();
    await page.getByRole('button', { name: 'Back', exact: true }).click();
  }
  await alice.page.getByRole('button', { name: 'Video call' }).click();
  await ringing(bob.page).getByRole('button', { name: 'Answer with video' }).click();
  for (const { page } of [alice, bob]) {
    await page.getByRole('timer').waitFor(LONG);
    await expect.poll(() => seen(page), LONG).toBeGreaterThan(20);
    await expect.poll(() => heard(page), LONG).toBeGreaterThan(0.02);
  }
  await alice.page.getByRole('button', { name: 'How the call goes' }).click();
  const details = alice.page.getByRole('dialog', { name: 'How the call goes' });
  await details.getByText('relay → relay').waitFor(LONG);
  const told = await details.innerText();
  expect(told).not.toMatch(/host|srflx|prflx|\d+\.\d+\.\d+\.\d+/u);
  await alice.screenshot('call-details');
  await alice.page.keyboard.press('Escape');
  expect(relay?.allocations()).toBeGreaterThanOrEqual(2);
  await callWith(bob.page, 'alice@localhost').getByRole('button', { name: 'Hang up' }).click();
  await alice.page
    .getByRole('log')
    .getByText(/^Video call, /)
    .waitFor();
});
