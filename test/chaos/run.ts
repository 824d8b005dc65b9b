/**
 * `npm run chaos`: kills the engine at random, many times, and asks what is left. The seed is printed, and
 * `--seed=N --kills=N` repeats a run. The ordinary tests hold a shorter one with a fixed seed.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../../build/places.ts';

const words = process.argv.slice(2);
const value = (name: string): string | undefined =>
  words.find((word) => word.startsWith(`--${name}=`))?.split('=')[1];
const seed = value('seed') ?? String(Date.now() % 2 ** 31);
const kills = value('kills') ?? '200';
console.log(`${kills} kills, seed ${seed}`);
const { status } = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--config',
    'build/vitest.config.ts',
    'test/live/crash.test.ts',
  ],
  { cwd: root, stdio: 'inherit', env: { ...process.env, WAXWING_SEED: seed, WAXWING_KILLS: kills } },
);
process.exitCode = status ?? 1;
