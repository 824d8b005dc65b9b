/** Settings of the profile by name, as JSON. What a setting means is its reader's business. */
import { readJson } from './columns.ts';
import { prepare, type Database } from './database.ts';

/** The value last set, or `undefined`. The reader checks its shape. */
export function getSetting(database: Database, key: string): unknown {
  const row = prepare<[string], { value: string }>(database, 'SELECT value FROM settings WHERE key = ?').get(
    key,
  );
  return readJson(row?.value ?? null);
}

/** Keeps a JSON value; `undefined` forgets it. */
export function setSetting(database: Database, key: string, value: unknown): void {
  if (value === undefined) {
    prepare<[string]>(database, 'DELETE FROM settings WHERE key = ?').run(key);
    return;
  }
  prepare<[string, string]>(
    database,
    'INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  ).run(key, JSON.stringify(value));
}
