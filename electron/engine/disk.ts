/**
 * Whether the disk takes something again. Asked of the disk itself, by writing: what a file system says to have free is
 * not what a quota leaves us. Knows nothing about what will be written.
 */
import { setSetting } from '../store/settings.ts';
import type { Profile } from './profile.ts';

/** More than a message and its keys need, in characters. */
const ENOUGH = 65_536;
const SETTING = 'room';

/** @throws what SQLite says when there is none */
export function proveRoom(profile: Profile): void {
  for (const content of ['.'.repeat(ENOUGH), undefined]) {
    profile.commit(() => {
      setSetting(profile.database, SETTING, content);
    });
    profile.settle();
  }
}
