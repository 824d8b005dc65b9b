/** H54, H55, H56, H57: no way to get a secret by being weaker than one should be. */
import { expect, it } from 'vitest';
import { faultsOf } from '../support/downgrade-run.ts';
import { downgrades } from '../support/downgrades.ts';

it('there are enough of them, and each is another', () => {
  expect(new Set(downgrades.map(({ name }) => name)).size).toBe(downgrades.length);
  expect(downgrades.length).toBeGreaterThanOrEqual(40);
});

it.each(downgrades)('$name', async (downgrade) => {
  expect(await faultsOf(downgrade)).toEqual([]);
});
