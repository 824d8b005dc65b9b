/**
 * `npm run chaos -- [row …] [--seed N] [--count N] [--short]`: does the harm of each row, many times, and asks what is
 * left. Without a row, all of them. Ledgers are kept in test-results/chaos. The ordinary tests run it with `--short`.
 */
import { createContext, tellResult, type Row } from './frame.ts';
import { acknowledgements } from './rows/acknowledgements.ts';
import { clocks } from './rows/clocks.ts';
import { damage } from './rows/damage.ts';
import { desyncs } from './rows/desyncs.ts';
import { detourRow } from './rows/detours.ts';
import { devices } from './rows/devices.ts';
import { diskFull } from './rows/disk-full.ts';
import { downgradeRow } from './rows/downgrades.ts';
import { fanOut } from './rows/fan-out.ts';
import { flaps } from './rows/flaps.ts';
import { keyrings } from './rows/keyrings.ts';
import { kills } from './rows/kills.ts';
import { orders } from './rows/orders.ts';
import { outgoing } from './rows/outgoing.ts';
import { portalRow } from './rows/portals.ts';
import { prekeyRow } from './rows/prekeys.ts';
import { resumption } from './rows/resumption.ts';
import { silence } from './rows/silence.ts';
import { uploads } from './rows/uploads.ts';
import { sleep } from './rows/sleep.ts';

const rows: readonly Row[] = [
  kills,
  outgoing,
  flaps,
  resumption,
  acknowledgements,
  devices,
  orders,
  fanOut,
  desyncs,
  prekeyRow,
  silence,
  diskFull,
  damage,
  sleep,
  detourRow,
  portalRow,
  clocks,
  downgradeRow,
  uploads,
  keyrings,
];

function option(name: string): string | undefined {
  const words = process.argv.slice(2);
  const index = words.findIndex((word) => word === `--${name}` || word.startsWith(`--${name}=`));
  return words[index]?.split('=')[1] ?? (index < 0 ? undefined : words[index + 1]);
}

function wanted(): readonly Row[] {
  const names = process.argv.slice(2).filter((word) => /^[A-Z]\d+$/i.test(word));
  if (names.length === 0) return rows;
  return names.map((name) => {
    const row = rows.find((each) => each.name === name.toUpperCase());
    if (row === undefined)
      throw new Error(`No row ${name}: there are ${rows.map((each) => each.name).join(', ')}`);
    return row;
  });
}

const isShort = process.argv.includes('--short');
const seed = Number(option('seed') ?? (isShort ? 20_261_121 : Date.now() % 2 ** 31));
let hasFailed = false;
for (const row of wanted()) {
  const context = createContext(row.name, seed, Number(option('count') ?? (isShort ? row.short : row.full)));
  console.log(`${row.name} ${row.title}, ${context.count} times, seed ${seed} …`);
  const start = performance.now();
  const result = await row.run(context);
  hasFailed ||= result.failures.length > 0;
  console.log(tellResult(row, context, result, (performance.now() - start) / 1_000));
}
process.exit(hasFailed ? 1 : 0);
