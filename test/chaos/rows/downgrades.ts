/** S8: every way to get a secret by being weaker than one should be, against the real client: none of them is told one. */
import { faultsOf } from '../../support/downgrade-run.ts';
import { downgrades } from '../../support/downgrades.ts';
import type { Context, Result, Row } from '../frame.ts';

async function run({ count, note }: Context): Promise<Result> {
  const failures: string[] = [];
  let tried = 0;
  for (let round = 0; round < count; round += 1) {
    for (const downgrade of downgrades) {
      const faults = await faultsOf(downgrade);
      note('tried', { downgrade: downgrade.name, faults });
      tried += 1;
      failures.push(...faults.map((fault) => `${downgrade.name}: ${fault}`));
    }
  }
  return { tried, failures, figures: { scripts: downgrades.length } };
}

export const downgradeRow: Row = { name: 'S8', title: 'bad TLS and downgrades', full: 10, short: 1, run };
