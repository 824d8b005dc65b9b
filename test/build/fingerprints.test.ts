/** When a file counts as changed: with everything that it reaches, and with what all files stand on. */
import { describe, expect, test } from 'vitest';
import { folders } from '../../build/components.ts';
import { fingerprints, readSources, reaches } from '../../build/fingerprints.ts';

const sources = new Map([
  ['shared/row.ts', `export type Row = 1;`],
  ['shared/calls.ts', `import type { Row } from './row.ts';`],
  ['electron/store.ts', `import { calls } from '../shared/calls';\nawait import("./later.js");`],
  ['electron/later.ts', `export * from './store.ts'; // in a circle`],
  [
    'renderer/App.svelte',
    `<script lang="ts">import { calls } from '../shared/calls.ts';</script><p>don't</p>`,
  ],
  ['renderer/main.ts', `import App from './App.svelte'; import words from './words.json';`],
  ['renderer/words.json', `{}`],
  ['renderer/alone.ts', `import { join } from 'node:path'; const path = './nowhere.ts';`],
]);

/** The files that count as changed after this. */
function changed(path: string, text: string | undefined, before = sources): string[] {
  const after = new Map(before);
  if (text === undefined) after.delete(path);
  else after.set(path, text);
  const prints = fingerprints(before, 'versions');
  return [...fingerprints(after, 'versions')]
    .filter(([file, print]) => prints.get(file) !== print)
    .map(([file]) => file)
    .sort();
}

describe('a change', () => {
  test.each([
    ['nobody imports it', 'renderer/main.ts', ['renderer/main.ts']],
    ['a component is imported', 'renderer/App.svelte', ['renderer/App.svelte', 'renderer/main.ts']],
    ['of data', 'renderer/words.json', ['renderer/main.ts', 'renderer/words.json']],
    ['imports go in a circle', 'electron/later.ts', ['electron/later.ts', 'electron/store.ts']],
    [
      'far away',
      'shared/row.ts',
      [...sources.keys()]
        .filter((path) => !['renderer/words.json', 'renderer/alone.ts'].includes(path))
        .sort(),
    ],
  ])('is one of all who reach it: %s', (_, path, files) => {
    expect(changed(path, `${sources.get(path) ?? ''} `)).toEqual(files);
  });

  test('of a declaration that everybody sees is one of all', () => {
    for (const [path, text] of [
      ['shared/thing.d.ts', `export {}`],
      // Put together, or this file would count as one.
      ['shared/global.ts', ['declare', 'global', '{ var bridge: 1 }'].join(' ')],
    ] as const) {
      expect(changed(path, text)).toEqual([...sources.keys(), path].sort());
    }
  });

  test('is also a file that comes or goes', () => {
    expect(changed('renderer/nowhere.ts', '')).toEqual(['renderer/alone.ts', 'renderer/nowhere.ts']);
    expect(changed('renderer/words.json', undefined)).toEqual(['renderer/main.ts']);
  });

  test('of the tools is one of all', () => {
    const [before, after] = [fingerprints(sources, 'eslint 1'), fingerprints(sources, 'eslint 2')];
    for (const [path, print] of before) expect(after.get(path)).not.toBe(print);
  });

  test('is none when nothing changed', () => {
    expect(changed('shared/row.ts', sources.get('shared/row.ts'))).toEqual([]);
  });
});

describe('in this project', () => {
  const ours = readSources();

  test('the sources are all there, and nothing of others', () => {
    for (const path of [
      'electron/main.ts',
      'renderer/App.svelte',
      'build/node.mjs',
      'build/complete.d.mts',
    ]) {
      expect(ours.has(path)).toBe(true);
    }
    expect([...ours.keys()].filter((path) => /node_modules|dist\//.test(path))).toEqual([]);
    expect(reaches(ours).get('renderer/main.ts')).toContain('shared/contract.ts');
  });

  test('components are imported only where their types are checked', () => {
    const outside = [...ours].filter(
      ([path, text]) =>
        !folders.some((folder) => path.startsWith(folder)) &&
        /\b(from|import)\s*\(?\s*['"][^'"\n]*\.svelte['"]/.test(text),
    );
    expect(
      outside.map(([path]) => path).filter((path) => path !== 'test/build/fingerprints.test.ts'),
    ).toEqual([]);
  });
});
