/** What of the engine's news reaches a page while the screen is locked. */
import { expect, it } from 'vitest';
import { Veil } from '../../electron/shell/veil.ts';
import type { Batch, Change, ProfileRow } from '../../shared/contract.ts';

const profile = (state: ProfileRow['state']): Change => ({ put: 'profile', row: { state } });
const news: Change = { put: 'no-chat', chat: 1 };

/** What each batch becomes. */
function tell(veil: Veil, batches: readonly (readonly Change[])[]): (Batch | undefined)[] {
  return batches.map((changes, sequence) => {
    veil.see(changes);
    return veil.cover({ sequence, changes: [...changes] });
  });
}

it('tells everything while it is open, and of a locked screen only that', () => {
  const told = tell(new Veil(), [
    [profile('open'), news],
    [news, profile('screen-locked'), news],
    [news],
    [profile('screen-locked')],
    [profile('open'), news],
    [news],
  ]);
  expect(told.map((batch) => batch?.changes)).toEqual([
    [profile('open'), news],
    [profile('screen-locked')],
    undefined,
    [profile('screen-locked')],
    [profile('open'), news],
    [news],
  ]);
});

it('says once that what was open is locked', () => {
  const veil = new Veil();
  const states = ['open', 'screen-locked', 'screen-locked', 'open', 'locked', 'screen-locked'] as const;
  expect(states.map((state) => veil.see([profile(state)]))).toEqual([
    false,
    true,
    false,
    false,
    false,
    false,
  ]);
});
