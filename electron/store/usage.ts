/** How much room messages, files and the rest take, from their lengths. Counts only; it deletes caches and nothing else. */
import { prepare, type Database } from './database.ts';

/** What of one chat was counted. All amounts but `messages` are bytes. */
export interface MessagesUsage {
  readonly chat: number;
  readonly messages: number;
  readonly bytes: number;
  /** Of that, the words. */
  readonly words: number;
}

/** What SQLite and our own columns of numbers take for a message beside its texts, in bytes. */
const ROW = 64;

/**
 * Counts the next messages behind `after` (a message id), at most `limit` of them.
 * @returns what they are by chat, and the id to go on behind; none when that was all
 */
export function measureSome(
  database: Database,
  after: number,
  limit: number,
): { readonly last: number | undefined; readonly chats: readonly MessagesUsage[] } {
  const rows = prepare<[number, number], MessagesUsage & { last: number }>(
    database,
    `SELECT chat, count(*) AS messages, sum(words) AS words, sum(words + more) AS bytes, max(id) AS last FROM (
       SELECT id, chat, octet_length(text) AS words, ${String(ROW)} + octet_length(sender)
         + coalesce(octet_length(stanza_id), 0) + coalesce(octet_length(origin_id), 0)
         + coalesce(octet_length(archive_id), 0) AS more
       FROM messages WHERE id > ? ORDER BY id LIMIT ?)
     GROUP BY chat`,
  ).all(after, limit);
  return {
    last: rows.length === 0 ? undefined : Math.max(...rows.map(({ last }) => last)),
    chats: rows.map(({ chat, messages, bytes, words }) => ({ chat, messages, bytes, words })),
  };
}

/** The words that messages had before they were corrected, by chat, in bytes. */
export function measureVersions(database: Database): Map<number, number> {
  const rows = prepare<[], { chat: number; bytes: number }>(
    database,
    `SELECT m.chat, sum(octet_length(v.text)) AS bytes FROM message_versions v JOIN messages m ON m.id = v.message
     GROUP BY m.chat`,
  ).all();
  return new Map(rows.map(({ chat, bytes }) => [chat, bytes]));
}

/** Counts the blocks of the search index behind `after` (a block's id), at most `limit` of them. */
export function measureIndex(
  database: Database,
  after: number,
  limit: number,
): { readonly last: number | undefined; readonly bytes: number } {
  const row = prepare<[number, number], { last: number | null; bytes: number }>(
    database,
    `SELECT max(id) AS last, coalesce(sum(bytes), 0) AS bytes FROM (
       SELECT id, length(block) AS bytes FROM search_data WHERE id > ? ORDER BY id LIMIT ?)`,
  ).get(after, limit);
  return { last: row?.last ?? undefined, bytes: row?.bytes ?? 0 };
}

/** The sizes of the files of each chat that are here, in bytes; none of messages that are being deleted. */
export function listSizesHere(database: Database): { readonly chat: number; readonly size: number }[] {
  return prepare<[], { chat: number; size: number }>(
    database,
    `SELECT m.chat, coalesce(a.size, 0) AS size FROM attachments a JOIN messages m ON m.id = a.message
     LEFT JOIN deletions d ON d.chat = m.chat WHERE a.blob IS NOT NULL AND m.id > coalesce(d.up_to, 0)`,
  ).all();
}

/** The ids of the largest files that are here and not still to be sent, of a chat or of all. */
export function listLargest(database: Database, chat: number | undefined, limit: number): number[] {
  return prepare<[{ chat: number | null; limit: number }], { id: number }>(
    database,
    `SELECT a.id FROM attachments a JOIN messages m ON m.id = a.message LEFT JOIN deletions d ON d.chat = m.chat
     WHERE a.blob IS NOT NULL AND a.state = 'here' AND m.id > coalesce(d.up_to, 0) AND (@chat IS NULL OR m.chat = @chat)
     ORDER BY a.size DESC, a.id DESC LIMIT @limit`,
  )
    .all({ chat: chat ?? null, limit })
    .map(({ id }) => id);
}

/** The copy of a file is not here any more: whoever wants it fetches it again, if it still lies somewhere. */
export function forgetCopy(database: Database, file: number): void {
  prepare<[number]>(
    database,
    `UPDATE attachments SET blob = NULL, blob_key = NULL, state = 'offered',
       failure = CASE WHEN address IS NULL THEN 'gone' END WHERE id = ? AND state = 'here'`,
  ).run(file);
}

/** Room in the database beside messages and index, in bytes. */
export function measureRest(database: Database): {
  readonly free: number;
  readonly pictures: number;
  readonly caches: number;
} {
  const number = (sql: string): number => prepare<[], { n: number }>(database, sql).get()?.n ?? 0;
  const page = number('SELECT page_size AS n FROM pragma_page_size');
  return {
    free: page * number('SELECT freelist_count AS n FROM pragma_freelist_count'),
    pictures: number('SELECT coalesce(sum(length(bytes)), 0) AS n FROM pictures'),
    caches: number('SELECT coalesce(sum(octet_length(info)), 0) AS n FROM capabilities'),
  };
}

/** Forgets what programs of others can do: it is asked again when somebody is online with it. */
export function clearCaches(database: Database): void {
  prepare(database, 'DELETE FROM capabilities').run();
}
