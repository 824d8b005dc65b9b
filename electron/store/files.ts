/**
 * Making files appear on the disk whole and for good. It knows nothing of what is in them.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Forces a file's content out to the disk. */
export function syncFile(file: string): void {
  const descriptor = openSync(file, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Forces a folder's list of names out: without it, a new or renamed file may be gone after a power cut. */
export function syncFolder(folder: string): void {
  // Windows cannot open folders; NTFS keeps names in its own journal.
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Puts a finished, synced file in the place of another, or of none. Readers see the old or the new one, whole. */
export function replaceFile(finished: string, target: string): void {
  renameSync(finished, target);
  syncFolder(dirname(target));
}

/**
 * Gives a finished, synced file its name only when nothing has that name yet: of two processes that start together
 * one wins and the other sees that it lost.
 * @returns false when the target exists; it is untouched then, and the finished file is removed
 */
export function publishFile(finished: string, target: string): boolean {
  try {
    linkSync(finished, target);
  } catch (error) {
    if (existsSync(target)) {
      rmSync(finished, { force: true });
      return false;
    }
    // FAT and some network file systems have no hard links: there, two starts in one instant may still collide.
    if (!isWithoutLinks(error)) throw error;
    renameSync(finished, target);
  }
  rmSync(finished, { force: true });
  syncFolder(dirname(target));
  return true;
}

function isWithoutLinks(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EISDIR', 'EINVAL'].includes(String(code));
}

/** Removes the files beside this one whose names continue it in this way, if they are older than `age` milliseconds. */
export function removeSiblings(file: string, continuation: string, age: number, now: number): void {
  const folder = dirname(file);
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(basename(file) + continuation)) continue;
    const sibling = join(folder, name);
    const changed = statSync(sibling, { throwIfNoEntry: false })?.mtimeMs;
    if (changed !== undefined && now - changed >= age) rmSync(sibling, { force: true });
  }
}
