/**
 * What the index does when there is time, in steps between which everything else has its turn: takes in messages that
 * were there before it (until then `search.ts` reads what it does not reach), and clears away what was deleted.
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

/**
 * Rewrites a part of the index without what was deleted from it. To be called again until it returns false, in between
 * or after a restart: then no word of it is left in the file.
 * @param pages of the index to write, about; one is 4 kB
 * @returns whether there is more to do
 */
export function cleanIndex(database: Database, pages: number): boolean {
  return transaction(database, () => {
    const state = prepare<[], { cleaning: number }>(database, 'SELECT cleaning FROM search_state').get();
    if (state === undefined || state.cleaning === 0) return false;
    // A negative number puts all parts together into one merge, which later steps go on with
    // (https://www.sqlite.org/fts5.html#the_merge_command); one that has nothing to do changes less than two rows.
    const count = prepare<[], { changes: number }>(database, 'SELECT total_changes() AS changes');
    const before = count.get()?.changes ?? 0;
    const rank = state.cleaning === 1 ? -pages : pages;
    database.exec(`INSERT INTO search (search, rank) VALUES ('merge', ${String(Math.trunc(rank))})`);
    const isDone = (count.get()?.changes ?? 0) - before < 2 && state.cleaning === 2;
    prepare<[number]>(database, 'UPDATE search_state SET cleaning = ?').run(isDone ? 0 : 2);
    return !isDone;
  });
}
