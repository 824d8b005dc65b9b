/**
 * The open profile: the database, the host, and the one way in which anything becomes true.
 * `commit` runs a piece of work in one transaction and announces its changes only after they are durable.
 */
import type { Change } from '../../shared/contract.ts';
import { transaction, type Database } from '../store/database.ts';
import type { Host } from './host.ts';

export interface Profile {
  readonly host: Host;
  readonly database: Database;
  /**
   * Runs `work` in one transaction. The changes it pushes are announced after the commit, as one batch;
   * when it throws, nothing is stored and nothing is announced.
   */
  commit<T>(work: (changes: Change[]) => T): T;
  /** Announces what lives in memory only: presence, typing, connection states. */
  announce(changes: readonly Change[]): void;
}

export function createProfile(
  host: Host,
  database: Database,
  announce: (changes: readonly Change[]) => void,
): Profile {
  return {
    host,
    database,
    commit(work) {
      const changes: Change[] = [];
      host.step('before-commit');
      const result = transaction(database, () => work(changes));
      host.step('after-commit');
      announce(changes);
      return result;
    },
    announce,
  };
}
