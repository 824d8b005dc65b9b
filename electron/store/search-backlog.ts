/**
 * Takes messages into the index that were there before it, in batches between which everything else has its turn.
 * Until it is done, `search.ts` reads what the index does not reach.
 */
import { prepare, transaction, type Database } from './database.ts';

/** The id from which on every message is in the index; 0 when all are. */
export function indexedFrom(database: Database): number {
  const state = prepare<[], { complete_from: number }>(
    database,
    'SELECT complete_from FROM search_state',
  ).get();
  return state?.complete_from ?? 0;
}

/**
 * Takes the newest messages that are not in the index yet into it, in one transaction: to be called again until it
 * returns false, in between or after a restart.
 * @returns whether there is more to do
 */
export function indexSome(database: Database, count: number): boolean {
  return transaction(database, () => {
    const from = indexedFrom(database);
    if (from === 0) return false;
    const rows = prepare<[number, number], { id: number; entry: string }>(
      database,
      `SELECT id, search_entry(text, chat, sender, traits) AS entry FROM messages WHERE id < ?
       ORDER BY id DESC LIMIT ?`,
    ).all(from, count);
    const insert = prepare<[number, string]>(database, 'INSERT INTO search (rowid, words) VALUES (?, ?)');
    for (const { id, entry } of rows.toReversed()) insert.run(id, entry);
    const isDone = rows.length < count;
    prepare<[number]>(database, 'UPDATE search_state SET complete_from = ?').run(
      isDone ? 0 : (rows.at(-1)?.id ?? 0),
    );
    return !isDone;
  });
}
