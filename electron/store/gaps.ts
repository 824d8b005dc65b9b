/**
 * The gap ledger: what is known to be missing of the archives of servers (XEP-0313). A gap is closed in the transaction
 * that stores what filled it, and never because of time that went by. It knows nothing of what is in a gap.
 */
import { flag } from './columns.ts';
import { prepare, type Database } from './database.ts';

/** Where a page ends: the archive's id there, and the time by the server's clock in milliseconds. */
export interface Edge {
  /** Absent: the archive's beginning or end. */
  readonly id?: string;
  readonly at: number;
}

export interface GapRecord {
  /** Grows: a later gap has a larger one. */
  readonly id: number;
  readonly account: number;
  /** Whose archive. */
  readonly archive: string;
  /** From before this device existed. */
  readonly isPast: boolean;
  /** The server keeps no more of it: it stays to be shown, and nobody asks again. */
  readonly isLost: boolean;
  /** What is missing comes after this; absent: from the archive's beginning. */
  readonly afterId?: string;
  /** Nothing in it is older (milliseconds); absent when that is not known. */
  readonly afterAt?: number;
  readonly before: Edge;
}

/** A gap as one chat sees it. */
export interface ChatGap extends GapRecord {
  /** Nothing of this chat is missing in it. */
  readonly isClosed: boolean;
}

interface Row {
  readonly id: number;
  readonly account: number;
  readonly archive: string;
  readonly is_past: number;
  readonly is_lost: number;
  readonly after_id: string | null;
  readonly after_at: number | null;
  readonly before_id: string | null;
  readonly before_at: number;
}

interface ChatRow extends Row {
  readonly is_closed: number | null;
  readonly chat_before_id: string | null;
  readonly chat_before_at: number | null;
}

/** All that is missing of an archive, in the order in which it went missing. */
export function listGaps(database: Database, account: number, archive: string): GapRecord[] {
  return prepare<[number, string], Row>(
    database,
    'SELECT * FROM archive_gaps WHERE account = ? AND archive = ? ORDER BY id',
  )
    .all(account, archive)
    .map(readGap);
}

export function getGap(database: Database, id: number): GapRecord | undefined {
  const row = prepare<[number], Row>(database, 'SELECT * FROM archive_gaps WHERE id = ?').get(id);
  return row && readGap(row);
}

/** The gaps as the chat with an address sees them, the newest messages first. */
export function listChatGaps(
  database: Database,
  account: number,
  archive: string,
  address: string,
): ChatGap[] {
  return prepare<[string, number, string], ChatRow>(
    database,
    `SELECT g.*, c.is_closed, c.before_id AS chat_before_id, c.before_at AS chat_before_at
     FROM archive_gaps g LEFT JOIN archive_gap_chats c ON c.gap = g.id AND c.address = ?
     WHERE g.account = ? AND g.archive = ?`,
  )
    .all(address, account, archive)
    .map(readChatGap)
    .sort((a, b) => b.before.at - a.before.at || b.id - a.id);
}

/** The time from which on a chat has what a gap lacks (milliseconds): its own, if it was filled further than the gap. */
export function boundOf(database: Database, gap: GapRecord, address: string): number {
  const row = prepare<[number, string], { at: number }>(
    database,
    'SELECT before_at AS at FROM archive_gap_chats WHERE gap = ? AND address = ?',
  ).get(gap.id, address);
  return Math.min(row?.at ?? Infinity, gap.before.at);
}

/** Notes that something is missing. Returns the gap's id. */
export function addGap(database: Database, gap: Omit<GapRecord, 'id'>): number {
  const { lastInsertRowid } = prepare<[Omit<Row, 'id'>]>(
    database,
    `INSERT INTO archive_gaps (account, archive, is_past, is_lost, after_id, after_at, before_id, before_at)
     VALUES (@account, @archive, @is_past, @is_lost, @after_id, @after_at, @before_id, @before_at)`,
  ).run({
    account: gap.account,
    archive: gap.archive,
    is_past: flag(gap.isPast),
    is_lost: flag(gap.isLost),
    after_id: gap.afterId ?? null,
    after_at: gap.afterAt === undefined ? null : Math.floor(gap.afterAt),
    before_id: gap.before.id ?? null,
    before_at: Math.floor(gap.before.at),
  });
  return Number(lastInsertRowid);
}

/** A gap was filled from its older end up to here; a chat that was filled from the newer end down to there is done. */
export function raiseGap(database: Database, id: number, after: Edge): void {
  const at = Math.floor(after.at);
  prepare<[string | null, number, number]>(
    database,
    'UPDATE archive_gaps SET after_id = ?, after_at = max(coalesce(after_at, 0), ?) WHERE id = ?',
  ).run(after.id ?? null, at, id);
  prepare<[number, number]>(
    database,
    'UPDATE archive_gap_chats SET is_closed = 1 WHERE gap = ? AND before_at < ?',
  ).run(id, at);
}

/** A gap was filled from its newer end down to here. */
export function lowerGap(database: Database, id: number, before: Edge): void {
  const at = Math.floor(before.at);
  prepare<[string | null, number, number]>(
    database,
    'UPDATE archive_gaps SET before_id = ?, before_at = min(before_at, ?) WHERE id = ?',
  ).run(before.id ?? null, at, id);
  prepare<[number, number]>(
    database,
    'DELETE FROM archive_gap_chats WHERE gap = ? AND is_closed = 0 AND before_at > ?',
  ).run(id, at);
}

/** A gap was filled for one chat, from its newer end down to here. */
export function lowerChatGap(
  database: Database,
  id: number,
  address: string,
  { before, isClosed }: { readonly before: Edge; readonly isClosed: boolean },
): void {
  prepare<[number, string, string | null, number, number]>(
    database,
    `INSERT INTO archive_gap_chats (gap, address, before_id, before_at, is_closed) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (gap, address) DO UPDATE SET before_id = excluded.before_id,
       before_at = min(before_at, excluded.before_at), is_closed = max(is_closed, excluded.is_closed)`,
  ).run(id, address, before.id ?? null, Math.floor(before.at), flag(isClosed));
}

/** The message at its older end is gone from the archive: what is left begins with the archive itself. */
export function forgetAfter(database: Database, id: number): void {
  prepare<[number]>(database, 'UPDATE archive_gaps SET after_id = NULL WHERE id = ?').run(id);
}

/** Nothing of it will ever come. */
export function loseGap(database: Database, id: number): void {
  prepare<[number]>(database, 'UPDATE archive_gaps SET is_lost = 1 WHERE id = ?').run(id);
}

/** Nothing is missing there any more. */
export function closeGap(database: Database, id: number): void {
  prepare<[number]>(database, 'DELETE FROM archive_gaps WHERE id = ?').run(id);
}

function readGap(row: Row): GapRecord {
  return {
    id: row.id,
    account: row.account,
    archive: row.archive,
    isPast: row.is_past !== 0,
    isLost: row.is_lost !== 0,
    ...(row.after_id !== null && { afterId: row.after_id }),
    ...(row.after_at !== null && { afterAt: row.after_at }),
    before: edgeOf(row.before_id, row.before_at),
  };
}

function readChatGap(row: ChatRow): ChatGap {
  const gap = { ...readGap(row), isClosed: row.is_closed === 1 };
  const at = row.chat_before_at;
  // The gap itself may have been filled further down since.
  return at === null || at > row.before_at ? gap : { ...gap, before: edgeOf(row.chat_before_id, at) };
}

function edgeOf(id: string | null, at: number): Edge {
  return id === null ? { at } : { id, at };
}
