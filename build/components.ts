/**
 * Checks the window's components and all that touches them, for types, markup and style, which the compiler cannot.
 * With `--remember`, not again as long as nothing changed that they reach.
 *
 * The types are those of TypeScript's compiler in Go, a third of the processor time. It looks into components of libraries
 * as well, which are not held to our rules: what it finds there is none of ours.
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

/** What svelte-check says of a place, as it writes it for programs. Lines and characters count from 0. */
interface Finding {
  readonly type: 'ERROR' | 'WARNING';
  readonly filename: string;
  readonly start: { readonly line: number; readonly character: number };
  readonly message: string;
}

/**
 * Reads a report of svelte-check, each line with the time before it.
 * @returns what was found in our own files, in words; `undefined` when it did not come to its end
 */
export function readReport(report: string): readonly string[] | undefined {
  const lines = report.split('\n').map((line) => line.replace(/^\d+ /, ''));
  if (!lines.some((line) => line.startsWith('COMPLETED '))) return undefined;
  return lines
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Finding)
    .filter(({ filename }) => !/(?:^|[\\/])node_modules[\\/]/.test(filename))
    .map(({ type, filename, start, message }) => {
      const place = `${filename}:${start.line + 1}:${start.character + 1}`;
      return `${place} ${type.toLowerCase()}: ${message}`;
    });
}

if (import.meta.main) {
  const isRemembering = process.argv.includes('--remember');
  const now = print();
  if (!isRemembering || !recall('components').has(now)) {
    const check = join(root, 'node_modules/svelte-check/bin/svelte-check');
    const form = ['--output', 'machine-verbose', '--tsgo-experimental-api'];
    const { output } = await run(process.execPath, [
      check,
      ...['--workspace', '.', '--tsconfig', CONFIG],
      ...form,
    ]);
    const findings = readReport(output) ?? [output];
    console.log(findings.join('\n') || 'nothing found');
    if (findings.length === 0 && isRemembering) remember('components', [now]);
    process.exitCode = findings.length === 0 ? 0 : 1;
  }
}
