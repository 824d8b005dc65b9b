/** The same archive without encryption and without our code: what SQLite does at best on this machine. */
import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { closeDatabase, openDatabase } from '../../electron/store/database.ts';
import { archiveKey } from './archive.ts';

/** A decrypted copy beside the archive, kept like that one. */
export function plainCopy(file: string): Sqlite.Database {
  const target = `${file}.plain`;
  if (!existsSync(target)) {
    const unfinished = `${target}.unfinished`;
    rmSync(unfinished, { force: true });
    copyFileSync(file, unfinished);
    const database = openDatabase(unfinished, archiveKey);
    database.pragma('journal_mode = DELETE'); // the key of a database with a log cannot be changed
    database.pragma(`rekey = ''`);
    closeDatabase(database);
    renameSync(unfinished, target);
  }
  const database = new Sqlite(target);
  database.pragma('locking_mode = EXCLUSIVE');
  database.pragma('journal_mode = WAL');
  return database;
}

const SCHEMA = `
CREATE TABLE messages (
  id INTEGER PRIMARY KEY, account INTEGER NOT NULL, chat INTEGER NOT NULL, is_outgoing INTEGER NOT NULL,
  sender TEXT NOT NULL, text TEXT NOT NULL, delivery TEXT NOT NULL, encryption TEXT NOT NULL, device INTEGER,
  trust TEXT, stanza_id TEXT, origin_id TEXT, archive_id TEXT
) STRICT;
CREATE INDEX messages_by_chat ON messages (chat, id);
CREATE INDEX messages_by_stanza ON messages (chat, stanza_id);
CREATE UNIQUE INDEX messages_by_origin ON messages (chat, sender, origin_id);
CREATE UNIQUE INDEX messages_by_archive ON messages (account, archive_id);
CREATE VIRTUAL TABLE search USING fts5 (text, content = '', tokenize = 'unicode61 remove_diacritics 2');`;

/** An empty unencrypted database with the same columns and indexes, and what adds a batch of rows to it. */
export function plainInserter(file: string): {
  insert: (rows: readonly Readonly<Record<string, unknown>>[]) => void;
  close: () => void;
} {
  const database = new Sqlite(file);
  for (const pragma of ['journal_mode = WAL', 'synchronous = FULL', 'wal_autocheckpoint = 4000'])
    database.pragma(pragma);
  database.exec(SCHEMA);
  const message =
    database.prepare(`INSERT INTO messages VALUES (@id, @account, @chat, @isOutgoing, @sender, @text,
    @delivery, @encryption, @device, @trust, @stanzaId, @originId, @archiveId)`);
  const words = database.prepare('INSERT INTO search (rowid, text) VALUES (@id, @text)');
  return {
    insert: database.transaction((rows: readonly Readonly<Record<string, unknown>>[]) => {
      for (const row of rows) {
        message.run(row);
        words.run(row);
      }
    }),
    close: () => void database.close(),
  };
}
