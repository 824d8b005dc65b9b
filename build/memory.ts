/**
 * Where the quick tests put their temporary folders: in memory where the system has room there, because thousands of
 * small databases that wait for a disk each time prove nothing about it. What a crash leaves behind is the page cache's
 * business in those tests; the live and chaos tests keep the real disk.
 */
import { accessSync, constants, statfsSync } from 'node:fs';

/** Linux mounts it for POSIX shared memory (shm_overview(7)); in a container it may hold only 64 MiB. */
const SHARED_MEMORY = '/dev/shm';
const ROOM = 1_024 ** 3;

/** The environment variable that moves temporary folders into memory; nothing where there is no room for them. */
export function inMemory(folder = SHARED_MEMORY, room = ROOM): { TMPDIR?: string } {
  try {
    accessSync(`${folder}/.`, constants.R_OK | constants.W_OK | constants.X_OK);
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize >= room ? { TMPDIR: folder } : {};
  } catch {
    return {}; // another system, or a locked-down one: the disk does as well
  }
}
