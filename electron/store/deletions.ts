/**
 * Deleting very many messages without holding everything else up: what is to go is noted in one short transaction and
 * counts as gone from then on; the rows follow piece by piece, after a restart as well.
 */
import { prepare, transaction, type Database } from './database.ts';
import { removingMany } from './search-index.ts';

/** All messages of a chat up to this id are gone for everybody who asks. A chat that goes as a whole is as well. */
export function noteDeletion(
  database: Database,
  chat: number,
  { upTo, isWhole }: { readonly upTo: number; readonly isWhole: boolean },
): void {
  prepare<[number, number, number]>(
    database,
    `INSERT INTO deletions (chat, up_to, is_whole) VALUES (?, ?, ?)
     ON CONFLICT (chat) DO UPDATE SET up_to = max(up_to, excluded.up_to),
       is_whole = max(is_whole, excluded.is_whole)`,
  ).run(chat, upTo, isWhole ? 1 : 0);
}

/** The id up to which messages of this chat are not to be shown; 0 for none. */
export function hiddenUpTo(database: Database, chat: number): number {
  const sql = 'SELECT up_to AS upTo FROM deletions WHERE chat = ?';
  return prepare<[number], { upTo: number }>(database, sql).get(chat)?.upTo ?? 0;
}

/** The same for all chats of which something is being deleted. */
export function listHidden(database: Database): Map<number, number> {
  const rows = prepare<[], { chat: number; upTo: number }>(
    database,
    'SELECT chat, up_to AS upTo FROM deletions',
  ).all();
  return new Map(rows.map(({ chat, upTo }) => [chat, upTo]));
}

/** Somebody opened the chat that was to go: it stays, without what it had. Returns whether it was to go. */
export function keepChat(database: Database, account: number, address: string): boolean {
  const result = prepare<[number, string]>(
    database,
    `UPDATE deletions SET is_whole = 0
     WHERE is_whole = 1 AND chat = (SELECT id FROM chats WHERE account = ? AND address = ?)`,
  ).run(account, address);
  return result.changes > 0;
}

/**
 * Deletes some of what is to go. To be called again until it returns false.
 * @param count messages, at most
 * @returns whether there is more to do
 */
export function deleteSome(database: Database, count: number): boolean {
  return transaction(database, () => {
    const next = prepare<[], { chat: number; upTo: number; isWhole: number }>(
      database,
      'SELECT chat, up_to AS upTo, is_whole AS isWhole FROM deletions LIMIT 1',
    ).get();
    if (next === undefined) return false;
    const { chat, upTo, isWhole } = next;
    const some = prepare<[number, number, number]>(
      database,
      `DELETE FROM messages WHERE id IN
         (SELECT id FROM messages WHERE chat = ? AND id <= ? ORDER BY id LIMIT ?)`,
    );
    const more = prepare<[number, number, number]>(
      database,
      'SELECT 1 FROM messages WHERE chat = ? AND id <= ? LIMIT 1 OFFSET ?',
    );
    // A few words are taken out of the index at once; of many, it is rid when there is time.
    const isLast = more.get(chat, upTo, count) === undefined;
    const remove = (): number => some.run(chat, upTo, count).changes;
    if (isLast) remove();
    else {
      removingMany(database, remove);
      return true;
    }
    if (isWhole === 1) prepare<[number]>(database, 'DELETE FROM chats WHERE id = ?').run(chat);
    else prepare<[number]>(database, 'DELETE FROM deletions WHERE chat = ?').run(chat);
    return true;
  });
}
