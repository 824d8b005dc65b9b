import { existsSync, readdirSync, utimesSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { closeDatabase, DatabaseError, openDatabase, type Database } from '../../electron/store/database.ts';
import { MIGRATIONS, versionOf } from '../../electron/store/migrate.ts';
import { search } from '../../electron/store/migrations/006-search.ts';
import { getListTime } from '../../electron/store/device-lists.ts';
import { getDevice, getSession } from '../../electron/store/keys.ts';
import { countPrekeys, newestSignedPrekey } from '../../electron/store/prekeys.ts';
import { key, open, temporaryFile } from './profile.ts';

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
    displayed_up_to INTEGER NOT NULL DEFAULT 0,
    read_published INTEGER NOT NULL DEFAULT 0,
    keep_days INTEGER,
    draft_reply INTEGER,
    pin_order INTEGER,
    is_archived INTEGER NOT NULL DEFAULT 0,
    muted_until INTEGER NOT NULL DEFAULT 0,
    is_marked_unread INTEGER NOT NULL DEFAULT 0,
    kind TEXT NOT NULL DEFAULT 'contact',
    mentions INTEGER NOT NULL DEFAULT 0,
    is_starred INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, address)
  ) STRICT;
  INSERT INTO chats_new SELECT *, 0 FROM chats;
  DROP TABLE chats;
  ALTER TABLE chats_new RENAME TO chats;`;

/** Something of everything, in the words of the first version: today's code writes columns that came later. */
const sample = `
  INSERT INTO accounts (id, address, password, resource, hue) VALUES (1, 'juliet@capulet.example', 'secret', 'r1', 7);
  INSERT INTO chats (id, account, address, at, unread, draft) VALUES (1, 1, 'romeo@montague.example', 5, 2, 'not yet sent');
  INSERT INTO contacts (account, address, name, subscription, groups)
    VALUES (1, 'romeo@montague.example', 'Romeo', 'both', '["Verona"]');
  INSERT INTO messages (id, account, chat, is_outgoing, sender, text, delivery, encryption, stanza_id, archive_id)
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10)
    SELECT i * 1000, 1, 1, i % 2, 'romeo@montague.example', 'message ' || i, 'received', 'none', 's' || i, 'a' || i FROM n;
  UPDATE chats SET last_message = 10000, read_up_to = 4000;
  INSERT INTO outbox (account, chat, stanza) VALUES (1, 1, '<message/>');
  INSERT INTO settings (key, value) VALUES ('theme', '"dark"');
  INSERT INTO omemo_identities VALUES (1, 4711, zeroblob(33), zeroblob(32), 3, 2);
  INSERT INTO omemo_prekeys (account, id, public, private) VALUES (1, 1, zeroblob(33), zeroblob(32));
  INSERT INTO omemo_signed_prekeys (account, id, public, private, signature, at)
    VALUES (1, 1, zeroblob(33), zeroblob(32), zeroblob(64), 5);
  INSERT INTO omemo_devices (account, address, device, is_active, identity_key, trust, first_seen)
    VALUES (1, 'romeo@montague.example', 7, 1, zeroblob(33), 'verified', 5);
`;

/** The tables with their columns, without those that SQLite keeps for itself or for an index. */
type Shape = ReadonlyMap<string, readonly string[]>;
function shapeOf(database: Database): Shape {
  const tables = database
    .prepare<[], { name: string }>(
      "SELECT name FROM pragma_table_list WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'search_state'",
    )
    .all();
  const columns = database.prepare<[string], { name: string }>('SELECT name FROM pragma_table_info(?)');
  return new Map(tables.map(({ name }) => [name, columns.all(name).map((column) => column.name)]));
}

/** What is in these tables and columns, which no step may change. */
function contentOf(database: Database, shape: Shape): unknown {
  return [...shape].map(([table, columns]) => [
    table,
    database.prepare(`SELECT ${columns.join(', ')} FROM ${table} ORDER BY ${columns.join(', ')}`).all(),
  ]);
}

/** Writes a database as the program before this step would have, and returns what was in it. */
function writtenBefore(file: string, step: number): { shape: Shape; content: unknown } {
  const database = openDatabase(file, key, MIGRATIONS.slice(0, step - 1));
  database.exec(sample);
  // Nobody told the index of these messages: it is to be made anew, as after a change of its rules.
  if (MIGRATIONS.indexOf(search) < step - 1) database.exec(`UPDATE search_state SET rules = 'none'`);
  const shape = shapeOf(database);
  const content = contentOf(database, shape);
  closeDatabase(database);
  return { shape, content };
}

describe('every step', () => {
  // Each released step from the second on: migrate to N − 1, insert, migrate, compare.
  const steps = MIGRATIONS.map((_, index) => index + 1).slice(1);
  test.each([...steps, MIGRATIONS.length + 1])('keeps what is there (%i)', (step) => {
    const { file } = temporaryFile();
    const { shape, content } = writtenBefore(file, step);
    const database = open(file, key, [...MIGRATIONS, rebuild].slice(0, step));
    expect(versionOf(database)).toBe(step);
    expect(contentOf(database, shape)).toEqual(content);
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
    const { shape, content } = writtenBefore(file, MIGRATIONS.length + 1);
    const database = open(file, key, [...MIGRATIONS, rebuild]);
    const copy = `${file}.before-${String(MIGRATIONS.length + 1)}`;
    database.exec('DELETE FROM messages');
    expect(contentOf(open(copy, key, MIGRATIONS), shape)).toEqual(content);
    closeDatabase(database);
    expect(readdirSync(folder).filter((name) => name.includes('unfinished'))).toEqual([]);
  });

  test('is kept for a week and not longer', () => {
    const { file } = temporaryFile();
    writtenBefore(file, MIGRATIONS.length + 1);
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
    const { shape, content } = writtenBefore(file, MIGRATIONS.length + 1);
    expect(() => openDatabase(file, key, [...MIGRATIONS, step])).toThrow(message);
    const database = open(file, key, MIGRATIONS);
    expect(versionOf(database)).toBe(MIGRATIONS.length);
    expect(contentOf(database, shape)).toEqual(content);
  });

  test('the steps before a failing one stay', () => {
    const { file } = temporaryFile();
    const { shape, content } = writtenBefore(file, MIGRATIONS.length + 1);
    expect(() => openDatabase(file, key, [...MIGRATIONS, rebuild, 'nonsense'])).toThrow('syntax error');
    const database = open(file, key, [...MIGRATIONS, rebuild]);
    expect(contentOf(database, shape)).toEqual(content);
  });
});

test('what there is of OMEMO is of its older protocol (16)', () => {
  const { file } = temporaryFile();
  const before = openDatabase(file, key, MIGRATIONS.slice(0, 15));
  before.exec(sample);
  before.exec(`
    INSERT INTO omemo_sessions VALUES (1, 'romeo@montague.example', 7, 'ratchet');
    INSERT INTO omemo_lists VALUES (1, 'romeo@montague.example', 5);`);
  closeDatabase(before);
  const database = openDatabase(file, key);
  const line = { protocol: 'legacy', address: 'romeo@montague.example', device: 7 } as const;
  expect(getSession(database, 1, line)).toBe('ratchet');
  expect(getSession(database, 1, { ...line, protocol: 'omemo2' })).toBeUndefined();
  expect(getListTime(database, 1, line)).toBe(5);
  expect(getDevice(database, 1, line.address, 7)).toMatchObject({ protocols: ['legacy'], trust: 'verified' });
  expect([countPrekeys(database, 1, 'legacy'), countPrekeys(database, 1, 'omemo2')]).toEqual([1, 0]);
  expect(newestSignedPrekey(database, 1, 'legacy')).toMatchObject({ id: 1 });
  closeDatabase(database);
});
