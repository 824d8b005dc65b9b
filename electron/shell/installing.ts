/**
 * Puts a new version in the place of the one that ends. What is installed is a copy that nobody else knows of, checked
 * against the signed manifest's hash after it was made: the file in the profile could be changed at any time. No library
 * does it, because their checks are weaker than this one: they believe the hash that an unsigned file of the feed names.
 */
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { once } from 'node:events';
import type { UpdateReady } from '../engine/update-source.ts';
import { isWithin } from './within.ts';

/** The file is not the one that was checked when it came. */
export class Changed extends Error {
  override readonly name = 'Changed';
}

/**
 * Puts an AppImage in the place of another, from one moment to the next: whoever starts it finds the one or the other.
 * @throws Changed, what the file system says; the old one is untouched then
 */
export async function replaceImage(ready: UpdateReady, image: string): Promise<void> {
  const next = join(dirname(image), `.${basename(image)}.${randomBytes(6).toString('hex')}`);
  try {
    await copyChecked(ready, next);
    await chmod(next, 0o755);
    await rename(next, image);
  } catch (error) {
    await rm(next, { force: true });
    throw error;
  }
}

/**
 * Unpacks an archive beside the folder of the old version, and lets them change places.
 * @throws Changed, or what the file system or `tar` says; the old folder is where it was then
 */
export async function replaceFolder(ready: UpdateReady, folder: string): Promise<void> {
  const work = await mkdtemp(join(dirname(folder), '.waxwing-update-'));
  try {
    const archive = join(work, 'archive.tar.gz');
    const [next, old] = [join(work, 'next'), join(work, 'old')];
    await copyChecked(ready, archive);
    await mkdir(next);
    // What the archive holds is signed; `tar` keeps it inside the folder all the same.
    const child = spawn(
      'tar',
      ['-xzf', archive, '-C', next, '--strip-components=1', '--no-same-owner', '--no-same-permissions'],
      { stdio: 'ignore' },
    );
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`tar ended with ${String(code)}`);
    const [before, after] = [await readdir(folder), await readdir(next)];
    const others = before.filter((name) => !after.includes(name));
    if (others.length > 0) throw new Error(`the folder holds what is not ours: ${others.join(', ')}`);
    await rename(folder, old);
    await rename(next, folder).catch(async (error: unknown) => {
      await rename(old, folder);
      throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * Starts the installer of Windows, which waits for us to end.
 * @param programs the folders of programs for everybody on this computer: there it asks for the rights to write
 * @param isRestart it starts the new version at the end
 * @throws Changed, what the file system says
 */
export async function startInstaller(
  ready: UpdateReady,
  folder: string,
  programs: readonly string[],
  isRestart: boolean,
): Promise<void> {
  const installer = join(await mkdtemp(join(tmpdir(), 'waxwing-update-')), 'Waxwing-Setup.exe');
  await copyChecked(ready, installer);
  const isForAll = programs.some((each) => isWithin(folder, each));
  const args = ['--updated', ...(isForAll ? [] : ['/S']), ...(isRestart ? ['--force-run'] : [])];
  const child = spawn(installer, args, { detached: true, stdio: 'ignore' });
  await once(child, 'spawn');
  child.unref();
}

/** Whether a file is, now, what the manifest means. */
export async function isUnchanged(
  { size, sha512 }: Pick<UpdateReady, 'size' | 'sha512'>,
  path: string,
): Promise<boolean> {
  const status = await stat(path);
  if (!status.isFile() || status.size !== size) return false;
  const hash = createHash('sha512');
  for await (const bytes of createReadStream(path) as AsyncIterable<Buffer>) hash.update(bytes);
  return hash.digest('hex') === sha512;
}

/** A copy for ourselves alone, on the disk for good. */
async function copyChecked(ready: UpdateReady, to: string): Promise<void> {
  await copyFile(ready.path, to);
  await chmod(to, 0o700);
  if (!(await isUnchanged(ready, to))) throw new Changed(basename(ready.path));
  const file = await open(to, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
