/** Whether a message that comes out of a file is here already: by its ids, or else because it is the same row. */
import type { MessageEntry } from '../../shared/transcript.ts';
import { prepare, type Database } from './database.ts';
import { findByArchiveId, findByOriginId, freeId, getMessage } from './messages.ts';

export interface Place {
  readonly account: number;
  readonly chat: number;
}

/** For messages that keep the ids that they had in a profile like this one. */
export function isKnown(database: Database, place: Place, entry: MessageEntry): boolean {
  if (isKnownByIds(database, place, entry)) return true;
  const same = getMessage(database, entry.id);
  return same?.chat === place.chat && same.sender === entry.sender && same.text === entry.text;
}

/** The archive's id is unique in an account, and the author's for an author in a chat; the stanza's may repeat. */
export function isKnownByIds(
  database: Database,
  { account, chat }: Place,
  { archiveId, originId, sender }: Pick<MessageEntry, 'archiveId' | 'originId' | 'sender'>,
): boolean {
  return (
    (archiveId !== undefined && findByArchiveId(database, account, archiveId) !== undefined) ||
    (originId !== undefined && findByOriginId(database, chat, sender, originId) !== undefined)
  );
}

/** This id, or the next one of about that time that is free. */
export function freeIdFrom(database: Database, id: number): number {
  const isTaken = prepare<[number]>(database, 'SELECT 1 FROM messages WHERE id = ?').get(id) !== undefined;
  return isTaken ? freeId(database, Math.floor(id / 1_000)) : id;
}

/**
 * For a message of another program: known by its ids; or, where one of the two has none, by author, words and the second
 * in which it was said.
 */
export function hasTwin(
  database: Database,
  message: Place & {
    readonly sender: string;
    readonly text: string;
    readonly at: number;
    readonly stanzaId?: string;
    readonly archiveId?: string;
  },
): boolean {
  const { chat, sender, text, at, stanzaId, archiveId } = message;
  const ids = {
    sender,
    ...(archiveId !== undefined && { archiveId }),
    ...(stanzaId !== undefined && { originId: stanzaId }),
  };
  if (isKnownByIds(database, message, ids)) return true;
  const from = Math.floor(at / 1_000) * 1_000_000;
  const row = prepare<[Record<string, number | string | null>]>(
    database,
    `SELECT 1 FROM messages WHERE chat = @chat AND stanza_id = @stanzaId AND sender = @sender
     UNION ALL SELECT 1 FROM messages
       WHERE chat = @chat AND id BETWEEN @from AND @from + 999999 AND sender = @sender AND text = @text
         AND (stanza_id IS NULL OR @stanzaId IS NULL)
     LIMIT 1`,
  ).get({ chat, sender, text, from, stanzaId: stanzaId ?? null });
  return row !== undefined;
}
