/**
 * What a restore has added while it is under way: rows of it are only there for good once it is done. A restore that
 * failed, was cancelled or was killed is taken back step by step, now or at the next start.
 */
import { deleteAccount } from './accounts.ts';
import { deleteChat } from './chats.ts';
import { prepare, transaction, type Database } from './database.ts';
import { deleteMessage } from './messages.ts';
import { removingMany } from './search-index.ts';

export type RestoredKind = 'account' | 'chat' | 'message';

/** To be called in the transaction that adds the row. */
export function noteRestored(database: Database, kind: RestoredKind, id: number): void {
  prepare<[string, number]>(database, 'INSERT INTO restoring (kind, id) VALUES (?, ?)').run(kind, id);
}

/** The accounts or chats that a restore has added which is not done. */
export function listRestored(database: Database, kind: RestoredKind): number[] {
  return prepare<[string], { id: number }>(database, 'SELECT id FROM restoring WHERE kind = ? ORDER BY id')
    .all(kind)
    .map(({ id }) => id);
}

export function isRestoring(database: Database): boolean {
  return prepare(database, 'SELECT 1 FROM restoring LIMIT 1').get() !== undefined;
}

/** It is done: what it added stays. */
export function keepRestored(database: Database): void {
  prepare(database, 'DELETE FROM restoring').run();
}

/**
 * Takes back a part of what was added. To be called again until it returns false.
 * @param count messages, at most
 * @returns whether there is more to do
 */
export function takeBack(database: Database, count: number): boolean {
  return transaction(database, () => {
    const messages = prepare<[number], { id: number }>(
      database,
      `SELECT id FROM restoring WHERE kind = 'message' LIMIT ?`,
    ).all(count);
    const forget = prepare<[number]>(database, `DELETE FROM restoring WHERE kind = 'message' AND id = ?`);
    removingMany(database, () => {
      for (const { id } of messages) {
        deleteMessage(database, id);
        forget.run(id);
      }
    });
    if (messages.length === count) return true;
    for (const id of listRestored(database, 'chat')) {
      // Somebody may have written in it meanwhile.
      const isUsed = prepare<[number]>(database, 'SELECT 1 FROM messages WHERE chat = ? LIMIT 1').get(id);
      if (isUsed === undefined) deleteChat(database, id);
    }
    for (const id of listRestored(database, 'account')) deleteAccount(database, id);
    keepRestored(database);
    return false;
  });
}
