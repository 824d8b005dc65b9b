/** Which messages of a chat the person pinned: nobody else knows of it, since no XEP says how to tell. */
import { flag } from './columns.ts';
import { prepare, type Database } from './database.ts';
import { hiddenUpTo } from './deletions.ts';
import { getMessage, type MessageRecord } from './messages.ts';

/** Of one chat; the newest ones. */
export const MOST_PINNED = 100;

/** From the oldest to the newest; of deleted and retracted ones none. */
export function listPinned(database: Database, chat: number): MessageRecord[] {
  const rows = prepare<[number, number, number], { id: number }>(
    database,
    `SELECT id FROM messages WHERE chat = ? AND is_pinned = 1 AND id > ? AND retracted_at IS NULL
     ORDER BY id DESC LIMIT ?`,
  ).all(chat, hiddenUpTo(database, chat), MOST_PINNED);
  return rows.reverse().flatMap(({ id }) => getMessage(database, id) ?? []);
}

export function setPinned(database: Database, id: number, isPinned: boolean): void {
  const sql = 'UPDATE messages SET is_pinned = ? WHERE id = ?';
  prepare<[number, number]>(database, sql).run(flag(isPinned), id);
}
