/** The profile folder as the shell lays it out: private to the person, with Chromium's own files inside it. */
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { app } from 'electron';

export interface ProfileFolder {
  readonly folder: string;
  readonly logs: string;
  /** Keeps reports of what ended unexpectedly. */
  readonly crashes: string;
  /** Keeps the window's place. */
  readonly placeFile: string;
  /** Keeps which further windows are open, and where. */
  readonly windowsFile: string;
}

/**
 * Makes the folder and moves everything that Electron writes into it. Before the program is ready.
 * @throws when it cannot be made or made private.
 */
export function prepareProfile(folder: string): ProfileFolder {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  app.setPath('userData', folder);
  // Caches, page storage, cookies: apart from the database, so that it is plain whose file is whose.
  app.setPath('sessionData', join(folder, 'chromium'));
  app.setPath('crashDumps', join(folder, 'chromium', 'crashes'));
  return {
    folder,
    logs: join(folder, 'logs'),
    crashes: join(folder, 'crashes'),
    placeFile: join(folder, 'window.json'),
    windowsFile: join(folder, 'windows.json'),
  };
}
