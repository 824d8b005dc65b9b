import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Change } from '../../shared/contract.ts';
import { createProfile, type Profile } from '../../electron/engine/profile.ts';
import { prepare, type Database } from '../../electron/store/database.ts';
import { getSetting, setSetting } from '../../electron/store/settings.ts';
import { temporaryDatabase } from '../store/profile.ts';

const drop = (chat: number): Change => ({ put: 'no-chat', chat });

let database: Database;
let profile: Profile;
let batches: (readonly Change[])[];
let steps: string[];
let losses: unknown[];

beforeEach(() => {
  database = temporaryDatabase();
  [batches, steps, losses] = [[], [], []];
  const host = {
    profile: '/nowhere',
    step: (name: string) => steps.push(name),
    log: () => undefined,
  } as unknown as Profile['host'];
  profile = createProfile(
    host,
    database,
    (changes) => {
      if (changes.length > 0) batches.push(changes);
    },
    (error) => losses.push(error),
  );
});

afterEach(() => {
  database.close();
});

/** Lets no page more into the database than there are. */
function fill(): void {
  const pages = Number(database.pragma('page_count', { simple: true }));
  database.pragma(`max_page_count = ${pages}`);
}

const store = (key: string, value: string, chat: number): void => {
  profile.commit((changes) => {
    setSetting(database, key, value);
    changes.push(drop(chat));
  });
};

test('what comes in one turn is made durable and announced together, in order', async () => {
  store('a', '1', 1);
  profile.announce([drop(2)]);
  store('b', '2', 3);
  expect(batches).toEqual([]);
  expect(database.inTransaction).toBe(true);
  await new Promise(setImmediate);
  expect(database.inTransaction).toBe(false);
  expect(batches).toEqual([[drop(1), drop(2), drop(3)]]);
  expect(steps).toEqual(['before-commit', 'after-commit']);
});

test('settling makes it durable at once, and effects come after the changes', () => {
  const seen: string[] = [];
  store('a', '1', 1);
  profile.whenDurable(() => seen.push(`${database.inTransaction} ${batches.length}`));
  expect(seen).toEqual([]);
  profile.settle();
  expect(seen).toEqual(['false 1']);
  profile.settle();
  expect(steps).toEqual(['before-commit', 'after-commit']);
});

test('with nothing open, an effect and an announcement do not wait', () => {
  const seen: string[] = [];
  profile.whenDurable(() => seen.push('effect'));
  profile.announce([drop(1)]);
  expect(seen).toEqual(['effect']);
  expect(batches).toEqual([[drop(1)]]);
});

test('work that throws is undone alone, and what it wanted to announce is forgotten', () => {
  store('a', '1', 1);
  expect(() =>
    profile.commit((changes) => {
      setSetting(database, 'b', '2');
      changes.push(drop(2));
      throw new Error('no');
    }),
  ).toThrow('no');
  store('c', '3', 3);
  profile.settle();
  expect(['a', 'b', 'c'].map((key) => getSetting(database, key))).toEqual(['1', undefined, '3']);
  expect(batches).toEqual([[drop(1), drop(3)]]);
  expect(losses).toEqual([]);
});

test('a full disk undoes all that was not durable, announces none of it, and says so once', () => {
  store('before', 'x', 1);
  profile.settle();
  fill();
  store('small', 'x', 2);
  let effects = 0;
  profile.whenDurable(() => (effects += 1));
  expect(() => {
    store('large', 'x'.repeat(100_000), 3);
    profile.settle();
  }).toThrow(/full/);
  expect(losses).toHaveLength(1);
  expect(database.inTransaction).toBe(false);
  profile.settle();
  expect(batches).toEqual([[drop(1)]]);
  expect(effects).toBe(0);
  expect(getSetting(database, 'large')).toBeUndefined();

  database.pragma('max_page_count = 1000000');
  store('after', 'y', 4);
  profile.settle();
  expect(batches).toEqual([[drop(1)], [drop(4)]]);
  expect(prepare(database, 'SELECT count(*) AS n FROM settings WHERE key = ?').get('after')).toEqual({
    n: 1,
  });
});

test('a commit that fails is a loss, too', () => {
  prepare(database, 'PRAGMA foreign_keys').get();
  profile.commit(() => {
    // A deferred violation shows only when the transaction commits.
    prepare(database, 'PRAGMA defer_foreign_keys = ON').run();
    prepare(
      database,
      "INSERT INTO contacts (account, address, subscription) VALUES (4711, 'nobody@a.test', 'none')",
    ).run();
  });
  profile.announce([drop(9)]);
  expect(() => {
    profile.settle();
  }).toThrow(/FOREIGN KEY/);
  expect(losses).toHaveLength(1);
  expect(batches).toEqual([]);
  expect(database.inTransaction).toBe(false);
});
