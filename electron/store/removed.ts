/** Chats that a person removed from this device, so that what an archive still holds of them does not bring them back. */
import { prepare, type Database } from './database.ts';

/** Notes that a chat is about to be removed; to be called while it is still there. */
export function noteRemoval(database: Database, chat: number): void {
  prepare<[number]>(
    database,
    `INSERT INTO removed_chats (account, address, last_at, gap)
     SELECT c.account, c.address,
       coalesce((SELECT max(m.id) / 1000 FROM messages m WHERE m.chat = c.id), 0),
       coalesce((SELECT max(g.id) FROM archive_gaps g WHERE g.account = c.account), 0)
     FROM chats c WHERE c.id = ?
     ON CONFLICT (account, address) DO UPDATE SET last_at = max(last_at, excluded.last_at), gap = excluded.gap`,
  ).run(chat);
}

/**
 * True when an archived message belongs to what was removed: it is no newer than that (`at` in milliseconds), or it was
 * missing already when that happened.
 * @param gap the gap that it comes from, if it fills one
 */
export function wasRemoved(
  database: Database,
  account: number,
  address: string,
  { at, gap }: { readonly at: number; readonly gap: number | undefined },
): boolean {
  const row = prepare<[number, string], { last_at: number; gap: number }>(
    database,
    'SELECT last_at, gap FROM removed_chats WHERE account = ? AND address = ?',
  ).get(account, address);
  return row !== undefined && (at <= row.last_at || (gap !== undefined && gap <= row.gap));
}
