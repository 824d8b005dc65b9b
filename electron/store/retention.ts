/** How long the messages of each chat are kept, and which of them have had their time. */
import { prepare, type Database } from './database.ts';

/** Sets for how many days; 0 for ever, nothing for what the settings say. */
export function setKeepDays(database: Database, chat: number, days: number | undefined): void {
  prepare<[number | null, number]>(database, 'UPDATE chats SET keep_days = ? WHERE id = ?').run(
    days ?? null,
    chat,
  );
}

export interface Keeping {
  readonly chat: number;
  readonly account: number;
  /** 0 for ever. */
  readonly days: number;
}

/** Every chat with the days for which it keeps its messages. */
export function listKeeping(database: Database, otherwise: number): Keeping[] {
  return prepare<[number], Keeping>(
    database,
    'SELECT id AS chat, account, coalesce(keep_days, ?) AS days FROM chats ORDER BY id',
  ).all(otherwise);
}

/**
 * The newest message of a chat that goes when everything before `before` (a message id) goes; nothing when none does.
 * What was not read yet, or still has to leave, its upload before it, stays with everything behind it: nobody loses what
 * they have not seen.
 */
export function lastToExpire(database: Database, chat: number, before: number): number | undefined {
  const row = prepare<[{ chat: number; before: number }], { id: number | null }>(
    database,
    `SELECT max(id) AS id FROM messages WHERE chat = @chat
       AND id > coalesce((SELECT up_to FROM deletions WHERE chat = @chat), 0)
       AND id < min(@before,
         coalesce((SELECT min(message) FROM outbox WHERE chat = @chat AND message IS NOT NULL), @before),
         coalesce((SELECT min(a.message) FROM attachments a JOIN messages m ON m.id = a.message
           WHERE a.account = (SELECT account FROM chats WHERE id = @chat) AND a.state = 'sending'
           AND a.failure IS NULL AND m.chat = @chat), @before),
         coalesce((SELECT m.id FROM messages m, chats c WHERE c.id = @chat AND m.chat = c.id
           AND m.id > c.read_up_to AND m.is_outgoing = 0 ORDER BY m.id LIMIT 1), @before))`,
  ).get({ chat, before });
  return row?.id ?? undefined;
}

/** How many messages of a chat there are up to this id, without those that are going already. */
export function countUpTo(database: Database, chat: number, upTo: number): number {
  return (
    prepare<[{ chat: number; upTo: number }], { count: number }>(
      database,
      `SELECT count(*) AS count FROM messages WHERE chat = @chat AND id <= @upTo
         AND id > coalesce((SELECT up_to FROM deletions WHERE chat = @chat), 0)`,
    ).get({ chat, upTo })?.count ?? 0
  );
}
