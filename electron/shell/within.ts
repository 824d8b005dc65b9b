/** Whether one path lies below another, by their names alone: links are not followed. */
import { relative, isAbsolute } from 'node:path';

/** True for the folder itself as well. */
export function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !/^\.\.[/\\]/u.test(way) && !isAbsolute(way);
}
