/** Where things are: the project's root and this person's cache. Nothing outside these two is written by `build/`. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's root folder, without a slash at the end. */
export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[/\\]$/, '');

/** Waxwing's folder among this person's caches (XDG Base Directory Specification 0.8). Not created here. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const caches = env['XDG_CACHE_HOME'];
  return join(caches?.startsWith('/') ? caches : join(homedir(), '.cache'), 'waxwing');
}
