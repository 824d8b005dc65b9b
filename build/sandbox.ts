/**
 * The Chromium switches that a development machine may need. The product itself never runs without its sandbox;
 * only a developer who is root does, because Chromium's sandbox refuses root.
 */
import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Electron } from './electron.ts';

/** Ubuntu 23.10 and later allow sandboxes only to programs that they know. */
const restriction = '/proc/sys/kernel/apparmor_restrict_unprivileged_userns';

/** Switches for this machine; says one line for each that weakens anything, and where the sandbox cannot work. */
export function machineSwitches(electron: Electron, say: (line: string) => void): string[] {
  if (process.platform !== 'linux') return [];
  const switches: string[] = [];
  if (process.getuid?.() === 0) {
    say('Running as root: the sandbox of Chromium refuses root and is off (--no-sandbox).');
    switches.push('--no-sandbox');
  } else if (isRestricted() && !isSetUserId(join(electron.folder, 'chrome-sandbox'))) {
    const helper = join(electron.folder, 'chrome-sandbox');
    say('This system forbids the sandbox of Chromium to programs it does not know. Allow it once with:');
    say(`  sudo chown root:root '${helper}' && sudo chmod 4755 '${helper}'`);
  }
  if (!isWritable('/dev/shm')) switches.push('--disable-dev-shm-usage'); // a bare root folder has none
  return switches;
}

function isRestricted(): boolean {
  return existsSync(restriction) && readFileSync(restriction, 'utf8').trim() === '1';
}

function isSetUserId(file: string): boolean {
  const status = statSync(file, { throwIfNoEntry: false });
  return status !== undefined && status.uid === 0 && (status.mode & 0o4000) !== 0;
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
