/**
 * The chats, each with what the list shows of it, kept in step with its messages so that the list needs no search.
 */
import { deliveries, unreadableReasons, type ChatRow } from '../../shared/contract.ts';
import { keepDays, type KeepDays } from '../../shared/retention.ts';
import {
  ARRANGEMENT,
  readArrangement,
  UNARRANGED,
  type Arrangement,
  type ArrangementColumns,
} from './arrangement.ts';
import { FOLDERS, readFolders, takeOutOfAll } from './folders.ts';
import { flag, oneOf } from './columns.ts';
import { prepare, type Database } from './database.ts';
import { hiddenUpTo, keepChat } from './deletions.ts';
import { removingMany } from './search-index.ts';
import { readPastCall } from './message-columns.ts';
import type { MessageRecord } from './messages.ts';

const modes = ['automatic', 'on', 'off'] as const satisfies readonly ChatRow['encryptionMode'][];

export const chatKinds = ['contact', 'room'] as const;
export type ChatKind = (typeof chatKinds)[number];

export interface ChatRecord extends Arrangement {
  readonly id: number;
  readonly account: number;
  readonly address: string;
  readonly kind: ChatKind;
  /** Milliseconds since 1970 of the last activity. */
  readonly at: number;
  readonly unread: number;
  /** How many of them mention us. */
  readonly mentions: number;
  /** Id of the last message that was read; 0 for none. */
  readonly readUpTo: number;
  readonly draft: string;
  /** The message that the draft answers. */
  readonly draftReply?: number;
  readonly encryptionMode: ChatRow['encryptionMode'];
  readonly wasEncrypted: boolean;
  /** Days for which its messages are kept, 0 for ever; nothing for what the settings say. */
  readonly keepDays?: KeepDays;
  /** The folders that it is in. */
  readonly folders?: readonly number[];
  /** The newest message; its text is cut for a preview. */
  readonly last?: NonNullable<ChatRow['last']>;
}

interface Row extends ArrangementColumns {
  readonly id: number;
  readonly account: number;
  readonly address: string;
  readonly kind: string;
  readonly at: number;
  readonly unread: number;
  readonly mentions: number;
  readonly read_up_to: number;
  readonly draft: string;
  readonly draft_reply: number | null;
  readonly encryption_mode: string;
  readonly was_encrypted: number;
  readonly keep_days: number | null;
  readonly folders: string;
  readonly message: number | null;
  readonly preview: string | null;
  readonly is_outgoing: number | null;
  readonly delivery: string | null;
  readonly unreadable: string | null;
  readonly is_unstyled: number | null;
  readonly spoiler: string | null;
  readonly retracted_at: number | null;
  readonly sender: string | null;
  readonly call: string | null;
}

/** 200 characters, whole ones: SQLite counts code points, so no surrogate pair is torn. */
const SELECT = `
  SELECT c.id, c.account, c.address, c.kind, c.at, c.unread, c.mentions, c.read_up_to, c.draft, c.draft_reply, c.encryption_mode,
    c.was_encrypted, c.keep_days, ${FOLDERS},
    ${ARRANGEMENT}, m.id AS message, substr(m.text, 1, 200) AS preview, m.is_outgoing, m.delivery, m.unreadable,
    m.is_unstyled, m.spoiler, m.retracted_at, m.sender, m.call
  FROM chats c LEFT JOIN messages m ON m.id = c.last_message
  WHERE NOT EXISTS (SELECT 1 FROM deletions d WHERE d.chat = c.id AND d.is_whole = 1)`;

/** All chats, the most recently active first. */
export function listChats(database: Database): ChatRecord[] {
  return prepare<[], Row>(database, `${SELECT} ORDER BY c.at DESC, c.id DESC`).all().map(readChat);
}

export function getChat(database: Database, id: number): ChatRecord | undefined {
  const row = prepare<[number], Row>(database, `${SELECT} AND c.id = ?`).get(id);
  return row && readChat(row);
}

export function findChat(database: Database, account: number, address: string): ChatRecord | undefined {
  const row = prepare<[number, string], Row>(database, `${SELECT} AND c.account = ? AND c.address = ?`).get(
    account,
    address,
  );
  return row && readChat(row);
}

/**
 * The chat with an address, made if there is none; `at` (milliseconds) is where a new one stands in the list. One that is
 * there keeps its kind.
 */
export function openChat(
  database: Database,
  account: number,
  address: string,
  at: number,
  kind: ChatKind = 'contact',
): { chat: ChatRecord; isNew: boolean } {
  const { changes } = prepare<[number, string, number, ChatKind]>(
    database,
    'INSERT INTO chats (account, address, at, kind) VALUES (?, ?, ?, ?) ON CONFLICT (account, address) DO NOTHING',
  ).run(account, address, Math.floor(at), kind);
  const isKept = changes === 0 && keepChat(database, account, address);
  const chat = findChat(database, account, address);
  if (chat === undefined) throw new Error('the chat was just made and is not there');
  return { chat, isNew: changes > 0 || isKept };
}

/** A chat that is going becomes as a new one would be: should it be opened again, nothing of what it was is left. */
export function resetChat(database: Database, id: number): void {
  prepare<[number]>(
    database,
    `UPDATE chats SET kind = 'contact', draft = '', draft_reply = NULL, unread = 0, mentions = 0, last_message = NULL, encryption_mode = 'automatic', was_encrypted = 0,
       keep_days = NULL, ${UNARRANGED} WHERE id = ?`,
  ).run(id);
  takeOutOfAll(database, id);
}

/** Removes a chat with its messages and what of it waits to be sent. Returns whether there was one. */
export function deleteChat(database: Database, id: number): boolean {
  const remove = prepare<[number]>(database, 'DELETE FROM chats WHERE id = ?');
  return removingMany(database, () => remove.run(id).changes > 0);
}

export function setDraft(database: Database, id: number, text: string): void {
  prepare<[string, number]>(database, 'UPDATE chats SET draft = ? WHERE id = ?').run(text, id);
}

export function setEncryptionMode(database: Database, id: number, mode: ChatRecord['encryptionMode']): void {
  prepare<[string, number]>(database, 'UPDATE chats SET encryption_mode = ? WHERE id = ?').run(mode, id);
}

/** From now on this chat was encrypted once; there is no way back. */
export function setWasEncrypted(database: Database, id: number): void {
  prepare<[number]>(database, 'UPDATE chats SET was_encrypted = 1 WHERE id = ? AND was_encrypted = 0').run(
    id,
  );
}

/**
 * Everything up to this message is read. Never moves backwards, and never past the newest message there is: what has
 * not arrived cannot have been read. Returns whether anything changed.
 */
export function markRead(database: Database, id: number, message: number): boolean {
  const seen = prepare<[number, number], { id: number | null }>(
    database,
    'SELECT max(id) AS id FROM messages WHERE chat = ? AND id <= ?',
  ).get(id, message)?.id;
  if (seen == null) return false;
  const { changes } = prepare<[{ id: number; seen: number }]>(
    database,
    `UPDATE chats SET read_up_to = @seen, is_marked_unread = 0,
       (unread, mentions) = (SELECT count(*), coalesce(sum(is_mention), 0) FROM messages
         WHERE chat = @id AND id > @seen AND is_outgoing = 0 AND is_silent = 0)
     WHERE id = @id AND read_up_to < @seen`,
  ).run({ id, seen });
  return changes > 0;
}

/**
 * A message was added to the chat: one from the past moves neither the chat nor its preview. The newest one brings back a
 * chat that was archived, unless it was muted at that time.
 */
export function messageAdded(database: Database, chat: number, message: MessageRecord): void {
  prepare<[{ chat: number; id: number; at: number; incoming: number; mention: number }]>(
    database,
    `UPDATE chats SET at = max(at, @at), last_message = max(coalesce(last_message, 0), @id),
       unread = unread + (@incoming AND @id > read_up_to),
       mentions = mentions + (@mention AND @id > read_up_to),
       is_archived = is_archived AND (@id < coalesce(last_message, 0) OR muted_until > @at),
       is_marked_unread = is_marked_unread AND (@incoming OR @id < coalesce(last_message, 0))
     WHERE id = @chat`,
  ).run({
    chat,
    id: message.id,
    at: message.at,
    incoming: flag(!message.isOutgoing && message.isSilent !== true),
    mention: flag(message.isMention === true && !message.isOutgoing),
  });
}

/** The chat stands in the list where its newest message says, if that is newer. */
export function touch(database: Database, chat: number): void {
  prepare<[number]>(
    database,
    'UPDATE chats SET at = max(at, coalesce(last_message / 1000, 0)) WHERE id = ?',
  ).run(chat);
}

/** A message was deleted: finds the newest one that is left, and counts the unread ones again. */
export function refreshLast(database: Database, chat: number): void {
  prepare<[{ chat: number; hidden: number }]>(
    database,
    `UPDATE chats SET last_message = (SELECT max(id) FROM messages WHERE chat = @chat AND id > @hidden),
       (unread, mentions) = (SELECT count(*), coalesce(sum(is_mention), 0) FROM messages
         WHERE chat = @chat AND id > max(read_up_to, @hidden) AND is_outgoing = 0 AND is_silent = 0)
     WHERE id = @chat`,
  ).run({ chat, hidden: hiddenUpTo(database, chat) });
}

/** In a room the author is an occupant, whose resource is their name (XEP-0045 #terms-addressing). */
function nickOf(sender: string): string {
  return sender.slice(sender.indexOf('/') + 1);
}

function readChat(row: Row): ChatRecord {
  const days = keepDays.find((each) => each === row.keep_days);
  const call = readPastCall(row.call);
  return {
    id: row.id,
    account: row.account,
    address: row.address,
    kind: oneOf(chatKinds, row.kind, 'contact'),
    at: row.at,
    unread: row.unread,
    mentions: row.mentions,
    readUpTo: row.read_up_to,
    draft: row.draft,
    ...(row.draft_reply !== null && { draftReply: row.draft_reply }),
    // Nonsense reads as the strictest: a chat that should encrypt never falls back to plain text.
    encryptionMode: oneOf(modes, row.encryption_mode, 'on'),
    wasEncrypted: row.was_encrypted !== 0,
    ...(days !== undefined && { keepDays: days }),
    ...readArrangement(row),
    ...readFolders(row.folders),
    ...(row.message !== null && {
      last: {
        message: row.message,
        text: row.preview ?? '',
        isOutgoing: row.is_outgoing === 1,
        ...(row.kind === 'room' && row.is_outgoing === 0 && { nick: nickOf(row.sender ?? '') }),
        delivery: oneOf(deliveries, row.delivery, row.is_outgoing === 1 ? 'failed' : 'received'),
        ...(row.unreadable !== null && { unreadable: oneOf(unreadableReasons, row.unreadable, 'malformed') }),
        ...(row.is_unstyled === 1 && { isUnstyled: true as const }),
        ...(row.spoiler !== null && { spoiler: row.spoiler }),
        ...(row.retracted_at !== null && { isRetracted: true as const }),
        ...(call !== undefined && { call }),
      },
    }),
  };
}
