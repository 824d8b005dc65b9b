/**
 * Brings a database up to the schema that this program knows: numbered steps, forward only, each one whole or not at
 * all. `PRAGMA user_version` counts the steps taken.
 */
import { rmSync } from 'node:fs';
import type { Database } from './database.ts';
import { replaceFile, syncFile } from './files.ts';
import { first } from './migrations/001-first.ts';
import { credentials } from './migrations/002-credentials.ts';
import { invitations } from './migrations/003-accounts.ts';
import { discovery } from './migrations/004-discovery.ts';
import { gaps } from './migrations/005-gaps.ts';
import { search } from './migrations/006-search.ts';
import { read } from './migrations/007-read.ts';
import { removed } from './migrations/008-removed.ts';
import { usedPrekeys } from './migrations/009-used-prekeys.ts';
import { restoring } from './migrations/010-restoring.ts';
import { retention } from './migrations/011-retention.ts';
import { carrier } from './migrations/012-carrier.ts';
import { earlierKeys } from './migrations/013-earlier-keys.ts';
import { attachments } from './migrations/014-attachments.ts';
import { trustClaims } from './migrations/015-trust-claims.ts';
import { omemo2 } from './migrations/016-omemo2.ts';
import { messageReaders } from './migrations/017-message-readers.ts';
import { looks } from './migrations/018-looks.ts';
import { replies } from './migrations/019-replies.ts';
import { arrangement } from './migrations/020-arrangement.ts';
import { people } from './migrations/021-people.ts';
import { errands } from './migrations/022-errands.ts';
import { reactions } from './migrations/023-reactions.ts';
import { changes } from './migrations/024-changes.ts';
import { rooms } from './migrations/025-rooms.ts';
import { sounds } from './migrations/026-sounds.ts';
import { thumbnails } from './migrations/027-thumbnails.ts';
import { downloadParts } from './migrations/028-download-parts.ts';
import { roomInvites } from './migrations/029-room-invites.ts';
import { bookmarks } from './migrations/030-bookmarks.ts';
import { folders } from './migrations/034-folders.ts';
import { pinnedMessages } from './migrations/031-pinned-messages.ts';
import { calls } from './migrations/032-calls.ts';
import { roomReactions } from './migrations/033-room-reactions.ts';

/** Step n is at index n − 1. A released step is never edited: what it did is already on somebody's disk. */
export const MIGRATIONS: readonly string[] = [
  first, // 1
  credentials, // 2
  invitations, // 3
  discovery, // 4
  gaps, // 5
  search, // 6
  read, // 7
  removed, // 8
  usedPrekeys, // 9
  restoring, // 10
  retention, // 11
  carrier, // 12
  earlierKeys, // 13
  attachments, // 14
  trustClaims, // 15
  omemo2, // 16
  messageReaders, // 17
  looks, // 18
  replies, // 19
  arrangement, // 20
  people, // 21
  errands, // 22
  reactions, // 23
  changes, // 24
  rooms, // 25
  sounds, // 26
  thumbnails, // 27
  downloadParts, // 28
  roomInvites, // 29
  bookmarks, // 30
  pinnedMessages, // 31
  calls, // 32
  roomReactions, // 33
  folders, // 34
];

/** How many steps this database has taken. */
export function versionOf(database: Database): number {
  return Number(database.pragma('user_version', { simple: true }));
}

/**
 * Takes the steps that are missing, each in a transaction of its own.
 * @throws when a step fails, or leaves a row that refers to nothing; that step has then not happened
 */
export function migrate(database: Database, migrations: readonly string[]): void {
  // Rebuilding a table drops the old one, which would cascade; the switch only works outside a transaction. What the
  // step leaves is checked instead (https://www.sqlite.org/lang_altertable.html#otheralter).
  database.pragma('foreign_keys = OFF');
  try {
    for (let version = versionOf(database) + 1; version <= migrations.length; version += 1) {
      const step = migrations[version - 1] ?? '';
      database.exec('BEGIN IMMEDIATE');
      try {
        database.exec(step);
        const dangling = database.pragma('foreign_key_check');
        if (!Array.isArray(dangling) || dangling.length > 0) {
          throw new Error(`migration ${String(version)} leaves rows that refer to nothing`);
        }
        database.pragma(`user_version = ${String(version)}`);
        database.exec('COMMIT');
      } catch (error) {
        if (database.inTransaction) database.exec('ROLLBACK');
        throw error;
      }
    }
  } finally {
    database.pragma('foreign_keys = ON');
  }
}

/**
 * Copies the whole database, consistent and encrypted with the same key, to a file beside it. `VACUUM INTO` goes
 * through SQLite: opening the database file by other means would drop the locks that this process holds on it.
 */
export function copyDatabase(database: Database, target: string): void {
  const unfinished = `${target}.unfinished`;
  rmSync(unfinished, { force: true });
  database.prepare('VACUUM INTO ?').run(unfinished);
  syncFile(unfinished);
  replaceFile(unfinished, target);
}
