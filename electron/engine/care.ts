/**
 * Care for the profile's data: the copy of what no server gives back is kept fresh, and a damaged database is repaired
 * when the person asks for it.
 */
import { join } from 'node:path';
import { DatabaseError } from '../store/database.ts';
import { ageOfEssentials, saveEssentials } from '../store/essentials.ts';
import { salvageDatabase, type SalvageReport } from '../store/salvage.ts';
import type { Host } from './host.ts';
import type { Profile } from './profile.ts';
import { DATABASE_FILE, openVault } from './vault.ts';

const HOUR = 3_600_000;
/** A copy that is younger is good enough, in milliseconds. */
const FRESH = 12 * HOUR;
/** Nothing hurries after a start, in milliseconds. */
const AFTER_START = 60_000;

/** Keeps the copy of the essentials fresh while the profile is open. Returns what ends that. */
export function careForEssentials(profile: Profile, file: string): () => void {
  const { database, host } = profile;
  const care = (): void => {
    try {
      if (ageOfEssentials(file, host.now()) < FRESH) return;
      profile.settle();
      saveEssentials(database, file);
      host.log('care', 'essentials-saved');
    } catch (error) {
      host.log('care', 'essentials-not-saved', { error: String(error) });
      profile.suspect(error);
    }
  };
  const first = setTimeout(care, AFTER_START);
  const later = setInterval(care, HOUR);
  first.unref();
  later.unref();
  return () => {
    clearTimeout(first);
    clearInterval(later);
  };
}

/**
 * Repairs the database of a profile that is closed.
 * @param secret the passphrase or the recovery code, where the key needs one
 * @throws VaultError when there is no key; DatabaseError `damaged` when nothing can be saved
 */
export async function repairProfile(
  host: Host,
  secret: string | undefined,
): Promise<{ readonly key: Uint8Array; readonly report: SalvageReport }> {
  const key = await openVault(host.profile, host.keyring, secret);
  try {
    const report = salvageDatabase(join(host.profile, DATABASE_FILE), key, host.now());
    host.log('care', 'repaired', { messages: report.messages, lostStretches: report.lostStretches });
    return { key, report };
  } catch (error) {
    host.log('care', 'not-repaired', { error: String(error) });
    throw error instanceof DatabaseError ? error : new DatabaseError('damaged', String(error), error);
  }
}
