/**
 * How far a chat was read: by the other side, by us, and by our other devices up to messages that are not here yet.
 * Positions are message ids and only ever move forward.
 */
import { prepare, type Database } from './database.ts';

/** A chat of which our other devices do not know yet how far it was read. */
export interface Unpublished {
  readonly chat: number;
  readonly address: string;
  readonly readUpTo: number;
  /** The archive's id of the last message up to there that has one. */
  readonly archiveId: string;
}

/**
 * A chat whose read position has to be told to our other devices, as far as our archive has given it a name, and unless
 * one of them may be farther than we are. One at a time: while it is told, the others may move.
 */
export function nextUnpublished(database: Database, account: number): Unpublished | undefined {
  return prepare<[number], Unpublished>(
    database,
    `SELECT chat, address, readUpTo, archiveId FROM (
       SELECT c.id AS chat, c.address AS address, c.read_up_to AS readUpTo,
         (SELECT m.archive_id FROM messages m WHERE m.chat = c.id AND m.id > c.read_published AND m.id <= c.read_up_to
            AND m.archive_id IS NOT NULL ORDER BY m.id DESC LIMIT 1) AS archiveId
       FROM chats c WHERE c.account = ? AND c.read_up_to > c.read_published
         AND NOT EXISTS (SELECT 1 FROM read_elsewhere e WHERE e.account = c.account AND e.address = c.address))
     WHERE archiveId IS NOT NULL LIMIT 1`,
  ).get(account);
}

/** Our other devices know that the chat was read up to here. */
export function setPublished(database: Database, chat: number, upTo: number): void {
  prepare<[number, number]>(
    database,
    'UPDATE chats SET read_published = max(read_published, ?) WHERE id = ?',
  ).run(upTo, chat);
}

/** The last message after `after` and up to `upTo` whose sender wants to know that it was read: its stanza id. */
export function lastMarkable(
  database: Database,
  chat: number,
  { after, upTo }: { readonly after: number; readonly upTo: number },
): string | undefined {
  return prepare<[number, number, number], { stanzaId: string }>(
    database,
    `SELECT stanza_id AS stanzaId FROM messages
     WHERE chat = ? AND id > ? AND id <= ? AND is_markable = 1 AND stanza_id IS NOT NULL ORDER BY id DESC LIMIT 1`,
  ).get(chat, after, upTo)?.stanzaId;
}

/**
 * The other side has read everything up to this message.
 * @returns the ids of our messages that are thereby displayed, ascending
 */
export function markDisplayed(database: Database, chat: number, upTo: number): number[] {
  const known = prepare<[number], { upTo: number }>(
    database,
    'SELECT displayed_up_to AS upTo FROM chats WHERE id = ?',
  ).get(chat)?.upTo;
  if (known === undefined || known >= upTo) return [];
  const displayed = prepare<[number, number, number], { id: number }>(
    database,
    `UPDATE messages SET delivery = 'displayed', failure = NULL
     WHERE chat = ? AND id > ? AND id <= ? AND is_outgoing = 1 AND delivery IN ('sent', 'delivered') RETURNING id`,
  ).all(chat, known, upTo);
  prepare<[number, number]>(database, 'UPDATE chats SET displayed_up_to = ? WHERE id = ?').run(upTo, chat);
  return displayed.map(({ id }) => id).sort((a, b) => a - b);
}

/** Most positions that are kept for messages that may never come: our server could name any number of chats. */
const MOST = 5_000;

/** Another device has read up to a message that is not here. */
export function awaitRead(database: Database, account: number, address: string, archiveId: string): void {
  prepare<[{ account: number; address: string; archiveId: string; most: number }]>(
    database,
    `INSERT INTO read_elsewhere (account, address, archive_id)
     SELECT @account, @address, @archiveId
     WHERE (SELECT count(*) FROM read_elsewhere WHERE account = @account) < @most
     ON CONFLICT (account, address) DO UPDATE SET archive_id = excluded.archive_id`,
  ).run({ account, address, archiveId, most: MOST });
}

/** The archive's id of the message up to which another device has read this chat, while that is not here. */
export function awaitedRead(database: Database, account: number, address: string): string | undefined {
  return prepare<[number, string], { archiveId: string }>(
    database,
    'SELECT archive_id AS archiveId FROM read_elsewhere WHERE account = ? AND address = ?',
  ).get(account, address)?.archiveId;
}

/** It arrived, or is of no interest any more. */
export function forgetAwaited(database: Database, account: number, address: string): void {
  prepare<[number, string]>(database, 'DELETE FROM read_elsewhere WHERE account = ? AND address = ?').run(
    account,
    address,
  );
}

export function forgetAllAwaited(database: Database, account: number): void {
  prepare<[number]>(database, 'DELETE FROM read_elsewhere WHERE account = ?').run(account);
}
