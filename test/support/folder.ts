/** Temporary folders of tests: private, and gone when the test process ends in an orderly way. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Makes `<temporary folder>/waxwing-<name>-XXXXXX` with mode 0700. `remove` may be called more than once. */
export function temporaryFolder(name: string): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), `waxwing-${name}-`));
  const remove = (): void => {
    rmSync(path, { recursive: true, force: true, maxRetries: 5 });
    process.removeListener('exit', remove);
  };
  process.once('exit', remove);
  return { path, remove };
}
