/**
 * Everything that was said, as it is taken out of the profile and into an empty one: chat by chat, page by page, with
 * ids that stay the same. Knows nothing of files.
 */
import { readReactions } from '../../shared/reaction.ts';
import type { AccountEntry, ChatEntry, MessageEntry } from '../../shared/transcript.ts';
import { ARRANGEMENT, mergeArrangement, readArrangement, type ArrangementColumns } from './arrangement.ts';
import { addRoom, getRoom, updateRoom } from './rooms.ts';
import { flag, oneOf } from './columns.ts';
import { prepare, type Database } from './database.ts';
import { foldersOf, mergeFolders, type NamedFolder } from './folders.ts';
import { hiddenUpTo } from './deletions.ts';
import { readColumns, type MessageColumns } from './message-columns.ts';
import { insertMessageAs } from './messages.ts';
import { listReactionsBetween, putReactions, type ReactionRecord } from './reactions.ts';

/** A chat to be exported, and whose it is. */
export interface Transcript {
  readonly chat: number;
  readonly account: number;
  readonly owner: AccountEntry;
  readonly entry: ChatEntry;
}

interface ChatColumns {
  readonly chat: number;
  readonly account: number;
  readonly owner: string;
  readonly address: string;
  readonly at: number;
  readonly read_up_to: number;
  readonly displayed_up_to: number;
  readonly draft: string;
  readonly encryption_mode: string;
  readonly was_encrypted: number;
}

interface RoomColumns {
  readonly nick: string | null;
  readonly room_name: string | null;
  readonly is_wanted: number | null;
}

/** The chats by the addresses of their accounts and their own; all of them, or the one that is given. */
export function listTranscripts(database: Database, chat?: number): Transcript[] {
  const sql = `SELECT c.id AS chat, a.id AS account, a.address AS owner, c.address, c.at, c.read_up_to, c.displayed_up_to,
       c.draft, c.encryption_mode, c.was_encrypted, r.nick, r.name AS room_name, r.is_wanted, ${ARRANGEMENT}
     FROM chats c JOIN accounts a ON a.id = c.account LEFT JOIN rooms r ON r.chat = c.id
     WHERE (@chat IS NULL OR c.id = @chat)
       AND NOT EXISTS (SELECT 1 FROM deletions d WHERE d.chat = c.id AND d.is_whole = 1)
     ORDER BY a.address, c.address`;
  return prepare<[{ readonly chat: number | null }], ChatColumns & ArrangementColumns & RoomColumns>(
    database,
    sql,
  )
    .all({ chat: chat ?? null })
    .map((row) => ({
      chat: row.chat,
      account: row.account,
      owner: { address: row.owner },
      entry: {
        address: row.address,
        at: row.at,
        readUpTo: row.read_up_to,
        displayedUpTo: row.displayed_up_to,
        draft: row.draft,
        encryptionMode: oneOf(['automatic', 'on', 'off'] as const, row.encryption_mode, 'on'),
        wasEncrypted: row.was_encrypted !== 0,
        ...readArrangement(row),
        ...withFolders(foldersOf(database, row.chat)),
        ...(row.nick !== null && {
          room: { nick: row.nick, name: row.room_name ?? '', isWanted: row.is_wanted !== 0 },
        }),
      },
    }));
}

const withFolders = (folders: NamedFolder[]): Pick<ChatEntry, 'folders'> =>
  folders.length === 0 ? {} : { folders };

/** How many messages a chat has. */
export function countMessages(database: Database, chat: number): number {
  const sql = 'SELECT count(*) AS count FROM messages WHERE chat = ? AND id > ?';
  const hidden = hiddenUpTo(database, chat);
  return prepare<[number, number], { count: number }>(database, sql).get(chat, hidden)?.count ?? 0;
}

export function hasMessages(database: Database): boolean {
  return prepare(database, 'SELECT 1 FROM messages LIMIT 1').get() !== undefined;
}

interface EntryColumns extends MessageColumns {
  readonly is_markable: number;
  readonly traits: string;
}

/** The messages of a chat that follow `after` (a message id, 0 for the beginning), in order. */
export function pageTranscript(
  database: Database,
  chat: number,
  after: number,
  limit: number,
): MessageEntry[] {
  const rows = prepare<[number, number, number], EntryColumns>(
    database,
    'SELECT * FROM messages WHERE chat = ? AND id > ? ORDER BY id LIMIT ?',
  ).all(chat, Math.max(after, hiddenUpTo(database, chat)), limit);
  const [first, last] = [rows[0]?.id ?? 0, rows.at(-1)?.id ?? 0];
  const reactions = Map.groupBy(listReactionsBetween(database, chat, first, last), ({ message }) => message);
  return rows.map((row) => readEntry(row, reactions.get(row.id)));
}

/** The keys come in the order of the schema, whatever order the columns are read in: equal rows are equal bytes. */
function readEntry(row: EntryColumns, felt: readonly ReactionRecord[] = []): MessageEntry {
  const {
    id,
    isOutgoing,
    sender,
    text,
    delivery,
    failure,
    changeId: _id,
    change: _change,
    ...all
  } = readColumns(row);
  const { corrects: _corrects, retractionAsked: _asked, ...rest } = all;
  const isUnsent = delivery === 'queued';
  // Of what waits to be sent nobody knows yet.
  const reactions = felt
    .map(({ sender: by, called, emojis, at, encryption, sending }) => ({
      sender: by,
      ...(called !== undefined && { called }),
      emojis: [...(sending?.state === 'waiting' ? sending.earlier : emojis)],
      at,
      encryption,
    }))
    .filter(({ emojis }) => emojis.length > 0);
  const reason = isUnsent ? { code: 'not-sent' } : failure;
  return {
    id,
    time: new Date(Math.floor(id / 1_000)).toISOString(),
    isOutgoing,
    sender,
    text,
    delivery: isUnsent ? 'failed' : delivery,
    ...(reason !== undefined && { failure: reason }),
    ...rest,
    ...(row.is_markable !== 0 && { isMarkable: true as const }),
    ...(reactions.length > 0 && { reactions }),
    ...(row.traits !== '' && { traits: row.traits }),
  };
}

/** Makes the chat of an account that an export tells of; its messages follow. @throws SQLITE_CONSTRAINT_UNIQUE */
export function insertTranscript(database: Database, account: number, entry: ChatEntry): number {
  const result = prepare<[Omit<ChatColumns, 'chat' | 'owner'>]>(
    database,
    `INSERT INTO chats (account, address, at, read_up_to, displayed_up_to, read_published, draft, encryption_mode,
       was_encrypted)
     VALUES (@account, @address, @at, @read_up_to, @displayed_up_to, @read_up_to, @draft, @encryption_mode,
       @was_encrypted)`,
  ).run({
    account,
    address: entry.address,
    at: Math.floor(entry.at),
    read_up_to: entry.readUpTo,
    displayed_up_to: entry.displayedUpTo,
    draft: entry.draft,
    encryption_mode: entry.encryptionMode,
    was_encrypted: flag(entry.wasEncrypted),
  });
  const chat = Number(result.lastInsertRowid);
  mergeArrangement(database, chat, entry);
  mergeFolders(database, chat, entry.folders ?? []);
  mergeRoom(database, chat, entry);
  return chat;
}

/** Brings what is known elsewhere of a chat into the one that is here. What was set here stays, and nothing moves back. */
export function mergeTranscript(database: Database, chat: number, entry: ChatEntry): void {
  prepare<[Record<string, number | string>]>(
    database,
    `UPDATE chats SET at = max(at, @at), read_up_to = max(read_up_to, @readUpTo),
       displayed_up_to = max(displayed_up_to, @displayedUpTo), read_published = max(read_published, @readUpTo),
       draft = CASE draft WHEN '' THEN @draft ELSE draft END,
       encryption_mode = CASE encryption_mode WHEN 'automatic' THEN @mode ELSE encryption_mode END,
       was_encrypted = max(was_encrypted, @wasEncrypted)
     WHERE id = @chat`,
  ).run({
    chat,
    at: Math.floor(entry.at),
    readUpTo: entry.readUpTo,
    displayedUpTo: entry.displayedUpTo,
    draft: entry.draft,
    mode: entry.encryptionMode,
    wasEncrypted: flag(entry.wasEncrypted),
  });
  mergeArrangement(database, chat, entry);
  mergeFolders(database, chat, entry.folders ?? []);
  mergeRoom(database, chat, entry);
}

/** What is a room stays one: what is written there must never leave as if it were a person. */
function mergeRoom(database: Database, chat: number, { room }: ChatEntry): void {
  if (room === undefined || getRoom(database, chat) !== undefined) return;
  addRoom(database, chat, room.nick);
  updateRoom(database, chat, { name: room.name, isWanted: room.isWanted });
}

/** Adds a message with the id that it had, without its files. @throws SQLITE_CONSTRAINT when one of its ids is there already */
export function insertEntry(
  database: Database,
  place: { readonly account: number; readonly chat: number },
  { time: _time, files: _files, traits, delivery, reactions = [], ...entry }: MessageEntry,
): void {
  insertMessageAs(database, entry.id, {
    ...entry,
    ...place,
    // Nothing that comes out of a file is sent.
    delivery: delivery === 'queued' ? 'failed' : delivery,
  });
  for (const { emojis, ...said } of reactions) {
    putReactions(database, { ...said, message: entry.id, emojis: readReactions(emojis) });
  }
  if (traits === undefined) return;
  prepare<[string, number]>(database, 'UPDATE messages SET traits = ? WHERE id = ?').run(traits, entry.id);
}
