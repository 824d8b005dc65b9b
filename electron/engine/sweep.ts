/**
 * Carries out deletions that are too large for one transaction: a piece at a time, between which everything else has its
 * turn. What a crash cuts off goes on at the next start.
 */
import { truncateLog } from '../store/database.ts';
import { deleteSome } from '../store/deletions.ts';
import { sweepFiles } from './attachments.ts';
import type { Profile } from './profile.ts';

/** Messages deleted in one transaction; some milliseconds of work. */
const STEP = 200;

const running = new WeakSet<Profile>();

/** Deletes what is noted, in the background. Safe to call at any time. */
export function sweep(profile: Profile): void {
  if (running.has(profile)) return; // it goes on until nothing is left
  running.add(profile);
  void run(profile)
    .catch((error: unknown) => {
      // A full disk, most likely: it is hidden all the same, and goes at the next occasion.
      profile.host.log('sweep', 'stopped', { error: String(error) });
      profile.suspect(error);
    })
    .finally(() => running.delete(profile));
}

async function run(profile: Profile): Promise<void> {
  let hasDeleted = false;
  while (profile.database.open && profile.commit(() => deleteSome(profile.database, STEP))) {
    hasDeleted = true;
    profile.settle();
    profile.host.step('swept');
    await new Promise(setImmediate);
  }
  if (hasDeleted && profile.database.open) forgetLog(profile);
}

/**
 * The log still holds the pages as they were: they go with it, once what deleted them is durable. So do files that belong
 * to nothing any more.
 */
export function forgetLog(profile: Profile): void {
  sweepFiles(profile);
  profile.whenDurable(() => {
    try {
      truncateLog(profile.database);
    } catch (error) {
      // It is deleted all the same, and the log is overwritten some day: nothing to refuse the person for.
      profile.host.log('removal', 'log-kept', { error: String(error) });
      profile.suspect(error);
    }
  });
}
