import { readdirSync, readFileSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  closeDatabase,
  DatabaseError,
  isDamage,
  openDatabase,
  prepare,
  transaction,
  type Database,
} from '../../electron/store/database.ts';
import { getSetting, setSetting } from '../../electron/store/settings.ts';
import { MIGRATIONS } from '../../electron/store/migrate.ts';
import { seededRandom } from '../support/random.ts';
import { add, juliet, key, open, otherKey, temporaryDatabase, temporaryFile, withChat } from './profile.ts';
import { killWriter, startWriter } from './writers.ts';

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof DatabaseError) return error.code;
    throw error;
  }
  return 'opened';
}

/** A closed database with some pages of messages in it. */
function filled(): { folder: string; file: string } {
  const place = temporaryFile();
  const database = openDatabase(place.file, key);
  fill(database, 100);
  closeDatabase(database);
  return place;
}

function fill(database: Database, count: number): void {
  const { account, chat } = withChat(database);
  transaction(database, () => {
    for (let index = 0; index < count; index += 1) {
      add(database, { id: chat, account }, { text: `needle in the hay ${String(index)} `.repeat(10) });
    }
  });
}

/** Reads every page there is. */
const NOT_INTACT = 'not intact';

function readAll(database: Database): void {
  prepare(database, 'SELECT sum(length(text)) FROM messages').all();
  const [{ integrity_check: result } = {}] = database.pragma('integrity_check') as Record<string, string>[];
  if (result !== 'ok') throw new Error(`${NOT_INTACT}: ${String(result)}`);
}

describe('opening', () => {
  test('makes a database that only its owner can read, and that keeps what is committed', () => {
    const { folder, file } = temporaryFile();
    const database = open(file);
    setSetting(database, 'theme', 'dark');
    const pragma = (name: string): unknown => database.pragma(name, { simple: true });
    expect({
      cipher: pragma('cipher'),
      algorithm: pragma('algorithm'),
      journal: pragma('journal_mode'),
      synchronous: pragma('synchronous'),
      keys: pragma('foreign_keys'),
      deletion: pragma('secure_delete'),
      temporary: pragma('temp_store'),
      locking: pragma('locking_mode'),
    }).toEqual({
      cipher: 'aegis',
      algorithm: 'aegis-256',
      journal: 'wal',
      synchronous: 2,
      keys: 1,
      deletion: 1,
      temporary: 2,
      locking: 'exclusive',
    });
    // The index of the log stays in memory: there is no third file.
    expect(readdirSync(folder).sort()).toEqual(['waxwing.db', 'waxwing.db-wal']);
    if (process.platform !== 'win32') {
      for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    }
    closeDatabase(database);
    expect(readdirSync(folder)).toEqual(['waxwing.db']);
    expect(getSetting(open(file), 'theme')).toBe('dark');
  });

  test('refuses a key of another length', () => {
    const { file } = temporaryFile();
    expect(() => openDatabase(file, key.subarray(0, 16))).toThrow(RangeError);
    expect(() => openDatabase(file, new Uint8Array(64))).toThrow(RangeError);
  });

  test('says when the folder is not there', () => {
    expect(codeOf(() => openDatabase(join(temporaryFile().folder, 'missing', 'waxwing.db'), key))).toBe(
      'unavailable',
    );
  });

  test('a start that was killed while it made the database is in nobody’s way', () => {
    const { folder, file } = temporaryFile();
    writeFileSync(`${file}.new-0123456789abcdef`, 'half a database');
    writeFileSync(`${file}.new-fedcba9876543210`, 'another, right now');
    utimesSync(`${file}.new-0123456789abcdef`, 1, 1);
    closeDatabase(open(file));
    expect(readdirSync(folder)).toEqual(['waxwing.db', 'waxwing.db.new-fedcba9876543210']);
  });
});

describe('a wrong key', () => {
  test('is refused, leaves the file as it was, and the right one opens it afterwards', () => {
    const { file } = filled();
    const before = readFileSync(file);
    expect(codeOf(() => openDatabase(file, otherKey))).toBe('wrong-key');
    expect(codeOf(() => openDatabase(file, new Uint8Array(32)))).toBe('wrong-key');
    expect(readFileSync(file).equals(before)).toBe(true);
    readAll(open(file));
  });

  test('does not touch what a crash left in the log', async () => {
    const { folder, file } = temporaryFile();
    const committed = await killWriter(file, 20);
    expect(readdirSync(folder)).toContain('waxwing.db-wal');
    const before = readFileSync(`${file}-wal`);
    expect(codeOf(() => openDatabase(file, otherKey))).toBe('wrong-key');
    expect(readFileSync(`${file}-wal`).equals(before)).toBe(true);
    expect(countOf(open(file))).toBeGreaterThanOrEqual(committed);
  });
});

describe('damage', () => {
  const page = 4_096;
  const damages: Record<string, (file: string) => void> = {
    'an empty file': (file) => truncateSync(file, 0),
    'half a page': (file) => truncateSync(file, page / 2),
    'a file cut in the middle': (file) => truncateSync(file, 5 * page),
    'a file cut inside a page': (file) => truncateSync(file, 5 * page + 17),
    'one bit in the header': (file) => change(file, 40, 1),
    'one bit at the end of the first page': (file) => change(file, page - 1, 1),
    'one bit in the plain part of the header': (file) => change(file, 21, 1),
    'zeros instead of the first page': (file) => overwrite(file, Buffer.alloc(page)),
    'a text': (file) => writeFileSync(file, 'Lorem ipsum dolor sit amet. '.repeat(500)),
  };
  test.each(Object.entries(damages))('%s', (_, damage) => {
    const { file } = filled();
    damage(file);
    const before = readFileSync(file);
    expect(codeOf(() => openDatabase(file, key))).toBe('damaged');
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test('a missing file beside its log is not a new profile', () => {
    const { folder, file } = temporaryFile();
    writeFileSync(`${file}-wal`, 'what was committed last');
    expect(codeOf(() => openDatabase(file, key))).toBe('damaged');
    expect(readdirSync(folder)).toEqual(['waxwing.db-wal']);
  });

  test('a bit anywhere is noticed, and pages cannot change places', () => {
    const { file } = filled();
    const whole = readFileSync(file);
    const pages = whole.length / page;
    expect(pages).toBeGreaterThan(10);
    const notice = (bytes: Buffer): boolean => {
      writeFileSync(file, bytes);
      let database: Database | undefined;
      try {
        database = openDatabase(file, key);
        readAll(database);
        return false;
      } catch (error) {
        // SQLite either stumbles over it, or reports it when it is asked, by where in the schema it lies.
        const isReported = error instanceof Error && error.message.startsWith(NOT_INTACT);
        const isOpeningRefused = error instanceof DatabaseError && error.code === 'damaged';
        if (!isReported && !isDamage(error) && !isOpeningRefused) throw error;
        return true;
      } finally {
        if (database !== undefined) closeDatabase(database);
      }
    };
    expect(notice(whole)).toBe(false);
    const random = seededRandom(20_261_121);
    for (let round = 0; round < 50; round += 1) {
      const bytes = Buffer.from(whole);
      // From byte 24 on: before it are the mark of the key, which is checked only in need, and constants.
      const position = 24 + Math.floor(random() * (bytes.length - 24));
      bytes[position] = (bytes[position] ?? 0) ^ (1 << Math.floor(random() * 8));
      expect(notice(bytes), `bit flipped in byte ${String(position)}`).toBe(true);
    }
    const swapped = Buffer.from(whole);
    whole.copy(swapped, 3 * page, 4 * page, 5 * page);
    whole.copy(swapped, 4 * page, 3 * page, 4 * page);
    expect(notice(swapped)).toBe(true);
  });

  test('a torn end of the log costs the transaction in it and nothing before', async () => {
    const { file } = temporaryFile();
    const committed = await killWriter(file, 20);
    const log = readFileSync(`${file}-wal`);
    writeFileSync(`${file}-wal`, log.subarray(0, log.length - 2_000));
    const database = open(file);
    expect(countOf(database)).toBeGreaterThanOrEqual(committed - 1);
    readAll(database);
  });

  function overwrite(file: string, bytes: Buffer): void {
    const whole = readFileSync(file);
    bytes.copy(whole);
    writeFileSync(file, whole);
  }

  function change(file: string, position: number, bit: number): void {
    const whole = readFileSync(file);
    whole[position] = (whole[position] ?? 0) ^ bit;
    writeFileSync(file, whole);
  }
});

describe('what lies on the disk', () => {
  const secrets = [juliet.password, juliet.address, 'needle in the hay', 'CREATE TABLE', 'SQLite format'];

  function found(folder: string): string[] {
    return readdirSync(folder).flatMap((name) => {
      const bytes = readFileSync(join(folder, name));
      return secrets
        .filter((secret) => bytes.includes(secret) || bytes.includes(Buffer.from(secret, 'utf16le')))
        .map((secret) => `${name}: ${secret}`);
    });
  }

  test('holds no plain text: neither in the database, nor in its log, nor in a copy', () => {
    const { folder, file } = temporaryFile();
    const database = open(file);
    fill(database, 2_000);
    expect(statSync(`${file}-wal`).size).toBeGreaterThan(100_000);
    expect(found(folder)).toEqual([]);
    database.pragma('wal_checkpoint');
    prepare(database, 'DELETE FROM messages WHERE id % 2 = 0').run();
    expect(found(folder)).toEqual([]);
    closeDatabase(database);
    open(file, key, [...MIGRATIONS, 'CREATE TABLE more (id INTEGER PRIMARY KEY) STRICT']);
    expect(readdirSync(folder)).toContain(`waxwing.db.before-${String(MIGRATIONS.length + 1)}`);
    expect(found(folder)).toEqual([]);
    // The search itself can find something.
    writeFileSync(join(folder, 'leak'), `...${juliet.password}...`);
    expect(found(folder)).toEqual([`leak: ${juliet.password}`]);
  });
});

describe('one engine at a time', () => {
  test('a second one in the same process is refused, and lets the first one work', () => {
    const { file } = temporaryFile();
    const database = open(file);
    expect(codeOf(() => openDatabase(file, key))).toBe('in-use');
    setSetting(database, 'still', 'here');
    closeDatabase(database);
    expect(getSetting(open(file), 'still')).toBe('here');
  });

  test('a second process is refused as long as the first one lives, and no longer', async () => {
    const { file } = temporaryFile();
    const writer = await startWriter(file);
    expect(codeOf(() => openDatabase(file, key))).toBe('in-use');
    expect(codeOf(() => openDatabase(file, otherKey))).not.toBe('opened');
    await writer.kill();
    expect(codeOf(() => closeDatabase(open(file)))).toBe('opened');
  });

  test('many that start together on a new profile agree on one database', async () => {
    const { folder, file } = temporaryFile();
    const writers = await Promise.all([1, 2, 3].map(() => startWriter(file).catch(() => undefined)));
    const alive = writers.filter((writer) => writer !== undefined);
    expect(alive).toHaveLength(1);
    const committed = Math.max(...(await Promise.all(alive.map((writer) => writer.kill()))));
    expect(countOf(open(file))).toBeGreaterThanOrEqual(committed);
    expect(readdirSync(folder).filter((name) => name.includes('.new-'))).toEqual([]);
  });
});

describe('a kill', () => {
  test.each([1, 2, 3, 4, 5])('loses nothing that was committed (%i)', async (round) => {
    const { file } = temporaryFile();
    const committed = await killWriter(file, 1 + round * 17);
    const database = open(file);
    const count = countOf(database);
    // What was committed is there; the one that was under way may be.
    expect(count).toBeGreaterThanOrEqual(committed);
    expect(getSetting(database, 'last')).toBe(count);
    readAll(database);
  });
});

describe('transactions', () => {
  test('keep everything or nothing', () => {
    const database = temporaryDatabase();
    expect(
      transaction(database, () => {
        setSetting(database, 'a', 1);
        return 'result';
      }),
    ).toBe('result');
    expect(() =>
      transaction(database, () => {
        setSetting(database, 'a', 2);
        throw new Error('stop');
      }),
    ).toThrow('stop');
    expect(getSetting(database, 'a')).toBe(1);
    expect(database.inTransaction).toBe(false);
  });

  test('inside another undo only themselves', () => {
    const database = temporaryDatabase();
    transaction(database, () => {
      setSetting(database, 'outer', 1);
      expect(() =>
        transaction(database, () => {
          setSetting(database, 'inner', 1);
          throw new Error('inner');
        }),
      ).toThrow('inner');
      transaction(database, () => {
        setSetting(database, 'second', 1);
      });
    });
    expect(['outer', 'inner', 'second'].map((name) => getSetting(database, name))).toEqual([1, undefined, 1]);
  });

  test('refuse work that is not finished when it returns', () => {
    const database = temporaryDatabase();
    expect(() =>
      transaction(database, () => {
        setSetting(database, 'a', 1);
        return Promise.resolve();
      }),
    ).toThrow(TypeError);
    expect(getSetting(database, 'a')).toBeUndefined();
  });

  test('compile each statement once', () => {
    const database = temporaryDatabase();
    expect(prepare(database, 'SELECT 1')).toBe(prepare(database, 'SELECT 1'));
    expect(prepare(database, 'SELECT 1')).not.toBe(prepare(temporaryDatabase(), 'SELECT 1'));
  });
});

test('settings hold any JSON, by any name', () => {
  const database = temporaryDatabase();
  fc.assert(
    fc.property(fc.string(), fc.jsonValue(), (name, value) => {
      setSetting(database, name, value);
      expect(getSetting(database, name)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
    { numRuns: 50 },
  );
  setSetting(database, 'gone', 1);
  setSetting(database, 'gone', undefined);
  expect(getSetting(database, 'gone')).toBeUndefined();
  prepare(database, `INSERT INTO settings VALUES ('broken', '{')`).run();
  expect(getSetting(database, 'broken')).toBeUndefined();
});

function countOf(database: Database): number {
  return (prepare(database, 'SELECT count(*) AS count FROM accounts').get() as { count: number }).count;
}
