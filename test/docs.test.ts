/** What the documents name exists, and the workflows run nothing that could become something else overnight. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../build/places.ts';

const read = (name: string): string => readFileSync(join(root, name), 'utf8');
const documents = ['CONTRIBUTING.md', 'SECURITY.md', 'README.md', ...globSync('docs/*.md', { cwd: root })];
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

describe.each(documents)('%s', (name) => {
  const text = read(name);

  test('links to what exists', () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)]+)\)/gu)].map(([, link]) => link ?? '');
    const broken = links.filter((link) => {
      const [path = '', heading] = link.split('#');
      const file = path === '' ? name : join(dirname(name), path);
      if (!existsSync(join(root, file))) return true;
      const slugs = [...read(file).matchAll(/^#+ (.*)$/gmu)].map(([, title]) =>
        (title ?? '')
          .toLowerCase()
          .replaceAll(/[^\w -]/gu, '')
          .replaceAll(' ', '-'),
      );
      return heading !== undefined && !slugs.includes(heading);
    });
    expect(broken).toEqual([]);
  });

  test('names commands, files and folders that exist', () => {
    const commands = [...text.matchAll(/npm (?:run ([\w:-]+)|(start|test)\b)/gu)].map(
      ([, run, short]) => run ?? short ?? '',
    );
    expect(commands.filter((command) => !Object.hasOwn(scripts, command))).toEqual([]);
    const paths = [...text.matchAll(/`((?:build|test|electron|renderer|shared|\.github)\/[\w./-]+)`/gu)];
    expect(paths.map(([, path]) => path ?? '').filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});

describe.each(globSync('.github/workflows/*.yml', { cwd: root }))('%s', (name) => {
  const text = read(name);

  test('runs actions by their commit, never by a name that can move', () => {
    const actions = [...text.matchAll(/uses: *(.+)/gu)].map(([, action]) => action ?? '');
    expect(actions).not.toEqual([]);
    expect(actions.filter((action) => !/^[\w./-]+@[0-9a-f]{40} # v\d/u.test(action))).toEqual([]);
  });

  test('may read only, where nothing else is said, and leaves no credentials lying about', () => {
    expect(text).toMatch(/^permissions:\n {2}contents: read$/mu);
    expect(text.match(/persist-credentials: false/gu)?.length).toBe(
      text.match(/actions\/checkout@/gu)?.length,
    );
    expect(text).not.toMatch(/pull_request_target/u);
  });

  test('installs by the lockfile', () => {
    expect(text).toContain('npm ci');
    expect(text).not.toMatch(/npm (?:i|install|update)\b/u);
  });
});
