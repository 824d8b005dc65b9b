/** What the README claims is what the project has: its table of extensions, its commands, its words. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../build/places.ts';
import { chatBook, isSeen, putTable, roomBook } from './interop/table.ts';
import { xeps } from '../electron/xmpp/xep/index.ts';

const read = (name: string): string => readFileSync(join(root, name), 'utf8');
const readme = read('README.md');
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

const rowOf = (number: string, title: string, version: string, note: string): string =>
  `| [${number}](https://xmpp.org/extensions/xep-${number}.html) | ${title} | ${version} | ${note} |`;

test('the table of extensions is the list in the code', () => {
  const table = readme.split('\n').flatMap((line) => {
    const cells = line.split('|').map((cell) => cell.trim());
    const number = /\b(\d{4})\b/.exec(cells[1] ?? '')?.[1];
    return line.startsWith('|') && number !== undefined
      ? [rowOf(number, cells[2] ?? '', cells[3] ?? '', cells[4] ?? '')]
      : [];
  });
  expect(table).toEqual(
    xeps.map(({ number, title, version, note }) => rowOf(number, title, version, note ?? '')),
  );
});

test('the tables of other programs are what the last run with them saw', () => {
  for (const book of [chatBook, roomBook]) {
    const seen: unknown = JSON.parse(readFileSync(book.record, 'utf8'));
    expect(isSeen(seen) && putTable(readme, book, seen)).toBe(readme);
  }
});

test('every listed extension with a file of its own says the same version there', () => {
  const differing = xeps.flatMap(({ number, version }) => {
    const file = `electron/xmpp/xep/xep${number}.ts`;
    if (!existsSync(join(root, file))) return [];
    const header = read(file).split('*/')[0] ?? '';
    return header.includes(`xep-${number}`) && header.includes(version) ? [] : [file];
  });
  expect(differing).toEqual([]);
});

test('every command in the README exists', () => {
  const named = [...readme.matchAll(/npm (?:run ([\w:-]+)|(start|test)\b)/g)].map(
    ([, run, short]) => run ?? short ?? '',
  );
  expect(named).not.toEqual([]);
  expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
});

test('every script runs with the Node of the project, and its file exists', () => {
  for (const [name, command] of Object.entries(scripts)) {
    const file = /^node build\/node\.mjs (\S+)/.exec(command)?.[1];
    expect(file, name).toBeDefined();
    expect(existsSync(join(root, file ?? '')), `${name}: ${file ?? ''}`).toBe(true);
  }
});

test('pictures and files that the README links to exist', () => {
  const links = [...readme.matchAll(/\]\((?!https?:|#)([^)]+)\)/g)].map((match) => match[1] ?? '');
  expect(links.filter((link) => !existsSync(join(root, link)))).toEqual([]);
});

test('the README says nothing about the machine it was written on', () => {
  expect(readme).not.toMatch(/\/(work|home|root|tmp)\b|\bTODO\b|\blorem\b/i);
});

test('the lockfile names no registry', () => {
  expect(read('package-lock.json')).not.toMatch(/"resolved"/);
});
