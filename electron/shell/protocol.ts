/** `app://waxwing/`: registers the scheme and answers requests with `pages.ts`. It serves no other host or method. */
import { readFile } from 'node:fs/promises';
import { protocol, type Session } from 'electron';
import { findPage, HEADERS, listPages, type Page } from './pages.ts';
import { SCHEME } from './urls.ts';
import type { Log } from './log.ts';

/** Before the program is ready, once. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    // `standard` gives it an origin, `secure` the rights of one; `fetch` and service workers stay off.
    { scheme: SCHEME, privileges: { standard: true, secure: true, codeCache: true } },
  ]);
}

/** Serves the renderer's folder to a session. @throws when the folder cannot be read. */
export function servePages(session: Session, folder: string, log: Log): void {
  const pages = listPages(folder);
  session.protocol.handle(SCHEME, async ({ method, url }) => {
    const page = findPage(pages, method, url);
    if (page === undefined) {
      log('shell', 'page-refused', { url: url.slice(0, 200) });
      return new Response('Not found', {
        status: 404,
        headers: { ...HEADERS, 'Content-Type': 'text/plain' },
      });
    }
    return new Response(await contentOf(page), { headers: { ...HEADERS, 'Content-Type': page.type } });
  });
}

async function contentOf({ file, text }: Page): Promise<string | Uint8Array<ArrayBuffer>> {
  return file === undefined ? (text ?? '') : await readFile(file);
}
