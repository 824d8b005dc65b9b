import { readFileSync, statSync, writeFileSync, existsSync, readdirSync, truncateSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { listAccounts } from '../../electron/store/accounts.ts';
import { listChats } from '../../electron/store/chats.ts';
import {
  closeDatabase,
  DatabaseError,
  openDatabase,
  prepare,
  transaction,
  type Database,
} from '../../electron/store/database.ts';
import { ageOfEssentials, essentialsFile, saveEssentials } from '../../electron/store/essentials.ts';
import { salvageDatabase } from '../../electron/store/salvage.ts';
import { indexSome } from '../../electron/store/search-backlog.ts';
import { setSetting, getSetting } from '../../electron/store/settings.ts';
import { seededRandom } from '../support/random.ts';
import { runs } from '../support/runs.ts';
import { add, key, open, otherKey, temporaryFile, withChat } from './profile.ts';

const PAGE = 4_096;
const NOW = Date.UTC(2026, 10, 21);
const COUNT = 600;

let filledOnce: Record<'database' | 'essentials', Buffer> | undefined;

/** A closed profile with messages, an identity and the copy of its essentials: the first one byte for byte. */
function filled(): string {
  if (filledOnce === undefined) {
    const first = fill();
    filledOnce = { database: readFileSync(first), essentials: readFileSync(essentialsFile(first)) };
  }
  const { file } = temporaryFile();
  writeFileSync(file, filledOnce.database);
  writeFileSync(essentialsFile(file), filledOnce.essentials);
  return file;
}

function fill(): string {
  const { file } = temporaryFile();
  const database = openDatabase(file, key);
  const { account, chat } = withChat(database);
  setSetting(database, 'theme', 'dark');
  transaction(database, () => {
    for (let index = 0; index < COUNT; index += 1) {
      add(
        database,
        { id: chat, account },
        {
          text: `letter ${String(index)} `.repeat(20),
          // Ten at a time: then row ids are no whole milliseconds.
          at: NOW - Math.ceil((COUNT - index) / 10) * 60_000,
          archiveId: `a${String(index)}`,
        },
      );
    }
    prepare(
      database,
      `INSERT INTO omemo_identities (account, device, public, private, next_prekey, next_signed_prekey)
       VALUES (?, 4711, zeroblob(33), zeroblob(32), 101, 2)`,
    ).run(account);
    prepare(
      database,
      `INSERT INTO omemo_sessions (account, protocol, address, device, record)
       VALUES (?, 'legacy', 'romeo@montague.example', 1, 'ratchet')`,
    ).run(account);
    prepare(
      database,
      `INSERT INTO archives (account, address, cursor, fetched_up_to, assigns_ids)
       VALUES (?, 'juliet@capulet.example', 'a${String(COUNT - 1)}', ${String(NOW)}, 1)`,
    ).run(account);
  });
  saveEssentials(database, file);
  closeDatabase(database);
  return file;
}

/** Flips a byte in the middle of each of these pages. */
function damage(file: string, ...pages: number[]): void {
  const bytes = readFileSync(file);
  for (const page of pages) bytes[(page - 1) * PAGE + 2_000]! ^= 0xff;
  writeFileSync(file, bytes);
}

const pagesOf = (file: string): number => statSync(file).size / PAGE;

function check(file: string): Database {
  const database = open(file);
  expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
  expect(database.pragma('foreign_key_check')).toEqual([]);
  return database;
}

const idsOf = (database: Database): (string | null)[] =>
  prepare<[], { name: string | null }>(database, 'SELECT archive_id AS name FROM messages ORDER BY id')
    .all()
    .map(({ name }) => name);

describe('the copy of the essentials', () => {
  test('is encrypted, private, and has no ratchet in it', () => {
    const file = fill();
    const copy = essentialsFile(file);
    const bytes = readFileSync(copy);
    for (const text of ['juliet', 'romeo', 'dark', 'omemo']) expect(bytes.includes(text)).toBe(false);
    if (process.platform !== 'win32') expect(statSync(copy).mode & 0o777).toBe(0o600);
    expect(ageOfEssentials(file, statSync(copy).mtimeMs + 5_000)).toBe(5_000);
    expect(ageOfEssentials(`${file}.none`, NOW)).toBe(Infinity);
  });

  test('stays as it was when a new one cannot be made', () => {
    const file = filled();
    const before = readFileSync(essentialsFile(file));
    const database = open(file);
    database.exec('DROP TABLE omemo_lists');
    expect(() => {
      saveEssentials(database, file);
    }).toThrow('omemo_lists');
    expect(database.inTransaction).toBe(false);
    expect(readFileSync(essentialsFile(file)).equals(before)).toBe(true);
    expect(readdirSync(file.replace(/\/[^/]*$/, '')).filter((name) => name.includes('unfinished'))).toEqual(
      [],
    );
    saveEssentialsAgain(database, file);
  });

  function saveEssentialsAgain(database: Database, file: string): void {
    database.exec('CREATE TABLE omemo_lists (account, address, at)');
    saveEssentials(database, file);
  }
});

describe('salvage', () => {
  test('of a sound database changes nothing that is in it', () => {
    const file = filled();
    const database = openDatabase(file, key);
    const before = idsOf(database);
    closeDatabase(database);
    const report = salvageDatabase(file, key, NOW);
    expect(report).toMatchObject({ messages: COUNT, lostStretches: 0 });
    expect(existsSync(report.kept)).toBe(true);
    const after = check(file);
    expect(idsOf(after)).toEqual(before);
    expect(prepare(after, 'SELECT count(*) AS n FROM omemo_sessions').get()).toEqual({ n: 1 });
    expect(prepare(after, 'SELECT count(*) AS n FROM archive_gaps').get()).toEqual({ n: 0 });
    while (indexSome(after, 500));
    expect(prepare(after, `SELECT count(*) AS n FROM search WHERE search MATCH 'letter'`).get()).toEqual({
      n: COUNT,
    });
  });

  test('does not bring back what was removed after the copy was made', () => {
    const file = filled();
    const database = openDatabase(file, key);
    prepare(database, 'DELETE FROM contacts').run();
    setSetting(database, 'theme', undefined);
    closeDatabase(database);
    salvageDatabase(file, key, NOW);
    const after = check(file);
    expect(getSetting(after, 'theme')).toBeUndefined();
    expect(prepare(after, 'SELECT count(*) AS n FROM contacts').get()).toEqual({ n: 0 });
  });

  test('of messages keeps all around the damage, and notes the hole for the server to fill', () => {
    const file = filled();
    const source = openDatabase(file, key);
    const leaf = prepare<[], { page: number }>(
      source,
      `SELECT max(pageno) AS page FROM (SELECT pageno FROM dbstat WHERE name = 'messages' AND pagetype = 'leaf' LIMIT 9)`,
    );
    const { page = 0 } = leaf.get() ?? {};
    closeDatabase(source);
    damage(file, page);
    const report = salvageDatabase(file, key, NOW);
    const after = check(file);
    expect(report.lostStretches).toBe(1);
    expect(report.messages).toBeGreaterThan(COUNT * 0.9);
    expect(report.messages).toBeLessThan(COUNT);
    expect(idsOf(after)).toHaveLength(report.messages);
    expect(listAccounts(after)).toHaveLength(1);
    const gaps = prepare<[], { after_id: string | null; before_id: string | null }>(
      after,
      'SELECT after_id, before_id FROM archive_gaps ORDER BY id',
    ).all();
    expect(gaps).toHaveLength(report.lostStretches);
    const known = idsOf(after);
    for (const gap of gaps) {
      const [start, end] = [known.indexOf(gap.after_id), known.indexOf(gap.before_id)];
      expect(end).toBe(start + 1);
    }
  });

  test('of a file whose first page is gone saves the identity and the chats, without ratchets', () => {
    const file = filled();
    damage(file, 1);
    expect(() => openDatabase(file, key)).toThrow(DatabaseError);
    expect(salvageDatabase(file, key, NOW).messages).toBe(0);
    const after = check(file);
    expect(listAccounts(after)).toHaveLength(1);
    expect(listChats(after)).toHaveLength(1);
    expect(prepare(after, 'SELECT device FROM omemo_identities').get()).toEqual({ device: 4711 });
    expect(prepare(after, 'SELECT count(*) AS n FROM omemo_sessions').get()).toEqual({ n: 0 });
  });

  test('of nothing leaves everything as it is', () => {
    const file = filled();
    damage(file, 1);
    writeFileSync(essentialsFile(file), 'rubbish'.repeat(2_000));
    const before = readFileSync(file);
    expect(() => salvageDatabase(file, key, NOW)).toThrow(expect.objectContaining({ code: 'damaged' }));
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(() => salvageDatabase(file, otherKey, NOW)).toThrow(DatabaseError);
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test('of any random damage ends with a sound database, its accounts and its keys', () => {
    const random = seededRandom(20_261_121);
    for (let round = 0; round < runs(15, 40); round += 1) {
      const file = filled();
      const count = 1 + Math.floor(random() * 4);
      damage(file, ...Array.from({ length: count }, () => 1 + Math.floor(random() * pagesOf(file))));
      if (random() < 0.2) truncateSync(file, Math.floor(random() * pagesOf(file)) * PAGE + 100);
      const report = salvageDatabase(file, key, NOW);
      const after = check(file);
      expect(listAccounts(after)).toHaveLength(1);
      expect(prepare(after, 'SELECT device FROM omemo_identities').get()).toEqual({ device: 4711 });
      expect(idsOf(after)).toHaveLength(report.messages);
      closeDatabase(after);
    }
  });
});
