import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findElectron, type FindOptions } from '../../build/electron.ts';

let place: string;
let lines: string[];
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'waxwing-finder-'));
  lines = [];
});
afterEach(() => {
  rmSync(place, { recursive: true });
});

const options = (more: FindOptions = {}): FindOptions => ({
  env: {},
  electronPackage: join(place, 'electron'),
  cache: join(place, 'cache'),
  today: '2026-11-21',
  platform: 'linux-x64',
  say: (line) => lines.push(line),
  ...more,
});

function putProgram(folder: string, version: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'electron'), '');
  writeFileSync(join(folder, 'version'), version);
}

/** A package `electron` whose installer does what the given source says. */
function putPackage(installer: string): void {
  mkdirSync(join(place, 'electron'), { recursive: true });
  writeFileSync(join(place, 'electron', 'package.json'), '{"version":"45.4.1"}');
  writeFileSync(join(place, 'electron', 'install.js'), installer);
}

const failing = `require('fs').appendFileSync(__dirname + '/tries', 'x'); console.error('fetch failed'); process.exit(1)`;
const working = `const fs = require('fs'); fs.mkdirSync(__dirname + '/dist');
fs.writeFileSync(__dirname + '/dist/electron', ''); fs.writeFileSync(__dirname + '/dist/version', 'v45.4.1');
fs.writeFileSync(__dirname + '/path.txt', 'electron');`;

test('the folder that the person names wins over everything', async () => {
  putProgram(join(place, 'named'), '44.0.0');
  putPackage(working);
  putProgram(join(place, 'cache', 'electron-42.0.0'), '42.0.0');
  const found = await findElectron(options({ env: { ELECTRON_OVERRIDE_DIST_PATH: join(place, 'named') } }));
  expect(found).toEqual({
    executable: join(place, 'named', 'electron'),
    folder: join(place, 'named'),
    version: '44.0.0',
    origin: 'override',
  });
  expect(lines).toHaveLength(1);
});

test('a named folder without Electron is an error, never silently passed over', async () => {
  putProgram(join(place, 'cache', 'electron-42.0.0'), '42.0.0');
  await expect(findElectron(options({ env: { ELECTRON_OVERRIDE_DIST_PATH: place } }))).rejects.toThrow(
    'ELECTRON_OVERRIDE_DIST_PATH',
  );
});

test('an installed Electron is taken without a download', async () => {
  putPackage(failing);
  putProgram(join(place, 'electron', 'dist'), '45.4.1');
  writeFileSync(join(place, 'electron', 'path.txt'), 'electron');
  expect(await findElectron(options())).toMatchObject({ origin: 'installed', version: '45.4.1' });
  expect(existsSync(join(place, 'electron', 'tries'))).toBe(false);
});

test('an installation that was cut short is not taken', async () => {
  putPackage(failing);
  putProgram(join(place, 'electron', 'dist'), '45.4.1');
  putProgram(join(place, 'cache', 'electron-42.0.0'), '42.0.0');
  expect(await findElectron(options())).toMatchObject({ origin: 'registry' });
});

test('else Electron downloads itself', async () => {
  putPackage(working);
  putProgram(join(place, 'cache', 'electron-42.0.0'), '42.0.0');
  expect(await findElectron(options())).toMatchObject({ origin: 'downloaded', version: '45.4.1' });
});

test('a failed download leads to the registry copy, and is not tried again that day', async () => {
  putPackage(failing);
  putProgram(join(place, 'cache', 'electron-42.0.0'), '42.0.0');
  expect(await findElectron(options())).toMatchObject({ origin: 'registry', version: '42.0.0' });
  expect(lines).toContain("Electron's download failed (fetch failed); it is tried again tomorrow.");
  await findElectron(options());
  await findElectron(options({ today: '2026-11-22' }));
  expect(readFileSync(join(place, 'electron', 'tries'), 'utf8')).toBe('xx');
});

test('the registry copy serves Linux x64 only', async () => {
  putPackage(failing);
  putProgram(join(place, 'cache', 'electron-42.0.0'), '42.0.0');
  await expect(findElectron(options({ platform: 'darwin-arm64' }))).rejects.toThrow(
    'ELECTRON_OVERRIDE_DIST_PATH',
  );
});
