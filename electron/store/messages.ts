/**
 * The messages, one row for each that a person can see, found by any of their ids. What they mean for their chat is
 * told to `chats.ts` by the caller.
 */
import type { Delivery, MessageRow, Quote } from '../../shared/contract.ts';
import { flag } from './columns.ts';
import { prepare, type Database } from './database.ts';
import { hiddenUpTo } from './deletions.ts';
import { readColumns, type Answered, type MessageColumns } from './message-columns.ts';
import { findAnswered, linkAnswers } from './replies.ts';
import { indexMessage } from './search-index.ts';

/** Ids as they travel, which never leave the engine. */
export interface WireIds {
  /** The stanza's `id` attribute; chosen by the sender, so it is neither unique nor to be trusted. */
  stanzaId?: string;
  /** XEP-0359 `<origin-id/>`; unique for a sender in a chat. */
  originId?: string;
  /** XEP-0359 `<stanza-id/>` given by our own archive, or by a room's and behind its address; unique in an account. */
  archiveId?: string;
}

/** How it is to be shown. */
export type Look = Pick<MessageRow, 'isUnstyled' | 'spoiler'>;

export type MessageRecord = MessageRow &
  WireIds & {
    readonly answers?: Answered;
    /** The id of a message that is not here, and whose place it takes. */
    readonly corrects?: string;
    /** The stanza that says the last change of ours. */
    readonly changeId?: string;
    /** The session of a call that it tells of. */
    readonly callSid?: string;
    /** It came in, and nobody has to catch up with it. */
    readonly isSilent?: true;
  };
export type NewMessage = Omit<MessageRecord, 'id' | 'reply' | 'change' | 'changeId'> & {
  /** Its sender would like to know when it was read: see read-positions.ts. */
  readonly isMarkable?: boolean;
};

/** A message, and what is here of the one that it answers. */
interface Columns extends MessageColumns {
  readonly reply_message?: number | null;
  readonly quoted_sender?: string | null;
  readonly quoted_text?: string | null;
  readonly quoted_retracted?: number | null;
}

const SELECT = `SELECT m.*, q.sender AS quoted_sender,
    CASE WHEN q.unreadable IS NULL AND q.spoiler IS NULL THEN substr(q.text, 1, 200) END AS quoted_text,
    q.retracted_at AS quoted_retracted
  FROM messages m LEFT JOIN messages q ON q.id = m.reply_message`;

/** The last millisecond whose microseconds are safe integers, in the year 2255. */
const LATEST = Math.floor(Number.MAX_SAFE_INTEGER / 1_000) - 1;

/**
 * Adds a message. Its id is its time in microseconds, or the next free one after the others of the same millisecond:
 * messages with one time stamp keep the order in which they were added.
 * @throws SQLITE_CONSTRAINT_UNIQUE when the archive id or the sender's origin id is known: look first
 */
export function insertMessage(database: Database, message: NewMessage): MessageRecord {
  return insertMessageAs(database, freeId(database, message.at), message);
}

/** Adds a message that has an id already, from an export. @throws SQLITE_CONSTRAINT when one of its ids is taken */
export function insertMessageAs(
  database: Database,
  id: number,
  message: Omit<NewMessage, 'at'>,
): MessageRecord {
  const row: MessageColumns = {
    id,
    account: message.account,
    chat: message.chat,
    is_outgoing: flag(message.isOutgoing),
    sender: message.sender,
    text: message.text,
    delivery: message.delivery,
    failure: message.failure === undefined ? null : JSON.stringify(message.failure),
    encryption: message.encryption,
    device: message.device ?? null,
    trust: message.trust ?? null,
    unreadable: message.unreadable ?? null,
    is_unstyled: flag(message.isUnstyled === true),
    spoiler: message.spoiler ?? null,
    stanza_id: message.stanzaId ?? null,
    origin_id: message.originId ?? null,
    archive_id: message.archiveId ?? null,
    reply_id: message.answers?.id ?? null,
    reply_author: message.answers?.author ?? null,
    reply_quote: message.answers?.quote ?? null,
    corrects: message.corrects ?? null,
    edited_at: message.edited ?? null,
    retracted_at: message.retracted ?? null,
    retraction_asked: null,
    change_id: null,
    change: null,
    occupant: message.occupant ?? null,
    is_mention: flag(message.isMention === true),
    is_pinned: flag(message.isPinned === true),
    call: message.call === undefined ? null : JSON.stringify(message.call),
    call_sid: message.callSid ?? null,
    is_silent: flag(message.isSilent === true),
  };
  const answered = message.answers && findAnswered(database, message.chat, message.answers);
  prepare<[MessageColumns & { readonly is_markable: number; readonly reply_message: number | null }]>(
    database,
    `INSERT INTO messages (id, account, chat, is_outgoing, sender, text, delivery, failure, encryption, device, trust,
       unreadable, is_unstyled, spoiler, stanza_id, origin_id, archive_id, is_markable, reply_id, reply_author,
       reply_quote, reply_message, corrects, edited_at, retracted_at, occupant, is_mention, is_pinned,
       call, call_sid, is_silent)
     VALUES (@id, @account, @chat, @is_outgoing, @sender, @text, @delivery, @failure, @encryption, @device, @trust,
       @unreadable, @is_unstyled, @spoiler, @stanza_id, @origin_id, @archive_id, @is_markable, @reply_id, @reply_author,
       @reply_quote, @reply_message, @corrects, @edited_at, @retracted_at, @occupant, @is_mention, @is_pinned,
       @call, @call_sid, @is_silent)`,
  ).run({ ...row, is_markable: flag(message.isMarkable === true), reply_message: answered ?? null });
  indexMessage(database, row);
  linkAnswers(database, { ...message, id });
  return (answered === undefined ? undefined : getMessage(database, id)) ?? readMessage(row);
}

/**
 * The first id of this time (milliseconds) that is free. One look-up for each millisecond that is full, so that a flood
 * with a single time stamp stays cheap.
 */
export function freeId(database: Database, at: number): number {
  const last = prepare<[number, number], { id: number | null }>(
    database,
    'SELECT max(id) AS id FROM messages WHERE id BETWEEN ? AND ?',
  );
  // Zero is kept for "nothing": a chat that was never read is read up to it.
  let millisecond = Math.min(Math.max(Math.floor(at) || 0, 1), LATEST);
  for (;;) {
    const start = millisecond * 1_000;
    const taken = last.get(start, start + 999)?.id ?? start - 1;
    if (taken < start + 999) return taken + 1;
    millisecond += 1;
  }
}

export function getMessage(database: Database, id: number): MessageRecord | undefined {
  const row = prepare<[number], Columns>(database, `${SELECT} WHERE m.id = ?`).get(id);
  return row && readMessage(row);
}

export function findByArchiveId(
  database: Database,
  account: number,
  archiveId: string,
): MessageRecord | undefined {
  const row = prepare<[number, string], Columns>(
    database,
    `${SELECT} WHERE m.account = ? AND m.archive_id = ?`,
  ).get(account, archiveId);
  return row && readMessage(row);
}

/** The message with this origin id by this author; somebody else's equal id is another message. */
export function findByOriginId(
  database: Database,
  chat: number,
  sender: string,
  originId: string,
): MessageRecord | undefined {
  const row = prepare<[number, string, string], Columns>(
    database,
    `${SELECT} WHERE m.chat = ? AND m.sender = ? AND m.origin_id = ?`,
  ).get(chat, sender, originId);
  return row && readMessage(row);
}

/** The newest message with this stanza id in one direction: the id is the sender's choice and may repeat. */
export function findByStanzaId(
  database: Database,
  chat: number,
  stanzaId: string,
  { isOutgoing }: { readonly isOutgoing: boolean },
): MessageRecord | undefined {
  const row = prepare<[number, string, number], Columns>(
    database,
    `${SELECT} WHERE m.chat = ? AND m.stanza_id = ? AND m.is_outgoing = ? ORDER BY m.id DESC LIMIT 1`,
  ).get(chat, stanzaId, flag(isOutgoing));
  return row && readMessage(row);
}

/**
 * A page of a chat in ascending order. `before` and `after` are message ids and exclusive; without either it is the
 * newest page. `hasMore` speaks of the side that the page looks to: newer when only `after` is given, else older.
 */
export function pageMessages(
  database: Database,
  chat: number,
  page: { readonly before?: number | undefined; readonly after?: number | undefined; readonly limit: number },
): { messages: MessageRecord[]; hasMore: boolean } {
  const { before, after, limit } = page;
  const isForward = after !== undefined && before === undefined;
  const rows = prepare<[number, number, number, number], Columns>(
    database,
    `${SELECT} WHERE m.chat = ? AND m.id > ? AND m.id < ? ORDER BY m.id ${isForward ? 'ASC' : 'DESC'} LIMIT ?`,
  ).all(
    chat,
    Math.max(after ?? -1, hiddenUpTo(database, chat)),
    before ?? Number.MAX_SAFE_INTEGER,
    limit + 1,
  );
  const hasMore = rows.length > limit;
  const messages = rows.slice(0, limit).map(readMessage);
  return { messages: isForward ? messages : messages.reverse(), hasMore };
}

/**
 * A page with a place in the middle of it, in ascending order: half of it is older than `around`, an id or any
 * microsecond, the other half is from there on; what one side lacks the other does not make up for.
 */
export function pageAround(
  database: Database,
  chat: number,
  { around, limit }: { readonly around: number; readonly limit: number },
): { messages: MessageRecord[]; hasMore: boolean; hasNewer: boolean } {
  const half = Math.ceil(limit / 2);
  const newer = pageMessages(database, chat, { after: around - 1, limit: half });
  const older = pageMessages(database, chat, { before: around, limit: Math.max(1, limit - half) });
  return {
    messages: [...older.messages, ...newer.messages],
    hasMore: older.hasMore,
    hasNewer: newer.hasMore,
  };
}

/** The oldest message of a chat from this id on. */
export function firstIdFrom(database: Database, chat: number, id: number): number | undefined {
  const sql = 'SELECT id FROM messages WHERE chat = ? AND id >= ? ORDER BY id LIMIT 1';
  return prepare<[number, number], { id: number }>(database, sql).get(chat, id)?.id;
}

/** The newest message of a chat before this id. */
export function lastIdBefore(database: Database, chat: number, id: number): number | undefined {
  const sql = 'SELECT id FROM messages WHERE chat = ? AND id < ? ORDER BY id DESC LIMIT 1';
  return prepare<[number, number], { id: number }>(database, sql).get(chat, id)?.id;
}

/** So far back, in messages, one of a side is looked for: who has been silent for longer needs no place. */
const BACK = 200;

/** The newest message of one side of a chat before this id, among the last of both. */
export function lastOfSideBefore(
  database: Database,
  chat: number,
  id: number,
  isOutgoing: boolean,
): number | undefined {
  const sql = `SELECT id FROM (SELECT id, is_outgoing FROM messages WHERE chat = ? AND id < ? ORDER BY id DESC LIMIT ${BACK})
    WHERE is_outgoing = ? ORDER BY id DESC LIMIT 1`;
  const before = Math.min(id, Number.MAX_SAFE_INTEGER);
  return prepare<[number, number, number], { id: number }>(database, sql).get(chat, before, flag(isOutgoing))
    ?.id;
}

/** Sets how far a message got, and why it failed; without a reason an earlier one is forgotten. */
export function setDelivery(
  database: Database,
  id: number,
  delivery: Delivery,
  failure?: MessageRow['failure'],
): void {
  prepare<[string, string | null, number]>(
    database,
    'UPDATE messages SET delivery = ?, failure = ? WHERE id = ?',
  ).run(delivery, failure === undefined ? null : JSON.stringify(failure), id);
}

/** In a room: who its author is, when that is known only later. */
export function setOccupant(database: Database, id: number, occupant: string): void {
  prepare<[string, number]>(
    database,
    'UPDATE messages SET occupant = ? WHERE id = ? AND occupant IS NULL',
  ).run(occupant, id);
}

/**
 * Sets the ids that are given and keeps the others.
 * @throws SQLITE_CONSTRAINT_UNIQUE when another message has the archive or origin id
 */
export function setIds(database: Database, id: number, ids: WireIds): void {
  prepare<[string | null, string | null, string | null, number]>(
    database,
    `UPDATE messages SET stanza_id = coalesce(?, stanza_id), origin_id = coalesce(?, origin_id),
       archive_id = coalesce(?, archive_id) WHERE id = ?`,
  ).run(ids.stanzaId ?? null, ids.originId ?? null, ids.archiveId ?? null, id);
}

/** Sets how a message leaves, once that is decided. */
export function setEncryption(database: Database, id: number, encryption: MessageRow['encryption']): void {
  prepare<[string, number]>(database, 'UPDATE messages SET encryption = ? WHERE id = ?').run(encryption, id);
}

/** Sets what a message has besides its words, such as `file image`: words of the search index. */
export function setTraits(database: Database, id: number, traits: readonly string[]): void {
  prepare<[string, number]>(database, 'UPDATE messages SET traits = ? WHERE id = ?').run(
    traits.join(' '),
    id,
  );
}

/** Gives a message that nobody has other words and another id of its own; what was known of the earlier ones is void. */
export function rewrite(
  database: Database,
  id: number,
  { text, stanzaId }: { readonly text: string; readonly stanzaId: string },
): void {
  prepare<[{ id: number; text: string; stanzaId: string }]>(
    database,
    `UPDATE messages SET text = @text, stanza_id = @stanzaId, origin_id = @stanzaId, archive_id = NULL,
       encryption = 'none' WHERE id = @id`,
  ).run({ id, text, stanzaId });
}

/** Removes a message, and from the outbox what would send it. Returns whether there was one. */
export function deleteMessage(database: Database, id: number): boolean {
  return prepare<[number]>(database, 'DELETE FROM messages WHERE id = ?').run(id).changes > 0;
}

/** Up to this many are deleted at once. */
const FEW = 500;

/** True when a chat has so few messages that deleting them all holds nobody up. */
export function hasFew(database: Database, chat: number): boolean {
  const sql = 'SELECT 1 FROM messages WHERE chat = ? LIMIT 1 OFFSET ?';
  return prepare<[number, number]>(database, sql).get(chat, FEW) === undefined;
}

/** Removes all messages of a chat, and from the outbox what would send them. */
export function deleteMessages(database: Database, chat: number): void {
  prepare<[number]>(database, 'DELETE FROM messages WHERE chat = ?').run(chat);
}

/** What the window may see of it. */
export function toRow(message: MessageRecord): MessageRow {
  const { stanzaId: _stanza, originId: _origin, archiveId: _archive, answers: _answers, ...more } = message;
  const { corrects: _corrects, changeId: _change, callSid: _sid, isSilent: _silent, ...row } = more;
  return row;
}

function readMessage(row: Columns): MessageRecord {
  const reply = readQuote(row);
  return {
    account: row.account,
    chat: row.chat,
    at: Math.floor(row.id / 1_000),
    ...readColumns(row),
    ...(reply !== undefined && { reply }),
  };
}

/** Of a message that is here, what is here counts; of another one, no more than what came along. */
function readQuote({
  reply_id,
  reply_message,
  reply_quote,
  quoted_sender,
  quoted_text,
  quoted_retracted,
}: Columns): Quote | undefined {
  if (reply_message != null && quoted_sender != null) {
    return {
      message: reply_message,
      sender: quoted_sender,
      ...(quoted_retracted != null ? { isRetracted: true } : quoted_text != null && { text: quoted_text }),
    };
  }
  if (reply_id === null) return undefined;
  return reply_quote === null ? {} : { text: reply_quote };
}
