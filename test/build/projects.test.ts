/** No test lies where no project looks for it: it would never run, and nobody would miss it. */
import { globSync } from 'node:fs';
import { matchesGlob } from 'node:path';
import { expect, test } from 'vitest';
import config from '../../build/vitest.config.ts';

test('every test belongs to a project', () => {
  const projects = (config as { test: { projects: { test: { include: string[] } }[] } }).test.projects;
  const includes = projects.flatMap(({ test: { include } }) => include);
  const files = globSync('test/**/*.test.ts');
  expect(files.length).toBeGreaterThan(100);
  expect(files.filter((file) => !includes.some((glob) => matchesGlob(file, glob)))).toEqual([]);
});
