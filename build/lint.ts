/**
 * Lints everything, and with `--remember` only what may have changed its meaning since it was found in order: a rule
 * looks at types, so a file is as new as the newest file that it reaches through imports.
 */
import type { ESLint } from 'eslint';
import { fingerprints, readSources, reaches, surroundings, type Sources } from './fingerprints.ts';
import { recall, remember } from './seen.ts';

const CONFIG = 'build/eslint.config.js';
const isComponent = (path: string): boolean => path.endsWith('.svelte');

/**
 * The linter's type service knows a component only as what its parser makes of it, and starts over when that is new to
 * it. So all components that matter are shown to it once, without rules; then one service serves every file, and what it
 * knows of a component does not hang on the order of the files.
 */
async function lint(files: readonly string[], sources: Sources): Promise<ESLint.LintResult[]> {
  const { ESLint } = await import('eslint');
  const reached = reaches(sources);
  const components = new Set(files.flatMap((file) => [...(reached.get(file) ?? [])].filter(isComponent)));
  const showing = new ESLint({ overrideConfigFile: CONFIG, ruleFilter: () => false });
  if (components.size > 0) await showing.lintFiles([...components]);
  const linter = new ESLint({ overrideConfigFile: CONFIG });
  const results = await linter.lintFiles([
    ...files.filter(isComponent),
    ...files.filter((file) => !isComponent(file)),
  ]);
  const text = await (await linter.loadFormatter('stylish')).format(results);
  if (text !== '') console.log(text);
  return results;
}

const isRemembering = process.argv.includes('--remember');
const sources = readSources();
const prints = fingerprints(sources, surroundings(CONFIG));
const seen = isRemembering ? recall('lint') : new Set<string>();
const isSeen = (file: string): boolean => seen.has(prints.get(file) ?? '');
const files = [...sources.keys()].filter((file) => !file.endsWith('.json'));
const open = files.filter((file) => !isSeen(file));

const results = open.length === 0 ? [] : await lint(open, sources);
const unclean = results.filter(({ messages }) => messages.length > 0);
const faulty = new Set(unclean.map(({ filePath }) => filePath.replaceAll('\\', '/')));
if (isRemembering) {
  const clean = files.filter((file) => ![...faulty].some((path) => path.endsWith(`/${file}`)));
  remember(
    'lint',
    clean.map((file) => prints.get(file) ?? ''),
  );
}
if (results.length !== open.length)
  throw new Error(`${open.length} files, but ${results.length} were linted`);
if (results.some(({ errorCount, fatalErrorCount }) => errorCount + fatalErrorCount > 0)) process.exitCode = 1;
