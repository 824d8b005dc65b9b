/**
 * Lays out exactly what a release contains, for one system: the bundle, and the database addon with the binary of that
 * system alone. Whatever is not named here is not shipped: no tests, no sources, no maps.
 */
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../places.ts';
import type { Publisher } from './publisher.ts';

export type Platform = 'linux' | 'win32' | 'darwin';
export type Arch = 'x64' | 'arm64' | 'universal';

export interface StageOptions {
  readonly platform: Platform;
  readonly arch: Arch;
  /** Where it is laid out; what was there before is deleted. */
  readonly folder: string;
  readonly publisher: Publisher;
  /** It says so in itself: tests may look into it. */
  readonly isTrial: boolean;
  /** The bundle; the project's own when absent. */
  readonly dist?: string;
}

const ADDON = 'better-sqlite3';
/** What of the addon runs. Its sources and SQLite's stay behind. */
const ADDON_PARTS = [
  'lib/binding.js',
  'lib/database.js',
  'lib/index.js',
  'lib/methods',
  'lib/sqlite-error.js',
  'lib/util.js',
  'LICENSE',
];

/** The addon's binaries for a system: two where one program is for both processors. */
export function binariesOf(platform: Platform, arch: Arch): string[] {
  return (arch === 'universal' ? ['x64', 'arm64'] : [arch]).map((each) => `${platform}-${each}.node`);
}

/** Lays the program out in a folder. `dist/` is up to date by then, without maps. */
export async function stage({
  platform,
  arch,
  folder,
  publisher,
  isTrial,
  dist = join(root, 'dist'),
}: StageOptions): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await cp(dist, join(folder, 'dist'), {
    recursive: true,
    filter: (path) => !path.endsWith('.map') && !path.endsWith('.inputs'),
  });

  const [source, target] = [join(root, 'node_modules', ADDON), join(folder, 'node_modules', ADDON)];
  const binaries = binariesOf(platform, arch).map((name) => `prebuilds/${name}`);
  for (const part of [...ADDON_PARTS, ...binaries]) {
    await cp(join(source, part), join(target, part), { recursive: true });
  }
  const addon = await readPackage(source);
  await writePackage(target, {
    name: ADDON,
    version: addon['version'],
    main: addon['main'],
    license: addon['license'],
  });

  const ours = await readPackage(root);
  const told = ['name', 'productName', 'version', 'description', 'license', 'author', 'type', 'main'];
  await writePackage(folder, {
    ...Object.fromEntries(told.map((name) => [name, ours[name]])),
    homepage: publisher.homepage,
    desktopName: ours['desktopName'],
    waxwing: { isTrial, ...(publisher.updates !== undefined && { updates: publisher.updates }) },
    dependencies: { [ADDON]: addon['version'] },
  });
}

async function readPackage(folder: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Record<string, unknown>;
}

async function writePackage(folder: string, content: Record<string, unknown>): Promise<void> {
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(content, undefined, 2)}\n`);
}
