/**
 * What `app://waxwing/` serves: the files that were in the renderer's folder when the program started, by exact name,
 * each with a strict policy. There is no path arithmetic at request time, and so nothing to traverse.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Say } from './speech.ts';
import { ORIGIN } from './urls.ts';

/** A file's path, or its text when it is not on disk. */
export interface Page {
  readonly type: string;
  readonly file?: string;
  readonly text?: () => string;
}

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  webp: 'image/webp',
  woff2: 'font/woff2',
  ogg: 'audio/ogg',
  map: 'application/json',
};

/**
 * Nothing but our own files runs, and nothing leaves: no connection of any kind, no inline code, no frames. The one
 * Trusted Types policy is Svelte's own for its static templates, so that any other way to HTML is an error.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "media-src 'self' blob:",
  "connect-src 'none'",
  "frame-src 'none'",
  "worker-src 'none'",
  "object-src 'none'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types svelte-trusted-html',
].join('; ');

/** Sent with every answer, errors included. */
export const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': POLICY,
  'X-Content-Type-Options': 'nosniff',
  'X-DNS-Prefetch-Control': 'off',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-cache',
};

/** What is left when the page cannot run: it needs neither script nor style. */
const stopped = (say: Say): string => `<!doctype html>
<html dir="auto">
<meta charset="utf-8">
<meta name="color-scheme" content="light dark">
<title>Waxwing</title>
<main>
<h1>${say('desktop.stopped.title')}</h1>
<p>${say('desktop.stopped.text')}</p>
<p><a href="/">${say('desktop.stopped.again')}</a></p>
</main>
</html>
`;

/** Lists the pages of a folder by the path of their address. @throws when the folder cannot be read. */
export function listPages(folder: string, say: Say): ReadonlyMap<string, Page> {
  const pages = new Map<string, Page>([
    ['/stopped.html', { type: 'text/html; charset=utf-8', text: () => stopped(say) }],
  ]);
  const enter = (inside: string, path: string): void => {
    for (const entry of readdirSync(inside, { withFileTypes: true })) {
      const file = join(inside, entry.name);
      const type = TYPES[entry.name.slice(entry.name.lastIndexOf('.') + 1)];
      if (entry.isDirectory()) enter(file, `${path}${entry.name}/`);
      else if (entry.isFile() && type !== undefined) pages.set(`${path}${entry.name}`, { type, file });
    }
  };
  enter(folder, '/');
  const index = pages.get('/index.html');
  if (index !== undefined) pages.set('/', index);
  return pages;
}

/** The page that a request asks for; `undefined` for anything but a plain read of a listed file. */
export function findPage(pages: ReadonlyMap<string, Page>, method: string, url: string): Page | undefined {
  if (method !== 'GET' || !URL.canParse(url)) return undefined;
  const { protocol, host, pathname, username, password, port } = new URL(url);
  const isOurs = `${protocol}//${host}` === ORIGIN && username === '' && password === '' && port === '';
  return isOurs ? pages.get(pathname) : undefined;
}
