/**
 * The test projects: `unit` and `renderer` are fast; `live` talks to real servers and `e2e` drives the real window, one
 * file at a time, because they share ports, a display and the processor.
 *
 * The files of `unit` and `renderer` share processes and loaded modules, two thirds of their time otherwise. That takes
 * modules without state of their own, which the house demands anyway, and tests that put back what they change.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { inMemory } from './memory.ts';
import { seenFolder } from './seen.ts';
import { sveltePlugin } from './svelte.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

const unitFolders = [
  'shared',
  'xmpp',
  'xep',
  'store',
  'omemo',
  'engine',
  'files',
  'hostile',
  'shell',
  'build',
];
/** They attack the real window, and need one. */
const hostilePages = 'test/hostile/renderer*.test.ts';
const SECOND = 1_000;

/**
 * Where the processes and threads that the unit tests start find sources that were read before, without their types and
 * compiled: reading the engine anew takes each of them a second. Node holds every file against its source.
 */
const compiled = { NODE_COMPILE_CACHE: join(seenFolder, 'compiled') };

export default defineConfig({
  root,
  test: {
    maxWorkers: 2,
    reporters: ['default'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/*.test.ts', ...unitFolders.map((folder) => `test/${folder}/**/*.test.ts`)],
          exclude: [hostilePages],
          isolate: false,
          env: { ...inMemory(), ...compiled },
          testTimeout: 30 * SECOND,
        },
      },
      {
        extends: true,
        plugins: [sveltePlugin()],
        resolve: { conditions: ['browser'] },
        test: {
          name: 'renderer',
          include: ['test/renderer/**/*.test.ts'],
          environment: './build/window-environment.ts',
          server: { deps: { inline: [/svelte/] } },
          isolate: false,
          // One after the other: a process serves one project only.
          sequence: { groupOrder: 1 },
          testTimeout: 30 * SECOND,
        },
      },
      {
        extends: true,
        test: {
          name: 'live',
          include: ['test/live/**/*.test.ts'],
          setupFiles: ['test/support/end-ways.ts'],
          fileParallelism: false,
          testTimeout: 120 * SECOND,
          hookTimeout: 60 * SECOND,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts', hostilePages],
          fileParallelism: false,
          testTimeout: 180 * SECOND,
          hookTimeout: 120 * SECOND,
        },
      },
    ],
  },
});
