/**
 * The open profile: the database, the host, and the one way in which anything becomes true.
 *
 * Making a transaction durable costs a trip to the disk, and one message needs several: so pieces of work that come
 * close together share one (group commit). What has not been made durable is never visible outside: changes and
 * effects wait for it, no byte leaves on a connection and no call is answered before `settle` has run.
 */
import { join } from 'node:path';
import type { Change } from '../../shared/contract.ts';
import { FileFolder } from '../files/folder.ts';
import { begin, commit, isDamage, isOpen, rollback, transaction, type Database } from '../store/database.ts';
import type { Host } from './host.ts';
import { OwnIdleness } from './idle.ts';
import { LiveCalls } from './live-calls.ts';

export interface Profile {
  readonly host: Host;
  readonly database: Database;
  /** The files of messages, each encrypted under a key that only the database has. */
  readonly files: FileFolder;
  /** What others may know of whether somebody is here. */
  readonly idleness: OwnIdleness;
  readonly calls: LiveCalls;
  /**
   * Runs `work` in a transaction and joins it to those of this turn of the event loop. When it throws, nothing of it is
   * stored or announced. The changes that it pushes are announced once they are durable, in one batch with the others.
   */
  commit<T>(work: (changes: Change[]) => T): T;
  /** Announces what lives in memory only: presence, typing, connection states. Never overtakes what was committed. */
  announce(changes: readonly Change[]): void;
  /** Runs an effect on the outside once all that was committed until now is durable. */
  whenDurable(effect: () => void): void;
  /**
   * Makes durable what was committed, now.
   * @throws when the disk does not take it; then all of it is undone, and `onLost` has been told
   */
  settle(): void;
  /** Something failed that may mean that the database is damaged. */
  suspect(error: unknown): void;
}

/**
 * @param announce takes the changes of one durable batch
 * @param onLost told when committed work was undone, because the disk did not take it: nothing of it has left, and what
 *   memory knows from it is void
 * @param onDamage told, at the end of the turn, that the database is damaged
 */
export function createProfile(
  host: Host,
  database: Database,
  announce: (changes: readonly Change[]) => void,
  onLost: (error: unknown) => void,
  onDamage: (error: unknown) => void = () => undefined,
): Profile {
  let changes: Change[] = [];
  let effects: (() => void)[] = [];
  let isWaiting = false;

  const suspect = (error: unknown): void => {
    if (!isDamage(error)) return;
    queueMicrotask(() => {
      onDamage(error);
    });
  };

  const lose = (error: unknown): void => {
    isWaiting = false;
    [changes, effects] = [[], []];
    rollback(database);
    suspect(error);
    onLost(error);
  };

  const settle = (): void => {
    if (!isWaiting) return;
    host.step('before-commit');
    try {
      commit(database);
    } catch (error) {
      lose(error);
      throw error;
    }
    isWaiting = false;
    host.step('after-commit');
    const [announced, due] = [changes, effects];
    [changes, effects] = [[], []];
    announce(announced);
    for (const effect of due) effect();
  };

  return {
    host,
    database,
    files: new FileFolder(join(host.profile, 'files')),
    idleness: new OwnIdleness(),
    calls: new LiveCalls(),
    commit(work) {
      if (!isWaiting) {
        begin(database);
        isWaiting = true;
        // At the latest when everything that has arrived by now is through.
        setImmediate(() => {
          try {
            settle();
          } catch (error) {
            host.log('profile', 'commit-failed', { error: String(error) });
          }
        });
      }
      const own: Change[] = [];
      try {
        const result = transaction(database, () => work(own));
        changes.push(...own);
        return result;
      } catch (error) {
        // SQLite gives up the whole transaction when the disk is full or failing.
        if (!isOpen(database)) lose(error);
        else suspect(error);
        throw error;
      }
    },
    announce(more) {
      if (isWaiting) changes.push(...more);
      else announce(more);
    },
    whenDurable(effect) {
      if (isWaiting) effects.push(effect);
      else effect();
    },
    settle,
    suspect,
  };
}
