/**
 * The profile's one encrypted database: how it is made, opened, migrated, locked and closed, and how transactions run.
 * The only file that imports better-sqlite3; it knows no table.
 *
 * The cipher is AEGIS-256 (draft-irtf-cfrg-aegis-aead) as SQLite3 Multiple Ciphers uses it: every page has a fresh
 * 256-bit nonce from the system's generator and a 256-bit tag, and its page number goes into the page's own key stream,
 * so that a changed, swapped or torn page is refused instead of believed. It was chosen over the SQLCipher format
 * (AES-CBC with HMAC, the longest in use) because it inserts at 0.9 of the unencrypted rate where that one reaches 0.4
 * and reads at half its speed, and because a generic composition buys nothing here that the AEAD does not give.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { chmodSync, closeSync, existsSync, openSync, readSync, rmSync, statSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { publishFile, removeSiblings, syncFile } from './files.ts';
import { copyDatabase, migrate, MIGRATIONS, versionOf } from './migrate.ts';
import { openIndex } from './search-index.ts';

export type Database = Sqlite.Database;
export type Statement<Parameters extends unknown[], Row> = Sqlite.Statement<Parameters, Row>;

/**
 * - `wrong-key`: this key does not belong to this file
 * - `damaged`: the key does, or nothing can tell, and the file cannot be read
 * - `in-use`: another engine has this profile open
 * - `too-new`: written by a later version of the program
 * - `unavailable`: the file system refuses: permissions, a full or failing disk, no such folder
 */
export type DatabaseErrorCode = 'wrong-key' | 'damaged' | 'in-use' | 'too-new' | 'unavailable';

export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly code: DatabaseErrorCode;

  constructor(code: DatabaseErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

const KEY_LENGTH = 32;
const PAGE_SIZE = 4_096;
/** How long to wait for an engine that is just closing, in milliseconds. */
const PATIENCE = 1_000;
/** What a start that was killed left behind; a running one is done in less, in milliseconds. */
const LEFT_OVER = 60_000;
/** A copy from before a migration is kept this long, in milliseconds; longer, it would keep what a person deleted. */
const BACKUP_AGE = 7 * 24 * 3_600_000;

/**
 * Opens the database, creating it if there is none, and brings its schema up to date. Holds it until `closeDatabase`.
 * @param key 32 random bytes; not kept by us (SQLite holds a copy until the database is closed)
 * @param migrations only tests give their own
 * @throws DatabaseError
 */
export function openDatabase(
  file: string,
  key: Uint8Array,
  migrations: readonly string[] = MIGRATIONS,
): Database {
  if (key.length !== KEY_LENGTH) throw new RangeError('the database key has to be 32 bytes');
  try {
    if (!existsSync(file)) createDatabase(file, key, migrations);
    const size = statSync(file).size;
    if (size < PAGE_SIZE) throw new DatabaseError('damaged', 'the database file is cut short');
    const database = connectUnchecked(file, key);
    try {
      settle(database, file, migrations);
    } catch (error) {
      database.close();
      throw error;
    }
    return database;
  } catch (error) {
    throw explain(error, file, key);
  }
}

/** Closes the database: what the write-ahead log holds goes into the file, and the lock is given back. */
export function closeDatabase(database: Database): void {
  statements.delete(database);
  database.close();
}

/**
 * Runs `work` in one transaction that takes the write lock at once; inside another transaction, in a savepoint.
 * Commits when it returns and undoes everything when it throws. `work` must be synchronous.
 */
export function transaction<T>(database: Database, work: () => T): T {
  return database.transaction(work).immediate();
}

/**
 * Begins a transaction that takes the write lock at once; `transaction` inside of it is a savepoint. It stays open until
 * `commit` or `rollback`, or until SQLite gives it up because the disk is full or failing: see `isOpen`.
 */
export function begin(database: Database): void {
  prepare(database, 'BEGIN IMMEDIATE').run();
}

/** @throws when the disk does not take it; the transaction may then still be open */
export function commit(database: Database): void {
  prepare(database, 'COMMIT').run();
}

/** Undoes everything since `begin`, if that is still open. */
export function rollback(database: Database): void {
  if (database.inTransaction) prepare(database, 'ROLLBACK').run();
}

/** True while a transaction is open. */
export function isOpen(database: Database): boolean {
  return database.inTransaction;
}

/**
 * Takes what the write-ahead log holds into the file, and empties it: a page that was overwritten is then nowhere left.
 * Nothing may be open, neither a transaction nor a statement that is being read.
 */
export function truncateLog(database: Database): void {
  database.pragma('wal_checkpoint(TRUNCATE)');
}

const statements = new WeakMap<Database, Map<string, Sqlite.Statement>>();

/** The statement for this SQL, compiled once per database. */
export function prepare<Parameters extends unknown[], Row = unknown>(
  database: Database,
  sql: string,
): Statement<Parameters, Row> {
  let known = statements.get(database);
  if (known === undefined) {
    known = new Map<string, Sqlite.Statement>();
    statements.set(database, known);
  }
  let statement = known.get(sql);
  if (statement === undefined) known.set(sql, (statement = database.prepare(sql)));
  return statement as unknown as Statement<Parameters, Row>;
}

/** The disk is full, failing or not ours to write, or the file is damaged. A violated constraint is a bug instead. */
export function isStorageFailure(error: unknown): boolean {
  return (
    error instanceof Sqlite.SqliteError &&
    /^SQLITE_(FULL|IOERR|READONLY|CORRUPT|NOTADB|CANTOPEN)/.test(error.code)
  );
}

/** True for an error of SQLite that means: the file is damaged. It may come from any statement. */
export function isDamage(error: unknown): boolean {
  return error instanceof Sqlite.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code);
}

// ————— Opening ————————————————————————————————————————————————————————————————————————————————————————————

/** Under a temporary name first: a kill at any time leaves no database, or a whole one. */
export function createDatabase(file: string, key: Uint8Array, migrations: readonly string[]): void {
  if (existsSync(`${file}-wal`)) {
    throw new DatabaseError('damaged', 'the database file is missing beside its log');
  }
  removeSiblings(file, '.new-', LEFT_OVER, Date.now());
  const unfinished = `${file}.new-${randomBytes(8).toString('hex')}`;
  closeSync(openSync(unfinished, 'wx', 0o600));
  try {
    const database = connectUnchecked(unfinished, key);
    try {
      migrate(database, migrations);
    } finally {
      database.close();
    }
    syncFile(unfinished);
    publishFile(unfinished, file);
  } finally {
    rmSync(unfinished, { force: true });
  }
}

/**
 * Opens a file without asking what is in it, and without bringing it up to date: for what is damaged or half made.
 * @throws what SQLite says
 */
export function connectUnchecked(file: string, key: Uint8Array): Database {
  const database = new Sqlite(file, { fileMustExist: true, timeout: PATIENCE });
  try {
    database.pragma(`cipher = 'aegis'`);
    database.pragma(`algorithm = 'aegis-256'`);
    const secret = Buffer.concat([Buffer.from('raw:'), key, keyMark(key)]);
    (database as Database & { key(secret: Buffer): number }).key(secret);
    secret.fill(0);
    // Set before the log is first touched: the kernel then keeps every other process out for as long as we live, and
    // the log's index stays in memory instead of a third file. It is a POSIX lock: nothing else in this process may
    // open the database file, because closing it again would drop the lock.
    database.pragma('locking_mode = EXCLUSIVE');
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL'); // a commit is on the disk before we tell the server that we have it
    database.pragma('fullfsync = ON'); // the same on macOS, whose fsync leaves it in the disk's cache
    database.pragma('checkpoint_fullfsync = ON');
    database.pragma('wal_autocheckpoint = 4000');
    database.pragma('journal_size_limit = 16777216');
    database.pragma('foreign_keys = ON');
    database.pragma('secure_delete = ON');
    database.pragma('temp_store = MEMORY'); // temporary files are not encrypted
    database.pragma('trusted_schema = OFF');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * The bytes of somebody else's database, in memory and never to be written.
 * @throws what SQLite says, at the latest with the first question
 */
export function openCopy(bytes: Buffer): Database {
  // In memory there is no write-ahead log: the two bytes say that there never was one
  // (https://www.sqlite.org/fileformat.html#file_format_version_numbers).
  if (bytes[18] === 2 && bytes[19] === 2) bytes.fill(1, 18, 20);
  const database = new Sqlite(bytes, { readonly: true });
  database.pragma('trusted_schema = OFF');
  database.pragma('cell_size_check = ON');
  database.pragma('temp_store = MEMORY');
  return database;
}

/** From here on the database is ours alone. */
function settle(database: Database, file: string, migrations: readonly string[]): void {
  if (process.platform !== 'win32') chmodSync(file, 0o600);
  const version = versionOf(database);
  if (version > migrations.length) {
    throw new DatabaseError(
      'too-new',
      `schema ${String(version)} is newer than ${String(migrations.length)}`,
    );
  }
  if (version < migrations.length) {
    copyDatabase(database, `${file}.before-${String(migrations.length)}`);
    migrate(database, migrations);
  } else {
    removeSiblings(file, '.before-', BACKUP_AGE, Date.now());
  }
  openIndex(database); // before anything can be written that it would miss
}

// ————— Failing ————————————————————————————————————————————————————————————————————————————————————————————

/**
 * The file's first 16 bytes. The cipher keeps a salt there that plays no part when the key is raw; ours tells whether
 * a key belongs to a file, which a page that fails to decrypt cannot.
 */
function keyMark(key: Uint8Array): Buffer {
  return createHmac('sha256', key).update('waxwing database').digest().subarray(0, 16);
}

function explain(error: unknown, file: string, key: Uint8Array): unknown {
  if (error instanceof DatabaseError || !(error instanceof Error) || !('code' in error)) return error;
  const code = String(error.code);
  if (code.startsWith('SQLITE_NOTADB')) {
    return isForeign(file, key)
      ? new DatabaseError('wrong-key', 'this key does not open the database', error)
      : new DatabaseError('damaged', 'the first page of the database cannot be read', error);
  }
  if (code.startsWith('SQLITE_CORRUPT')) return new DatabaseError('damaged', error.message, error);
  if (code.startsWith('SQLITE_BUSY')) {
    return new DatabaseError('in-use', 'another program has the database open', error);
  }
  if (/^(SQLITE_(CANTOPEN|READONLY|PERM|AUTH|IOERR|FULL)|E[A-Z]+$)/.test(code)) {
    return new DatabaseError('unavailable', error.message, error);
  }
  return error;
}

/**
 * True when this looks like a database of ours that belongs to another key. Only asked when SQLite could take its
 * lock and failed to decrypt: nobody holds the file then, and reading it by hand drops no lock.
 */
function isForeign(file: string, key: Uint8Array): boolean {
  const head = Buffer.alloc(24);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, head, 0, head.length, 0);
  } finally {
    closeSync(descriptor);
  }
  if (head.subarray(0, 16).equals(keyMark(key))) return false;
  // Bytes 16 to 23 stay readable: page size, and 64, 32, 32 (https://www.sqlite.org/fileformat.html#the_database_header).
  return head.readUInt16BE(16) === PAGE_SIZE && head.readUIntBE(21, 3) === 0x40_20_20;
}
