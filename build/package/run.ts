/**
 * `npm run package -- [targets] [--arch=x64] [--platform=linux] [--trial] [--output=folder]`: makes the files that
 * people install. Without targets it makes the folder that runs as it is. A trial takes whatever Electron is here, and
 * its result is not for others: a release holds the Electron project's own binaries, fetched and checked by version.
 */
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Arch as BuilderArch, build, Platform as BuilderPlatform } from 'electron-builder';
import { bundle } from '../bundle.ts';
import { findElectron } from '../electron.ts';
import { root } from '../places.ts';
import { run } from '../processes.ts';
import { configuration, HOMEPAGE_WORD, NAMING } from './options.ts';
import { findPublisher, NOBODY, type Publisher } from './publisher.ts';
import { ARCHIVE_MARK } from '../../electron/shell/carrier.ts';
import { stage, type Arch, type Platform } from './stage.ts';

const TARGETS: Record<Platform, readonly string[]> = {
  linux: ['dir', 'tar.gz', 'deb', 'rpm', 'AppImage', 'flatpak', 'snap'],
  win32: ['dir', 'nsis', 'portable', 'zip'],
  darwin: ['dir', 'dmg', 'zip'],
};
const ARCHES: readonly string[] = ['x64', 'arm64', 'universal'];

export interface PackageOptions {
  readonly platform: Platform;
  readonly arch: Arch;
  readonly targets: readonly string[];
  readonly output: string;
  readonly isTrial: boolean;
  /** Instead of the one of a release, or nobody for a trial. */
  readonly publisher?: Publisher;
  readonly say?: (line: string) => void;
}

/**
 * Makes the targets.
 * @returns the paths of what was made; the folder for `dir`
 * @throws Error with a sentence for the person
 */
export async function packageProgram(options: PackageOptions): Promise<string[]> {
  const { platform, arch, targets, output, isTrial, say = console.log } = options;
  const unknown = targets.filter((target) => !TARGETS[platform].includes(target));
  if (unknown.length > 0) {
    throw new Error(`${platform} has no target ${unknown.join(', ')}: ${TARGETS[platform].join(', ')}.`);
  }
  const publisher = options.publisher ?? (isTrial ? NOBODY : findPublisher());
  await bundle({ say });
  const electron = isTrial ? await findElectron({ say }) : undefined;
  const work = await mkdtemp(join(tmpdir(), 'waxwing-package-'));
  try {
    const app = join(work, 'app');
    await stage({ platform, arch, folder: app, publisher, isTrial });
    const named = join(work, 'named');
    await mkdir(named);
    for (const name of NAMING) {
      const text = await readFile(join(root, 'build/linux', name), 'utf8');
      await writeFile(join(named, name), text.replaceAll(HOMEPAGE_WORD, publisher.homepage));
    }
    await mkdir(output, { recursive: true });
    // It looks for the tool in a file of its own, so ours gets one.
    const fpm = join(work, 'fpm');
    await writeFile(
      fpm,
      `#!/bin/sh\nexec '${process.execPath}' '${join(root, 'build/package/fpm.ts')}' "$@"\n`,
    );
    await chmod(fpm, 0o755);
    process.env['CUSTOM_FPM_PATH'] = fpm;

    const files = await build({
      projectDir: app,
      targets: new Map([
        [
          { linux: BuilderPlatform.LINUX, win32: BuilderPlatform.WINDOWS, darwin: BuilderPlatform.MAC }[
            platform
          ],
          // What is archived is the folder; our own archive is the same on every machine.
          new Map([[BuilderArch[arch], targets.map((target) => (target === 'tar.gz' ? 'dir' : target))]]),
        ],
      ]),
      config: configuration({
        ...{ output, publisher, named },
        electronVersion: electron?.version ?? (await electronVersion()),
        ...(electron !== undefined && { electronFolder: electron.folder }),
      }),
      publish: 'never',
    });
    const folder = join(output, unpackedName(platform, arch));
    if (targets.includes('tar.gz')) files.push(await archive(folder, output, arch));
    return targets.includes('dir') ? [folder, ...files] : files;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** As electron-builder names the folder. */
export function unpackedName(platform: Platform, arch: Arch): string {
  if (platform === 'darwin') return arch === 'x64' ? 'mac' : `mac-${arch}`;
  return `${platform === 'win32' ? 'win' : 'linux'}${arch === 'x64' ? '' : `-${arch}`}-unpacked`;
}

async function electronVersion(): Promise<string> {
  const { devDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  return devDependencies['electron'] ?? '';
}

/** The same bytes from the same folder, wherever and whenever (https://reproducible-builds.org/docs/archives/). */
async function archive(folder: string, output: string, arch: Arch): Promise<string> {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  const name = `waxwing-${version}-linux-${arch}`;
  const file = join(output, `${name}.tar.gz`);
  // Says that the folder came out of this archive, and so may be replaced by what comes out of the next one.
  const mark = join(folder, ARCHIVE_MARK);
  await writeFile(mark, '');
  try {
    const { code, output: said } = await run('tar', [
      ...['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mtime=@0', '--mode=go=rX,u+rw'],
      ...[
        `--transform=s,^\\.,${name},`,
        `--use-compress-program=gzip -n -${process.env['ELECTRON_BUILDER_COMPRESSION_LEVEL'] ?? '9'}`,
      ],
      ...['-cf', file, '-C', folder, '.'],
    ]);
    if (code !== 0) throw new Error(`tar ended with ${String(code)}:\n${said}`);
  } finally {
    await rm(mark, { force: true });
  }
  return file;
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      platform: { type: 'string', default: process.platform },
      arch: { type: 'string', default: process.arch },
      output: { type: 'string', default: join(root, 'out') },
      trial: { type: 'boolean', default: false },
    },
  });
  const { platform, arch, trial } = values;
  try {
    if (!Object.hasOwn(TARGETS, platform) || !ARCHES.includes(arch)) {
      throw new Error(`Nothing is made for ${platform} on ${arch}.`);
    }
    const made = await packageProgram({
      platform: platform as Platform,
      arch: arch as Arch,
      targets: positionals.length === 0 ? ['dir'] : positionals,
      output: resolve(values.output),
      isTrial: trial,
    });
    for (const file of made) console.log(file);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
