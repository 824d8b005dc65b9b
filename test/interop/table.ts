/** The README's tables of what was seen with other programs, made from the records of the last run. */
import { join } from 'node:path';
import { root } from '../../build/places.ts';

/** Where what was seen is written: a record, and a table between marks of the README. */
export interface Book {
  readonly record: string;
  readonly mark: string;
}

const seenIn = (name: string): string => join(root, 'test', 'interop', name);

export const chatBook: Book = { record: seenIn('seen.json'), mark: 'what `npm run interop` saw' };
export const roomBook: Book = {
  record: seenIn('seen-rooms.json'),
  mark: 'what `npm run interop` saw in rooms',
};

/** Whether all of a scenario was seen; where it is the other program that lacks something, what that is. */
export type Outcome = 'yes' | 'no' | (string & {});

/** By program; of each the version, the day (UTC), and every scenario that was played. */
export type Seen = Record<
  string,
  { readonly version: string; readonly at: string; readonly outcomes: Readonly<Record<string, Outcome>> }
>;

export const isSeen = (value: unknown): value is Seen => typeof value === 'object' && value !== null;

const END = '<!-- end of what it saw -->';

/** A row for every scenario, a column for every program; padded as the formatter would. Below, the reasons. */
export function tableOf(seen: Seen): string {
  const programs = Object.entries(seen);
  const names = [...new Set(programs.flatMap(([, { outcomes }]) => Object.keys(outcomes)))];
  const notes: string[] = [];
  const cell = (outcome: Outcome | undefined): string => {
    if (outcome === undefined || outcome === 'yes' || outcome === 'no') return outcome ?? '';
    if (!notes.includes(outcome)) notes.push(outcome);
    return `no (${notes.indexOf(outcome) + 1})`;
  };
  const rows = [
    ['', ...programs.map(([name, { version }]) => `${name} ${version}`)],
    ...names.map((name) => [name, ...programs.map(([, { outcomes }]) => cell(outcomes[name]))]),
  ];
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(3, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  const table = [line(rows[0] ?? []), rule, ...rows.slice(1).map(line)].join('\n');
  return [table, ...notes.map((note, index) => `(${index + 1}) ${note}`)].join('\n\n');
}

/** The text with the table between its marks replaced. @throws Error when the marks are not there */
export function putTable(readme: string, { mark }: Book, seen: Seen): string {
  const begin = `<!-- ${mark} -->`;
  const from = readme.indexOf(begin);
  const to = readme.indexOf(END, from);
  if (from < 0 || to < 0) throw new Error(`the README lacks ${begin} or ${END}`);
  return `${readme.slice(0, from)}${begin}\n\n${tableOf(seen)}\n\n${readme.slice(to)}`;
}
