/** What a program and all it has started cost, as Linux tells it. */
import { readdirSync, readFileSync } from 'node:fs';

/** Proportional set size of a process group: shared pages are counted once, in MiB. */
export function memoryOf(group: number): number {
  return (
    sum(group, (pid) => {
      const pss = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1];
      return Number(pss ?? 0);
    }) / 1_024
  );
}

/** Hundredths of a second, which every Linux shows whatever its own clock is. */
const TICK = 10;

/** Milliseconds that a process group has had the processor, so far. */
export function processorOf(group: number): number {
  return sum(group, (pid) => {
    const fields = fieldsOf(pid);
    return (Number(fields[11]) + Number(fields[12])) * TICK;
  });
}

/** From the state on: the name before it may contain anything. */
function fieldsOf(pid: string): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function sum(group: number, of: (pid: string) => number): number {
  let total = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (Number(fieldsOf(pid)[2]) === group) total += of(pid);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && /ENOENT|ESRCH/.test(String(error.code))))
        throw error;
    }
  }
  return total;
}
