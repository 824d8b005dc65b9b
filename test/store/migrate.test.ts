import { existsSync, readdirSync, utimesSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { listAccounts } from '../../electron/store/accounts.ts';
import { listChats, messageAdded, setDraft } from '../../electron/store/chats.ts';
import { listContacts, putContact } from '../../electron/store/contacts.ts';
import { closeDatabase, DatabaseError, openDatabase, type Database } from '../../electron/store/database.ts';
import { pageMessages } from '../../electron/store/messages.ts';
import { MIGRATIONS, versionOf } from '../../electron/store/migrate.ts';
import { enqueue, nextUnsent } from '../../electron/store/outbox.ts';
import { add, key, open, temporaryFile, withChat } from './profile.ts';

/** A step as later ones will be: SQLite can change little about a table, so it is rebuilt. */
const rebuild = `
  CREATE TABLE chats_new (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
    address TEXT NOT NULL,
    at INTEGER NOT NULL,
    unread INTEGER NOT NULL DEFAULT 0,
    read_up_to INTEGER NOT NULL DEFAULT 0,
    draft TEXT NOT NULL DEFAULT '',
    encryption_mode TEXT NOT NULL DEFAULT 'automatic',
    was_encrypted INTEGER NOT NULL DEFAULT 0,
    last_message INTEGER,
    is_pinned INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, address)
  ) STRICT;
  INSERT INTO chats_new SELECT *, 0 FROM chats;
  DROP TABLE chats;
  ALTER TABLE chats_new RENAME TO chats;`;

/** Something of everything. */
function fill(database: Database): void {
  const { account, chat } = withChat(database);
  for (let index = 0; index < 10; index += 1) {
    messageAdded(database, chat, add(database, { account, id: chat }, { text: `message ${String(index)}` }));
  }
  setDraft(database, chat, 'not yet sent');
  putContact(database, {
    account,
    address: 'romeo@montague.example',
    name: 'Romeo',
    subscription: 'both',
    asking: false,
    groups: ['Verona'],
  });
  enqueue(database, { account, chat, stanza: '<message/>' });
}

/** What the program reads, which no step may change. */
function everything(database: Database): unknown {
  const accounts = listAccounts(database);
  const chats = listChats(database);
  return {
    accounts,
    chats,
    contacts: listContacts(database),
    messages: chats.map((chat) => pageMessages(database, chat.id, { limit: 100 })),
    outbox: chats.map((chat) => nextUnsent(database, chat.account, chat.id)),
  };
}

/** Writes a database as the program before this step would have, and returns what was in it. */
function writtenBefore(file: string, step: number): unknown {
  const database = openDatabase(file, key, MIGRATIONS.slice(0, step - 1));
  fill(database);
  const content = everything(database);
  closeDatabase(database);
  return content;
}

describe('every step', () => {
  // Each released step from the second on: migrate to N − 1, insert, migrate, compare.
  const steps = MIGRATIONS.map((_, index) => index + 1).slice(1);
  test.each([...steps, MIGRATIONS.length + 1])('keeps what is there (%i)', (step) => {
    const { file } = temporaryFile();
    const content = writtenBefore(file, step);
    const database = open(file, key, [...MIGRATIONS, rebuild].slice(0, step));
    expect(versionOf(database)).toBe(step);
    expect(everything(database)).toEqual(content);
    expect(database.pragma('foreign_key_check')).toEqual([]);
    expect(database.pragma('foreign_keys', { simple: true })).toBe(1);
  });

  test('starts from nothing and ends at the newest', () => {
    const database = open(temporaryFile().file);
    expect(versionOf(database)).toBe(MIGRATIONS.length);
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
  });
});

describe('a copy', () => {
  test('of the database as it was is made before, encrypted with the same key', () => {
    const { folder, file } = temporaryFile();
    const content = writtenBefore(file, 2);
    const database = open(file, key, [...MIGRATIONS, rebuild]);
    const copy = `${file}.before-${String(MIGRATIONS.length + 1)}`;
    database.exec('DELETE FROM messages');
    expect(everything(open(copy, key, MIGRATIONS))).toEqual(content);
    closeDatabase(database);
    expect(readdirSync(folder).filter((name) => name.includes('unfinished'))).toEqual([]);
  });

  test('is kept for a week and not longer', () => {
    const { file } = temporaryFile();
    writtenBefore(file, 2);
    const copy = `${file}.before-${String(MIGRATIONS.length + 1)}`;
    const reopen = (): void => {
      closeDatabase(open(file, key, [...MIGRATIONS, rebuild]));
    };
    reopen();
    reopen();
    expect(existsSync(copy)).toBe(true);
    const eightDaysAgo = Date.now() / 1_000 - 8 * 86_400;
    utimesSync(copy, eightDaysAgo, eightDaysAgo);
    reopen();
    expect(existsSync(copy)).toBe(false);
  });

  test('is not made of a new database', () => {
    const { folder, file } = temporaryFile();
    closeDatabase(open(file));
    expect(readdirSync(folder)).toEqual(['waxwing.db']);
  });
});

describe('what goes wrong', () => {
  test('a database from a later version is refused and left alone', () => {
    const { file } = temporaryFile();
    closeDatabase(open(file, key, [...MIGRATIONS, rebuild]));
    const refused = (): Database => openDatabase(file, key, MIGRATIONS);
    expect(refused).toThrow(DatabaseError);
    expect(refused).toThrow(expect.objectContaining({ code: 'too-new' }));
    expect(versionOf(open(file, key, [...MIGRATIONS, rebuild]))).toBe(MIGRATIONS.length + 1);
  });

  test.each([
    ['fails half-way', `${rebuild}; SELECT * FROM no_such_table;`, 'no such table'],
    ['leaves rows that refer to nothing', 'DELETE FROM chats', 'refer to nothing'],
  ])('a step that %s has not happened', (_, step, message) => {
    const { file } = temporaryFile();
    const content = writtenBefore(file, 2);
    expect(() => openDatabase(file, key, [...MIGRATIONS, step])).toThrow(message);
    const database = open(file, key, MIGRATIONS);
    expect(versionOf(database)).toBe(MIGRATIONS.length);
    expect(everything(database)).toEqual(content);
  });

  test('the steps before a failing one stay', () => {
    const { file } = temporaryFile();
    const content = writtenBefore(file, 2);
    expect(() => openDatabase(file, key, [...MIGRATIONS, rebuild, 'nonsense'])).toThrow('syntax error');
    const database = open(file, key, [...MIGRATIONS, rebuild]);
    expect(everything(database)).toEqual(content);
  });
});
