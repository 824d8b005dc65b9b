/** `app://waxwing/`: registers the scheme and answers requests with `pages.ts` and `media.ts`. It serves no other host or method. */
import { readFile as readFromDisk } from 'node:fs/promises';
import { protocol, type Session } from 'electron';
import { answerWithFile, fileOf, type ReadFile } from './media.ts';
import { findPage, HEADERS, listPages, type Page } from './pages.ts';
import type { Say } from './speech.ts';
import { SCHEME } from './urls.ts';
import type { Log } from './log.ts';

/** Before the program is ready, once. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    // `standard` gives it an origin, `secure` the rights of one; `fetch` and service workers stay off.
    // Without `stream` no sound and no film is played.
    { scheme: SCHEME, privileges: { standard: true, secure: true, codeCache: true, stream: true } },
  ]);
}

/**
 * Serves the renderer's folder, and files of messages, to a session.
 * @throws when the folder cannot be read
 */
export function servePages(session: Session, folder: string, readFile: ReadFile, say: Say, log: Log): void {
  const pages = listPages(folder, say);
  session.protocol.handle(SCHEME, async ({ method, url, headers }) => {
    const file = fileOf(method, url);
    if (file !== undefined) return await answerWithFile(readFile, file, headers.get('range'));
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
  return file === undefined ? (text?.() ?? '') : await readFromDisk(file);
}
