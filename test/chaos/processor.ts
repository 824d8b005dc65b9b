/**
 * How long this process wanted to run and could not, because others had the processor: what a time that was measured
 * here says about the machine and not about us. Linux tells; elsewhere it counts as nothing.
 */
import { existsSync, readFileSync } from 'node:fs';

/** The second number is nanoseconds on the run queue (Documentation/scheduler/sched-stats.rst of the kernel). */
const FILE = '/proc/self/schedstat';

/** Milliseconds of the main thread, since it began. Only differences mean something. */
export function waitedForProcessor(): number {
  if (!existsSync(FILE)) return 0;
  return Number(readFileSync(FILE, 'utf8').split(' ')[1] ?? 0) / 1e6;
}
