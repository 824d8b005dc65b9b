/**
 * Formats everything, or with `--check` tells what is not: components by Prettier, which has a parser for them, all else
 * by oxfmt, which takes a hundredth of the time.
 */
import { join } from 'node:path';
import { root } from './places.ts';
import { run } from './processes.ts';

const isCheck = process.argv.includes('--check');
const modules = join(root, 'node_modules');
const formatters = [
  [join(modules, 'oxfmt/bin/oxfmt'), isCheck ? '--list-different' : '--write', '.'],
  [
    join(modules, 'prettier/bin/prettier.cjs'),
    isCheck ? '--list-different' : '--write',
    '--log-level',
    'warn',
    '**/*.svelte',
  ],
];
for (const args of formatters) {
  const { code, output } = await run(process.execPath, args, { limit: 10 * 60_000 });
  if (output.trim() !== '') console.log(output.trim());
  if (code !== 0) process.exitCode = 1;
}
