/** Temporary folders of tests: private, and gone when the test process ends in an orderly way or is told to end. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folders = new Set<string>();

function removeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  folders.delete(path);
}

/** Makes `<temporary folder>/waxwing-<name>-XXXXXX` with mode 0700. `remove` may be called more than once. */
export function temporaryFolder(name: string): { path: string; remove: () => void } {
  watchEnd();
  const path = mkdtempSync(join(tmpdir(), `waxwing-${name}-`));
  folders.add(path);
  return { path, remove: () => removeFolder(path) };
}

let isWatching = false;

function watchEnd(): void {
  if (isWatching) return;
  isWatching = true;
  process.on('exit', () => folders.forEach(removeFolder));
  // Vitest ends its workers by this signal, which on its own passes every exit handler by.
  process.on('SIGTERM', () => {
    if (process.listenerCount('SIGTERM') === 1) process.exit(143);
  });
}
