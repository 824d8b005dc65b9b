/**
 * What has to leave, in order, until the server said that it has it. Positions count stanzas in the current
 * stream-management session (XEP-0198); no position means that it has not left in this session.
 */
import { readJson } from './columns.ts';
import { prepare, type Database } from './database.ts';

export interface OutboxRecord {
  readonly id: number;
  readonly account: number;
  readonly chat?: number;
  /** The message that it carries, if it carries one. */
  readonly message?: number;
  /** What it says about an earlier message, if that is what it carries: a JSON value, whose reader checks its shape. */
  readonly errand?: unknown;
  /** XML as it leaves; absent until it was composed and encrypted. */
  readonly stanza?: string;
  readonly position?: number;
}

interface Row {
  readonly id: number;
  readonly account: number;
  readonly chat: number | null;
  readonly message: number | null;
  readonly errand: string | null;
  readonly stanza: string | null;
  readonly position: number | null;
}

/**
 * Appends to the outbox and returns the entry's id; ids grow and are never used again.
 * @throws SQLITE_CONSTRAINT_UNIQUE when the message waits to be sent already
 */
export function enqueue(database: Database, entry: Omit<OutboxRecord, 'id' | 'position'>): number {
  const { account, chat, message, errand, stanza } = entry;
  const result = prepare<[number, number | null, number | null, string | null, string | null]>(
    database,
    'INSERT INTO outbox (account, chat, message, errand, stanza) VALUES (?, ?, ?, ?, ?)',
  ).run(
    account,
    chat ?? null,
    message ?? null,
    errand === undefined ? null : JSON.stringify(errand),
    stanza ?? null,
  );
  return Number(result.lastInsertRowid);
}

/** The chats that have something to send; `undefined` stands for what belongs to none. */
export function chatsWithUnsent(database: Database, account: number): (number | undefined)[] {
  return prepare<[number], { chat: number | null }>(
    database,
    'SELECT DISTINCT chat FROM outbox WHERE account = ? AND position IS NULL',
  )
    .all(account)
    .map(({ chat }) => chat ?? undefined);
}

/** The oldest entry of a chat that has not left in this session. */
export function nextUnsent(
  database: Database,
  account: number,
  chat: number | undefined,
): OutboxRecord | undefined {
  const row = prepare<[number, number | null], Row>(
    database,
    'SELECT * FROM outbox WHERE account = ? AND chat IS ? AND position IS NULL ORDER BY id LIMIT 1',
  ).get(account, chat ?? null);
  return row && readEntry(row);
}

/** The same among what is composed already: it goes while the chat waits for a decision of the person. */
export function nextComposed(database: Database, account: number, chat: number): OutboxRecord | undefined {
  const row = prepare<[number, number], Row>(
    database,
    `SELECT * FROM outbox WHERE account = ? AND chat = ? AND position IS NULL AND stanza IS NOT NULL
     ORDER BY id LIMIT 1`,
  ).get(account, chat);
  return row && readEntry(row);
}

/** The messages that wait and have never left, in the order in which they will. */
export function listUncomposed(database: Database, account: number): number[] {
  return prepare<[number], { message: number }>(
    database,
    'SELECT message FROM outbox WHERE account = ? AND message IS NOT NULL AND stanza IS NULL ORDER BY id',
  )
    .all(account)
    .map(({ message }) => message);
}

/** The errands of a chat that have not left in this session, oldest first. */
export function listErrands(database: Database, account: number, chat: number): OutboxRecord[] {
  return prepare<[number, number], Row>(
    database,
    `SELECT * FROM outbox WHERE account = ? AND chat = ? AND position IS NULL AND errand IS NOT NULL ORDER BY id`,
  )
    .all(account, chat)
    .map(readEntry);
}

/** Keeps the stanza, so that sending it again sends the same one. */
export function setComposed(database: Database, id: number, stanza: string): void {
  prepare<[string, number]>(database, 'UPDATE outbox SET stanza = ? WHERE id = ?').run(stanza, id);
}

export function setPosition(database: Database, id: number, position: number): void {
  prepare<[number, number]>(database, 'UPDATE outbox SET position = ? WHERE id = ?').run(position, id);
}

/** The server has it; the room has not said it yet. Not a position. */
const UNREFLECTED = -1;

/**
 * The server has everything up to this position: removes those entries and returns them, oldest first. What is said in a
 * room stays until the room has said it, and leaves again in the next session if it never does.
 */
export function acknowledge(database: Database, account: number, position: number): OutboxRecord[] {
  prepare<[{ account: number; position: number; unreflected: number }]>(
    database,
    `UPDATE outbox SET position = @unreflected WHERE account = @account AND position BETWEEN 0 AND @position
       AND (message IS NOT NULL OR errand IS NOT NULL) AND chat IN (SELECT chat FROM rooms)`,
  ).run({ account, position, unreflected: UNREFLECTED });
  return prepare<[number, number], Row>(
    database,
    'DELETE FROM outbox WHERE account = ? AND position BETWEEN 0 AND ? RETURNING *',
  )
    .all(account, position)
    .map(readEntry)
    .sort((a, b) => a.id - b.id); // the order of RETURNING is not defined
}

/** The session is gone, or came back without them: whatever was not acknowledged has to leave again. */
export function forgetPositions(database: Database, account: number): void {
  prepare<[number]>(
    database,
    'UPDATE outbox SET position = NULL WHERE account = ? AND position IS NOT NULL',
  ).run(account);
}

/** A message leaves again: whoever was to have it has not. */
export function putBack(database: Database, message: number): void {
  prepare<[number]>(database, 'UPDATE outbox SET position = NULL WHERE message = ?').run(message);
}

/** The same for an errand, by the id of its stanza. Returns whether there was one. */
export function putErrandBack(database: Database, chat: number, stanzaId: string): boolean {
  const sql = "UPDATE outbox SET position = NULL WHERE chat = ? AND errand ->> '$.stanzaId' = ?";
  return prepare<[number, string]>(database, sql).run(chat, stanzaId).changes > 0;
}

/** True while the errand of this stanza waits, or waits to be said again by its room. */
export function hasErrand(database: Database, chat: number, stanzaId: string): boolean {
  const sql = "SELECT 1 FROM outbox WHERE chat = ? AND errand ->> '$.stanzaId' = ?";
  return prepare<[number, string]>(database, sql).get(chat, stanzaId) !== undefined;
}

/** It got there: with it go those before it of the same kind about the same message, which would undo it. */
export function removeErrand(database: Database, chat: number, stanzaId: string): void {
  prepare<[{ chat: number; stanzaId: string }]>(
    database,
    `DELETE FROM outbox WHERE id IN (
       SELECT older.id FROM outbox last JOIN outbox older ON older.chat = last.chat AND older.id <= last.id
         AND older.errand ->> '$.errand.kind' = last.errand ->> '$.errand.kind'
         AND older.errand ->> '$.errand.target' = last.errand ->> '$.errand.target'
       WHERE last.chat = @chat AND last.errand ->> '$.stanzaId' = @stanzaId)`,
  ).run({ chat, stanzaId });
}

/** Takes a message back, if it still waits. Returns whether it did. */
export function removeByMessage(database: Database, message: number): boolean {
  return prepare<[number]>(database, 'DELETE FROM outbox WHERE message = ?').run(message).changes > 0;
}

/** Takes a message out that had left before, as far as we can know. Returns whether there was one. */
export function removeComposed(database: Database, message: number): boolean {
  const sql = 'DELETE FROM outbox WHERE message = ? AND stanza IS NOT NULL';
  return prepare<[number]>(database, sql).run(message).changes > 0;
}

/** True while a message waits that may have left in an earlier session, without our hearing that it arrived. */
export function hasComposed(database: Database, account: number): boolean {
  const sql = 'SELECT 1 FROM outbox WHERE account = ? AND message IS NOT NULL AND stanza IS NOT NULL LIMIT 1';
  return prepare<[number]>(database, sql).get(account) !== undefined;
}

/** Takes an entry out, sent or not: it will never leave. */
export function removeRow(database: Database, id: number): void {
  prepare<[number]>(database, 'DELETE FROM outbox WHERE id = ?').run(id);
}

/** How many entries the server has not acknowledged. */
export function countPending(database: Database, account: number): number {
  const row = prepare<[number], { count: number }>(
    database,
    'SELECT count(*) AS count FROM outbox WHERE account = ?',
  ).get(account);
  return row?.count ?? 0;
}

function readEntry(row: Row): OutboxRecord {
  return {
    id: row.id,
    account: row.account,
    ...(row.chat !== null && { chat: row.chat }),
    ...(row.message !== null && { message: row.message }),
    ...(row.errand !== null && { errand: readJson(row.errand) }),
    ...(row.stanza !== null && { stanza: row.stanza }),
    ...(row.position !== null && { position: row.position }),
  };
}

/** True while something was sent that the server has not acknowledged. */
export function hasUnacknowledged(database: Database, account: number): boolean {
  const sql = 'SELECT 1 FROM outbox WHERE account = ? AND position > 0 LIMIT 1';
  return prepare<[number]>(database, sql).get(account) !== undefined;
}

/** True when the message was handed to the wire and may be on its way. */
export function isUnderWay(database: Database, message: number): boolean {
  const sql = 'SELECT 1 FROM outbox WHERE message = ? AND position <> 0';
  return prepare<[number]>(database, sql).get(message) !== undefined;
}

/** True when the message waits and has never left, in no session. */
export function isUncomposed(database: Database, message: number): boolean {
  const sql = 'SELECT 1 FROM outbox WHERE message = ? AND stanza IS NULL AND position IS NULL';
  return prepare<[number]>(database, sql).get(message) !== undefined;
}

/** True while the entry waits to leave. */
export function isThere(database: Database, id: number): boolean {
  return prepare<[number]>(database, 'SELECT 1 FROM outbox WHERE id = ?').get(id) !== undefined;
}

/** Nothing of a chat leaves any more. */
export function removeOfChat(database: Database, chat: number): void {
  prepare<[number]>(database, 'DELETE FROM outbox WHERE chat = ?').run(chat);
}
