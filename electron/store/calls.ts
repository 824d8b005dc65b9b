/**
 * The calls that are on, so that a program that ends in the middle of one knows it afterwards, and what those that are
 * over leave in their chats. Who may say that one is over is decided elsewhere.
 */
import type { PastCall } from '../../shared/contract.ts';
import { flag } from './columns.ts';
import { prepare, type Database } from './database.ts';

export interface CallRecord {
  readonly id: number;
  readonly account: number;
  readonly chat: number;
  readonly sid: string;
  readonly isOutgoing: boolean;
  readonly hasVideo: boolean;
  /** This device takes part in it. */
  readonly isHere: boolean;
  /** The full address of the other side. */
  readonly device?: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly answeredAt?: number;
}

interface Row {
  readonly id: number;
  readonly account: number;
  readonly chat: number;
  readonly sid: string;
  readonly is_outgoing: number;
  readonly has_video: number;
  readonly is_here: number;
  readonly device: string | null;
  readonly started_at: number;
  readonly answered_at: number | null;
}

/** Adds a call and returns its id, which is never used again. @throws SQLITE_CONSTRAINT_UNIQUE for a session that is known */
export function openCall(database: Database, call: Omit<CallRecord, 'id'>): number {
  const result = prepare<[Omit<Row, 'id'>]>(
    database,
    `INSERT INTO calls (account, chat, sid, is_outgoing, has_video, is_here, device, started_at, answered_at)
     VALUES (@account, @chat, @sid, @is_outgoing, @has_video, @is_here, @device, @started_at, @answered_at)`,
  ).run({
    account: call.account,
    chat: call.chat,
    sid: call.sid,
    is_outgoing: flag(call.isOutgoing),
    has_video: flag(call.hasVideo),
    is_here: flag(call.isHere),
    device: call.device ?? null,
    started_at: Math.floor(call.startedAt),
    answered_at: call.answeredAt === undefined ? null : Math.floor(call.answeredAt),
  });
  return Number(result.lastInsertRowid);
}

export function findCall(database: Database, chat: number, sid: string): CallRecord | undefined {
  const sql = 'SELECT * FROM calls WHERE chat = ? AND sid = ?';
  const row = prepare<[number, string], Row>(database, sql).get(chat, sid);
  return row && readRow(row);
}

/** The oldest first. */
export function listCalls(database: Database, account: number): CallRecord[] {
  const sql = 'SELECT * FROM calls WHERE account = ? ORDER BY id';
  return prepare<[number], Row>(database, sql).all(account).map(readRow);
}

/** Changes what is given. */
export function updateCall(
  database: Database,
  id: number,
  change: Partial<Pick<CallRecord, 'sid' | 'device' | 'isHere' | 'answeredAt' | 'hasVideo'>>,
): void {
  prepare<[Record<string, string | number | null>]>(
    database,
    `UPDATE calls SET sid = coalesce(@sid, sid), device = coalesce(@device, device), is_here = coalesce(@here, is_here),
       has_video = coalesce(@video, has_video), answered_at = coalesce(@answered, answered_at) WHERE id = @id`,
  ).run({
    id,
    sid: change.sid ?? null,
    device: change.device ?? null,
    here: change.isHere === undefined ? null : flag(change.isHere),
    video: change.hasVideo === undefined ? null : flag(change.hasVideo),
    answered: change.answeredAt === undefined ? null : Math.floor(change.answeredAt),
  });
}

export function closeCall(database: Database, id: number): void {
  prepare<[number]>(database, 'DELETE FROM calls WHERE id = ?').run(id);
}

/** The message that a call left in its chat. */
export function findPastCall(database: Database, chat: number, sid: string): number | undefined {
  const sql = 'SELECT id FROM messages WHERE chat = ? AND call_sid = ?';
  return prepare<[number, string], { id: number }>(database, sql).get(chat, sid)?.id;
}

/** What became of it is known better by now. */
export function setPastCall(database: Database, message: number, call: PastCall): void {
  prepare<[string, number]>(database, 'UPDATE messages SET call = ? WHERE id = ?').run(
    JSON.stringify(call),
    message,
  );
}

function readRow(row: Row): CallRecord {
  return {
    id: row.id,
    account: row.account,
    chat: row.chat,
    sid: row.sid,
    isOutgoing: row.is_outgoing !== 0,
    hasVideo: row.has_video !== 0,
    isHere: row.is_here !== 0,
    ...(row.device !== null && { device: row.device }),
    startedAt: row.started_at,
    ...(row.answered_at !== null && { answeredAt: row.answered_at }),
  };
}
