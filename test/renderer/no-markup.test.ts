/** Nothing in the window makes markup of text: no `{@html}`, and none of the doors of the DOM that take HTML. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const renderer = join(import.meta.dirname, '../../renderer');
const doors =
  /\{@html|\b(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|setHTML|srcdoc|\beval\(|new Function\b/u;

test('no component and no module of the window takes text for markup', () => {
  const files = readdirSync(renderer, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.(?:svelte|ts|html)$/u.test(file),
  );
  expect(files.length).toBeGreaterThan(150);
  expect(files.filter((file) => doors.test(readFileSync(join(renderer, file), 'utf8')))).toEqual([]);
  expect(doors.test('<p>{@html text}</p>')).toBe(true);
});
