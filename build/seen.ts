/**
 * What checks have found in order, by fingerprint, in the cache below `node_modules`. Whatever cannot be read counts as
 * never seen.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './places.ts';

/** Where all checks remember; `npm ci` takes it away. */
export const seenFolder = join(root, 'node_modules/.cache/waxwing');

export function recall(name: string): ReadonlySet<string> {
  try {
    const list: unknown = JSON.parse(readFileSync(join(seenFolder, `${name}.json`), 'utf8'));
    return new Set(Array.isArray(list) ? list.filter((each) => typeof each === 'string') : []);
  } catch {
    return new Set(); // none yet, or half of one
  }
}

/** Forgets what was there before. Another run at the same time may win, and harms nothing. */
export function remember(name: string, found: Iterable<string>): void {
  mkdirSync(seenFolder, { recursive: true });
  const unfinished = join(seenFolder, `${name}.${String(process.pid)}`);
  writeFileSync(unfinished, JSON.stringify([...found]));
  renameSync(unfinished, join(seenFolder, `${name}.json`));
}
