/**
 * Checks the window's components and all that touches them, for types, markup and style, which the compiler cannot.
 * With `--remember`, not again as long as nothing changed that they reach.
 */
import { join } from 'node:path';
import { fingerprints, hash, readSources, surroundings } from './fingerprints.ts';
import { root } from './places.ts';
import { run } from './processes.ts';
import { recall, remember } from './seen.ts';

const CONFIG = 'build/components.json';
/** The folders of that configuration whose files are looked at; nothing outside of them imports a component. */
export const folders = ['renderer/', 'test/renderer/', 'shared/'];

/** One fingerprint of everything that may be looked at. */
function print(): string {
  const prints = [...fingerprints(readSources(), surroundings(CONFIG))];
  return hash(...prints.filter(([path]) => folders.some((each) => path.startsWith(each))).flat());
}

if (import.meta.main) {
  const isRemembering = process.argv.includes('--remember');
  const now = print();
  if (!isRemembering || !recall('components').has(now)) {
    const args = ['--workspace', '.', '--tsconfig', CONFIG, '--output', 'human', '--fail-on-warnings'];
    const { code, output } = await run(process.execPath, [
      join(root, 'node_modules/svelte-check/bin/svelte-check'),
      ...args,
    ]);
    console.log(output);
    if (code === 0 && isRemembering) remember('components', [now]);
    process.exitCode = code;
  }
}
