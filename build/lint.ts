/**
 * Lints what the fast linter (.oxlintrc.json) cannot: components, modules with runes, and plain scripts. With `--remember`
 * only what may have changed its meaning since it was found in order: a rule looks at types, so a file is as new as the
 * newest file that it reaches through imports.
 */
import { relative } from 'node:path';
import { ESLint } from 'eslint';
import { fingerprints, readSources, surroundings } from './fingerprints.ts';
import { root } from './places.ts';
import { createProgram, isSveltes } from './program.ts';
import { recall, remember } from './seen.ts';

const CONFIG = 'build/eslint.config.js';

const isScript = (path: string): boolean => /\.[mc]?js$/.test(path);

/** Tells what is wrong. @returns the files in which that is */
async function look(files: readonly string[]): Promise<ReadonlySet<string>> {
  const linter = new ESLint({
    overrideConfigFile: CONFIG,
    overrideConfig: {
      files: ['**/*.ts', '**/*.svelte'],
      // What is known of the types of one file serves the next.
      languageOptions: {
        parserOptions: { projectService: false, programs: [createProgram(files.filter(isSveltes))] },
      },
    },
  });
  const results = await linter.lintFiles([...files]);
  if (results.length !== files.length)
    throw new Error(`${files.length} files, but ${results.length} were linted`);
  const text = await (await linter.loadFormatter('stylish')).format(results);
  if (text !== '') console.log(text);
  return new Set(
    results.filter(({ messages }) => messages.length > 0).map(({ filePath }) => nameOf(filePath)),
  );
}

/** As the sources call it. */
function nameOf(path: string): string {
  return relative(root, path).replaceAll('\\', '/');
}

const isRemembering = process.argv.includes('--remember');
const sources = readSources();
const prints = fingerprints(sources, surroundings(CONFIG));
const seen = isRemembering ? recall('lint') : new Set<string>();
const files = [...sources.keys()].filter((file) => isSveltes(file) || isScript(file));
const open = files.filter((file) => !seen.has(prints.get(file) ?? ''));

const faulty = open.length === 0 ? new Set<string>() : await look(open);
if (faulty.size > 0) process.exitCode = 1;
if (isRemembering) {
  const clean = files.filter((file) => !faulty.has(file));
  remember(
    'lint',
    clean.map((file) => prints.get(file) ?? ''),
  );
}
