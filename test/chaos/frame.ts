/**
 * What every row of the chaos run shares: its seed, a ledger that is only appended to, and how its outcome is told.
 * A zero is told with what it is worth: the upper end of the 95 % interval.
 */
import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../build/places.ts';
import { seededRandom } from '../support/random.ts';

export interface Context {
  readonly seed: number;
  /** How often the row's harm is done. */
  readonly count: number;
  readonly random: () => number;
  /** Appends a line to the ledger of this run, at once. */
  readonly note: (event: string, data?: Readonly<Record<string, unknown>>) => void;
  /** Where the ledger is. */
  readonly ledger: string;
}

export interface Result {
  /** How often the harm was really done. */
  readonly tried: number;
  /** What was found wrong, one line each. */
  readonly failures: readonly string[];
  /** Measured values and counts, by name. */
  readonly figures: Readonly<Record<string, string | number>>;
}

export interface Row {
  readonly name: string;
  readonly title: string;
  /** The full run, and the one in `npm test`. */
  readonly full: number;
  readonly short: number;
  readonly run: (context: Context) => Promise<Result>;
}

export function createContext(name: string, seed: number, count: number): Context {
  const folder = join(root, 'test-results', 'chaos');
  mkdirSync(folder, { recursive: true });
  const ledger = join(folder, `${name}-${seed}-${count}.jsonl`);
  rmSync(ledger, { force: true }); // of an earlier run of the same
  return {
    seed,
    count,
    random: seededRandom(seed),
    ledger,
    note: (event, data = {}) => {
      appendFileSync(ledger, `${JSON.stringify({ at: Date.now(), event, ...data })}\n`);
    },
  };
}

/**
 * The upper end of the two-sided 95 % interval for a rate of which `failures` in `tried` were seen (Clopper–Pearson);
 * for none the rule of three, 3/N.
 */
export function upperBound(failures: number, tried: number): number {
  if (tried === 0 || failures >= tried) return 1;
  if (failures === 0) return Math.min(1, 3 / tried);
  let [low, high] = [failures / tried, 1];
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (atMost(failures, tried, middle) > 0.025) low = middle;
    else high = middle;
  }
  return high;
}

/** The probability of at most `k` in `n` at the rate `p`. */
function atMost(k: number, n: number, p: number): number {
  let term = n * Math.log1p(-p);
  let sum = Math.exp(term);
  for (let index = 1; index <= k; index += 1) {
    term += Math.log((n - index + 1) / index) + Math.log(p) - Math.log1p(-p);
    sum += Math.exp(term);
  }
  return sum;
}

/** The value below which 95 in 100 lie; NaN of none. */
export function percentile95(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * 0.95) - 1)] ?? Number.NaN;
}

/** What is printed of a row. */
export function tellResult(row: Row, { seed, ledger }: Context, result: Result, seconds: number): string {
  const { tried, failures, figures } = result;
  const bound = `${(upperBound(failures.length, tried) * 100).toPrecision(2)} %`;
  return [
    `${row.name} ${row.title}: N=${tried}, ${failures.length} failures, 95 % bound ${bound}, seed ${seed}, ${seconds.toFixed(0)} s`,
    ...Object.entries(figures).map(([name, value]) => `   ${name}: ${value}`),
    ...failures.slice(0, 20).map((failure) => `   FAILED ${failure}`),
    `   ledger ${ledger}`,
  ].join('\n');
}
