/**
 * A small copy of what no server gives back: accounts, keys, trust, contacts, settings and the list of chats. It lies
 * beside the database, encrypted with the same key, for the day on which the database cannot be read. Ratchets are
 * left out: an old one would use its keys a second time, so new sessions are made instead.
 */
import { closeSync, existsSync, openSync, rmSync, statSync } from 'node:fs';
import { versionOf } from './migrate.ts';
import type { Database } from './database.ts';
import { replaceFile, syncFile } from './files.ts';

/** A profile has these, notes since version 21, and few rows in them. */
export const ESSENTIAL_TABLES = [
  'settings',
  'accounts',
  'contacts',
  'chats',
  'notes',
  'omemo_identities',
  'omemo_prekeys',
  'omemo_signed_prekeys',
  'omemo_devices',
  'omemo_lists',
] as const;

/** Where the copy of a database file lies. */
export function essentialsFile(file: string): string {
  return `${file}.essentials`;
}

/** How old the copy is, in milliseconds; infinite when there is none. */
export function ageOfEssentials(file: string, now: number): number {
  const changed = statSync(essentialsFile(file), { throwIfNoEntry: false })?.mtimeMs;
  return changed === undefined ? Infinity : now - changed;
}

/**
 * Makes the copy anew. Outside of any transaction.
 * @throws when the disk refuses, or what is to be copied cannot be read; the copy that was there stays
 */
export function saveEssentials(database: Database, file: string): void {
  const target = essentialsFile(file);
  const unfinished = `${target}.unfinished`;
  rmSync(unfinished, { force: true });
  // SQLite makes no file for a connection that may not, and ours must never make a second database by mistake.
  closeSync(openSync(unfinished, 'wx', 0o600));
  try {
    // Without a key of its own an attached database has the key of the main one.
    database.prepare('ATTACH ? AS essentials').run(unfinished);
    try {
      database.exec('BEGIN');
      for (const table of ESSENTIAL_TABLES) {
        database.exec(`CREATE TABLE essentials.${table} AS SELECT * FROM main.${table}`);
      }
      database.exec(`PRAGMA essentials.user_version = ${String(versionOf(database))}; COMMIT`);
    } finally {
      if (database.inTransaction) database.exec('ROLLBACK');
      database.exec('DETACH essentials');
    }
    syncFile(unfinished);
    replaceFile(unfinished, target);
  } finally {
    if (existsSync(unfinished)) rmSync(unfinished, { force: true });
  }
}
