/** `app://waxwing/`: exactly the listed files, each under the strict policy; no path leads out of the folder. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Speech } from '../../electron/shell/speech.ts';
import { findPage, HEADERS, listPages, type Page } from '../../electron/shell/pages.ts';

let folder: string;
let pages: ReadonlyMap<string, Page>;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'waxwing-pages-'));
  mkdirSync(join(folder, 'renderer', 'assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.html'), 'secret');
  for (const name of [
    'index.html',
    'assets/index-1.js',
    'assets/a.css',
    'notes.txt',
    'tool.wasm',
    'README',
  ]) {
    writeFileSync(join(folder, 'renderer', name), name);
  }
  symlinkSync(join(folder, 'secret.html'), join(folder, 'renderer', 'link.html'));
  pages = listPages(join(folder, 'renderer'), new Speech().say);
});
afterAll(() => rmSync(folder, { recursive: true }));

test('lists files of known types by their address, and the page for the end', () => {
  expect([...pages.keys()].sort()).toEqual([
    '/',
    '/assets/a.css',
    '/assets/index-1.js',
    '/index.html',
    '/stopped.html',
  ]);
  expect(findPage(pages, 'GET', 'app://waxwing/')).toEqual({
    type: 'text/html; charset=utf-8',
    file: join(folder, 'renderer', 'index.html'),
  });
  expect(findPage(pages, 'GET', 'app://waxwing/assets/index-1.js?v=1')?.type).toBe(
    'text/javascript; charset=utf-8',
  );
});

test.each([
  ['GET', 'app://waxwing/../secret.html'],
  ['GET', 'app://waxwing/../../../../etc/passwd'],
  ['GET', 'app://waxwing/%2e%2e/secret.html'],
  ['GET', 'app://waxwing/..%2fsecret.html'],
  ['GET', 'app://waxwing/assets/..%5c..%5csecret.html'],
  ['GET', 'app://waxwing//etc/passwd'],
  ['GET', 'app://waxwing/link.html'],
  ['GET', 'app://waxwing/notes.txt'],
  ['GET', 'app://waxwing/assets'],
  ['GET', 'app://waxwing/assets/'],
  ['GET', 'app://waxwing/index.html/'],
  ['GET', 'app://waxwing/index.html%00.js'],
  ['GET', 'app://waxwing/constructor'],
  ['GET', 'app://waxwing/__proto__'],
  ['GET', 'app://evil/index.html'],
  ['GET', 'app://user@waxwing/'],
  ['GET', 'app://waxwing:80/'],
  ['GET', 'file:///etc/passwd'],
  ['GET', 'nonsense'],
  ['POST', 'app://waxwing/'],
  ['PUT', 'app://waxwing/index.html'],
])('%s %s is not there', (method, url) => {
  expect(findPage(pages, method, url)).toBeUndefined();
});

test('no address leads to a file outside the folder', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('..', '.', '%2e', '/', '\\', 'secret.html', 'assets', '%2f')),
      (parts) => {
        const page = findPage(pages, 'GET', `app://waxwing/${parts.join('')}`);
        if (page?.file !== undefined) expect(page.file.startsWith(join(folder, 'renderer'))).toBe(true);
      },
    ),
  );
});

test('the policy allows nothing inline, nothing evaluated, nothing from elsewhere', () => {
  const policy = HEADERS['Content-Security-Policy'] ?? '';
  expect(policy).not.toMatch(/unsafe|https?:|wss?:|\*/u);
  for (const directive of [
    "default-src 'none'",
    "script-src 'self'",
    "connect-src 'none'",
    "frame-ancestors 'none'",
    "form-action 'none'",
    "base-uri 'none'",
    "require-trusted-types-for 'script'",
  ]) {
    expect(policy.split('; ')).toContain(directive);
  }
  expect(HEADERS['X-Content-Type-Options']).toBe('nosniff');
});
