/** Which message another one answers, found by the ids that travel. Who may answer what is the caller's to know. */
import type { Quote } from '../../shared/contract.ts';
import { prepare, type Database } from './database.ts';
import type { Answered } from './message-columns.ts';

/**
 * The message of a chat that is answered: the newest with this id, by the author that is named (XEP-0461 #rules: no other
 * one is meant).
 */
export function findAnswered(
  database: Database,
  chat: number,
  { id, author }: Pick<Answered, 'id' | 'author'>,
): number | undefined {
  const row = prepare<[{ chat: number; id: string; author: string | null }], { id: number }>(
    database,
    `SELECT id FROM (
       SELECT id, sender FROM messages WHERE chat = @chat AND origin_id = @id AND sender IN (
         SELECT address FROM chats WHERE id = @chat
         UNION ALL SELECT a.address FROM accounts a JOIN chats c ON c.account = a.id WHERE c.id = @chat)
       UNION ALL
       SELECT id, sender FROM messages WHERE chat = @chat AND stanza_id = @id
       UNION ALL
       -- In a room the id of its archive says it all (#business-id), whatever the author is called by now.
       SELECT m.id, @author FROM messages m JOIN chats c ON c.id = m.chat
         WHERE c.id = @chat AND c.kind = 'room' AND m.account = c.account AND m.archive_id = c.address || ' ' || @id)
     WHERE @author IS NULL OR sender IS @author
     ORDER BY id DESC LIMIT 1`,
  ).get({ chat, id, author: author ?? null });
  return row?.id;
}

/** A message has come that others answer: they know it from now on. */
export function linkAnswers(
  database: Database,
  message: {
    readonly id: number;
    readonly chat: number;
    readonly sender: string;
    readonly originId?: string;
    readonly stanzaId?: string;
    readonly archiveId?: string;
  },
): void {
  const { id, chat, sender, originId, stanzaId, archiveId } = message;
  prepare<[Record<string, number | string | null>]>(
    database,
    `UPDATE messages SET reply_message = @id
     WHERE chat = @chat AND reply_id IN (@originId, @stanzaId) AND reply_message IS NULL AND id <> @id
       AND coalesce(reply_author, @sender) = @sender`,
  ).run({ id, chat, sender, originId: originId ?? null, stanzaId: stanzaId ?? null });
  if (archiveId === undefined) return;
  prepare<[{ id: number; chat: number; archiveId: string }]>(
    database,
    `UPDATE messages SET reply_message = @id
     WHERE chat = (SELECT id FROM chats WHERE id = @chat AND kind = 'room') AND reply_message IS NULL AND id <> @id
       AND reply_id IS NOT NULL AND @archiveId = (SELECT address FROM chats WHERE id = @chat) || ' ' || reply_id`,
  ).run({ id, chat, archiveId });
}

/** The messages that answer this one and know it. */
export function listAnswers(database: Database, message: number): number[] {
  return prepare<[number], { id: number }>(
    database,
    'SELECT id FROM messages WHERE reply_message = ? ORDER BY id',
  )
    .all(message)
    .map(({ id }) => id);
}

/** Sets what the draft of a chat answers: a message of this chat, or nothing. */
export function setDraftReply(database: Database, chat: number, message: number | undefined): void {
  prepare<[number | null, number]>(database, 'UPDATE chats SET draft_reply = ? WHERE id = ?').run(
    message ?? null,
    chat,
  );
}

/** The beginning of a message as a quote of it; undefined when it is not in this chat. */
export function quoteOf(database: Database, chat: number, message: number): Quote | undefined {
  const row = prepare<[number, number], { sender: string; text: string | null }>(
    database,
    `SELECT sender, CASE WHEN unreadable IS NULL AND spoiler IS NULL THEN substr(text, 1, 200) END AS text
     FROM messages WHERE id = ? AND chat = ?`,
  ).get(message, chat);
  return row && { message, sender: row.sender, ...(row.text !== null && { text: row.text }) };
}
