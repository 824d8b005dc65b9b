/**
 * Takes out of a damaged database what can still be read, row by row, and makes a sound one of it. What no server gives
 * back comes from the copy of the essentials where the database itself has lost it; stretches of messages that are gone
 * are noted in the gap ledger, so that the server is asked for them. The damaged file is kept.
 */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  closeDatabase,
  connectUnchecked,
  createDatabase,
  DatabaseError,
  isDamage,
  transaction,
  type Database,
} from './database.ts';
import { ESSENTIAL_TABLES, essentialsFile } from './essentials.ts';
import { syncFolder } from './files.ts';
import { MIGRATIONS, versionOf } from './migrate.ts';

export interface SalvageReport {
  /** Messages that are in the new database. */
  readonly messages: number;
  /** Stretches of messages that could not be read. */
  readonly lostStretches: number;
  /** Where the damaged database is now. */
  readonly kept: string;
}

/** Rows of a table that could not be read: those with row ids after the one and before the other. */
interface Hole {
  readonly after: number;
  readonly before: number;
}

const STEP = 500;

/**
 * Replaces a damaged database by what can be saved of it.
 * @param now milliseconds; names the file that is kept
 * @throws DatabaseError `damaged` when not even an account can be saved: everything is as it was then
 */
export function salvageDatabase(file: string, key: Uint8Array, now: number): SalvageReport {
  const source = tryConnect(file, key);
  const copy = tryConnect(essentialsFile(file), key);
  const repaired = `${file}.repaired`;
  for (const end of ['', '-wal', '-shm']) rmSync(repaired + end, { force: true });
  try {
    const version = (source && readVersion(source)) ?? (copy && readVersion(copy));
    if (version === undefined) throw new DatabaseError('damaged', 'nothing of the database can be read');
    createDatabase(repaired, key, MIGRATIONS.slice(0, version));
    const target = connectUnchecked(repaired, key);
    const report = { messages: 0, lostStretches: 0 };
    try {
      target.pragma('foreign_keys = OFF');
      transaction(target, () => {
        const { holes, damaged } =
          source === undefined ? { holes: [], damaged: ESSENTIAL_TABLES } : copyTables(source, target);
        // Only what was damaged: in what was not, a row that is missing was removed on purpose.
        if (copy !== undefined) fillFrom(copy, target, damaged);
        mend(target);
        for (const hole of holes) noteHole(target, hole);
        report.lostStretches = holes.length;
        report.messages = count(target, 'messages');
        if (count(target, 'accounts') === 0) throw new DatabaseError('damaged', 'no account can be read');
      });
      target.pragma('wal_checkpoint(TRUNCATE)');
    } finally {
      closeDatabase(target);
    }
    if (source !== undefined) closeQuietly(source);
    const kept = `${file}.damaged-${String(now)}`;
    if (existsSync(`${file}-wal`)) renameSync(`${file}-wal`, `${kept}-wal`);
    renameSync(file, kept);
    renameSync(repaired, file);
    syncFolder(dirname(file));
    return { ...report, kept };
  } finally {
    if (source?.open === true) closeQuietly(source);
    if (copy !== undefined) closeQuietly(copy);
    for (const end of ['', '-wal', '-shm']) rmSync(repaired + end, { force: true });
  }
}

function tryConnect(file: string, key: Uint8Array): Database | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return connectUnchecked(file, key);
  } catch (error) {
    if (isDamage(error)) return undefined;
    throw error;
  }
}

/** Closing writes the log back, and what is damaged may refuse that: nothing of it is needed any more. */
function closeQuietly(database: Database): void {
  try {
    closeDatabase(database);
  } catch (error) {
    if (!isDamage(error)) throw error;
  }
}

function readVersion(database: Database): number | undefined {
  try {
    const version = versionOf(database);
    return version > 0 && version <= MIGRATIONS.length ? version : undefined;
  } catch (error) {
    if (isDamage(error)) return undefined;
    throw error;
  }
}

// ————— Copying ———————————————————————————————————————————————————————————————————————————————————————————————

/** The index of the search is made anew, and this says that it has to be. */
const OF_THE_INDEX = 'search_state';

/** Copies every table; returns where messages are missing, and the tables that were not whole. */
function copyTables(source: Database, target: Database): { holes: Hole[]; damaged: string[] } {
  const tables = target
    .prepare<[], { name: string; wr: number }>(
      `SELECT name, wr FROM pragma_table_list
       WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'`,
    )
    .all();
  let holes: Hole[] = [];
  const damaged: string[] = [];
  for (const { name, wr } of tables) {
    if (name === OF_THE_INDEX) continue;
    if (wr === 1) {
      if (!copyFromBothEnds(source, target, name)) damaged.push(name);
    } else {
      const missing = copyByRow(source, target, name);
      if (missing.length > 0) damaged.push(name);
      if (name === 'messages') holes = missing;
    }
  }
  return { holes, damaged };
}

function columnsOf(database: Database, table: string): string[] {
  return database
    .prepare<[string], { name: string }>('SELECT name FROM pragma_table_info(?)')
    .all(table)
    .map(({ name }) => `"${name}"`);
}

/** Reads on after each place that cannot be read. */
function copyByRow(source: Database, target: Database, table: string): Hole[] {
  const columns = columnsOf(target, table).join(', ');
  const marks = columns.replace(/"[^"]*"/g, '?');
  const insert = target.prepare(`INSERT OR IGNORE INTO "${table}" (rowid, ${columns}) VALUES (?, ${marks})`);
  const read = (after: number, limit: number): unknown[][] | 'damaged' =>
    attempt(() =>
      source
        .prepare<[number, number], unknown[]>(
          `SELECT rowid, ${columns} FROM "${table}" WHERE rowid > ? ORDER BY rowid LIMIT ?`,
        )
        .raw()
        .all(after, limit),
    );
  const holes: Hole[] = [];
  let after = -1;
  for (let limit = STEP; ;) {
    const rows = read(after, limit);
    if (rows === 'damaged' && limit > 1) {
      limit = 1; // up to the very row that cannot be read
    } else if (rows === 'damaged') {
      const next = nextReadable(after, (beyond) => read(beyond, 1) !== 'damaged');
      const before = next === undefined ? Infinity : firstId(read(next, 1));
      holes.push({ after, before });
      if (next === undefined) return holes;
      [after, limit] = [next, STEP];
    } else {
      for (const row of rows) insert.run(...row);
      if (rows.length < limit) return holes;
      after = Number(rows.at(-1)?.[0]);
    }
  }
}

/** The smallest row id, as far as that can be found by halving, behind which reading works again. */
function nextReadable(from: number, isReadable: (beyond: number) => boolean): number | undefined {
  let reach = 1;
  while (!isReadable(from + reach)) {
    reach *= 2;
    if (from + reach > Number.MAX_SAFE_INTEGER) return undefined;
  }
  let [low, high] = [Math.floor(reach / 2), reach];
  while (low + 1 < high) {
    const middle = Math.floor((low + high) / 2);
    if (isReadable(from + middle)) high = middle;
    else low = middle;
  }
  return from + high;
}

function firstId(rows: unknown[][] | 'damaged'): number {
  return rows === 'damaged' || rows[0] === undefined ? Infinity : Number(rows[0][0]);
}

/** For the small tables without row ids: up to the damage from the one side, and from the other. True when there is none. */
function copyFromBothEnds(source: Database, target: Database, table: string): boolean {
  const columns = columnsOf(target, table).join(', ');
  const key = target
    .prepare<[string], { name: string }>('SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk')
    .all(table)
    .map(({ name }) => `"${name}"`);
  const insert = target.prepare(
    `INSERT OR IGNORE INTO "${table}" (${columns}) VALUES (${columns.replace(/"[^"]*"/g, '?')})`,
  );
  for (const direction of ['ASC', 'DESC']) {
    const order = key.map((column) => `${column} ${direction}`).join(', ');
    const isWhole = attempt(() => {
      const rows = source.prepare<[], unknown[]>(`SELECT ${columns} FROM "${table}" ORDER BY ${order}`).raw();
      for (const row of rows.iterate()) insert.run(...row);
      return true;
    });
    if (isWhole !== 'damaged') return direction === 'ASC';
  }
  return false;
}

function attempt<T>(work: () => T): T | 'damaged' {
  try {
    return work();
  } catch (error) {
    if (isDamage(error)) return 'damaged';
    throw error;
  }
}

// ————— Mending ———————————————————————————————————————————————————————————————————————————————————————————————

/** What the copy of the essentials has and the database has lost. */
function fillFrom(copy: Database, target: Database, damaged: readonly string[]): void {
  for (const table of ESSENTIAL_TABLES) {
    if (!damaged.includes(table)) continue;
    const known = new Set(columnsOf(copy, table));
    const columns = columnsOf(target, table).filter((column) => known.has(column));
    if (columns.length === 0) continue;
    const insert = target.prepare(
      `INSERT OR IGNORE INTO "${table}" (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
    );
    attempt(() => {
      const rows = copy
        .prepare<[], unknown[]>(`SELECT ${columns.join(', ')} FROM "${table}"`)
        .raw()
        .all();
      for (const row of rows) insert.run(...row);
    });
  }
}

/** Makes the rows agree with each other again. */
function mend(target: Database): void {
  // A chat is worth less than its messages: it is made anew from who wrote in it.
  target.exec(`
    INSERT OR IGNORE INTO chats (id, account, address, at)
      SELECT chat, account, max(sender), max(id) / 1000 FROM messages
      WHERE is_outgoing = 0 AND chat NOT IN (SELECT id FROM chats) GROUP BY chat, account;`);
  dropDangling(target);
  target.exec(`
    UPDATE chats SET last_message = (SELECT max(id) FROM messages WHERE chat = chats.id),
      unread = (SELECT count(*) FROM messages WHERE chat = chats.id AND id > read_up_to AND is_outgoing = 0);`);
}

/** Removes rows that refer to rows that are gone, until none is left. */
function dropDangling(target: Database): void {
  const references = target
    .prepare<[], { child: string; parent: string; own: string; other: string | null }>(
      `SELECT t.name AS child, f."table" AS parent, f."from" AS own, f."to" AS other
       FROM pragma_table_list t JOIN pragma_foreign_key_list(t.name) f WHERE t.type = 'table'`,
    )
    .all();
  for (let isClean = false; !isClean;) {
    isClean = true;
    for (const { child, parent, own, other } of references) {
      const column = other ?? 'id';
      const { changes } = target
        .prepare(
          `DELETE FROM "${child}" WHERE "${own}" IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM "${parent}" p WHERE p."${column}" = "${child}"."${own}")`,
        )
        .run();
      if (changes > 0) isClean = false;
    }
  }
}

/** The server may still have what is missing: each account asks its archive for that time. */
function noteHole(target: Database, { after, before }: Hole): void {
  const hasLedger = columnsOf(target, 'archive_gaps').length > 0;
  if (!hasLedger) return;
  const end = Number.isFinite(before) ? before : Number.MAX_SAFE_INTEGER;
  target
    .prepare(
      `INSERT INTO archive_gaps (account, archive, is_past, after_id, after_at, before_id, before_at)
       SELECT a.account, a.address, 0,
         (SELECT archive_id FROM messages WHERE account = a.account AND id <= @after AND archive_id IS NOT NULL
           ORDER BY id DESC LIMIT 1),
         @afterAt,
         (SELECT archive_id FROM messages WHERE account = a.account AND id >= @end AND archive_id IS NOT NULL
           ORDER BY id LIMIT 1),
         coalesce((SELECT min(id) / 1000 FROM messages WHERE account = a.account AND id >= @end),
           a.fetched_up_to, @afterAt)
       FROM archives a`,
    )
    .run({ after, end, afterAt: BigInt(Math.floor(Math.max(after, 0) / 1_000)) }); // a number would be a REAL
}

function count(database: Database, table: string): number {
  return database.prepare<[], { n: number }>(`SELECT count(*) AS n FROM "${table}"`).get()?.n ?? 0;
}
