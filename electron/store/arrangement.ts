/** Where the person put a chat: pinned, archived, muted, marked as unread. */
import { flag } from './columns.ts';
import { prepare, type Database } from './database.ts';

/** Each is absent for a chat that was left where it is. */
export interface Arrangement {
  /** Its place among those that are pinned. */
  readonly pinned?: number;
  readonly isArchived?: true;
  /** Milliseconds since 1970. */
  readonly mutedUntil?: number;
  readonly isMarkedUnread?: true;
}

export interface ArrangementColumns {
  readonly pin_order: number | null;
  readonly is_archived: number;
  readonly muted_until: number;
  readonly is_marked_unread: number;
}

/** The columns of `chats`, for a SELECT in which it is called `c`. */
export const ARRANGEMENT = 'c.pin_order, c.is_archived, c.muted_until, c.is_marked_unread';

/** What a chat has that nobody put anywhere; for an UPDATE of `chats`. */
export const UNARRANGED = 'pin_order = NULL, is_archived = 0, muted_until = 0, is_marked_unread = 0';

export function readArrangement(row: ArrangementColumns): Arrangement {
  return {
    ...(row.pin_order !== null && { pinned: row.pin_order }),
    ...(row.is_archived !== 0 && { isArchived: true as const }),
    ...(row.muted_until > 0 && { mutedUntil: row.muted_until }),
    ...(row.is_marked_unread !== 0 && { isMarkedUnread: true as const }),
  };
}

/** Behind all that are pinned; what is pinned is not archived. One that is pinned already keeps its place. */
export function pinChat(database: Database, chat: number): void {
  prepare<[number]>(
    database,
    `UPDATE chats SET is_archived = 0,
       pin_order = coalesce(pin_order, (SELECT coalesce(max(pin_order), 0) + 1 FROM chats)) WHERE id = ?`,
  ).run(chat);
}

export function unpinChat(database: Database, chat: number): void {
  prepare<[number]>(database, 'UPDATE chats SET pin_order = NULL WHERE id = ?').run(chat);
}

/** What is archived is not pinned. */
export function setArchived(database: Database, chat: number, isArchived: boolean): void {
  prepare<[number, number, number]>(
    database,
    'UPDATE chats SET is_archived = ?, pin_order = CASE WHEN ? THEN NULL ELSE pin_order END WHERE id = ?',
  ).run(flag(isArchived), flag(isArchived), chat);
}

/** @param until milliseconds since 1970, 0 for not at all */
export function setMuted(database: Database, chat: number, until: number): void {
  prepare<[number, number]>(database, 'UPDATE chats SET muted_until = ? WHERE id = ?').run(
    Math.floor(until),
    chat,
  );
}

export function setMarkedUnread(database: Database, chat: number, isMarked: boolean): void {
  prepare<[number, number]>(database, 'UPDATE chats SET is_marked_unread = ? WHERE id = ?').run(
    flag(isMarked),
    chat,
  );
}

/** Puts a chat where a file says that it was; what was done here stays. */
export function mergeArrangement(database: Database, chat: number, arrangement: Arrangement): void {
  const { pinned, isArchived = false, mutedUntil = 0, isMarkedUnread = false } = arrangement;
  prepare<[Record<string, number | null>]>(
    database,
    `UPDATE chats SET pin_order = CASE WHEN is_archived THEN NULL ELSE coalesce(pin_order, @pinned) END,
       muted_until = max(muted_until, @muted),
       is_archived = CASE WHEN pin_order IS NULL THEN max(is_archived, @archived) ELSE 0 END,
       is_marked_unread = max(is_marked_unread, @unread)
     WHERE id = @chat`,
  ).run({
    chat,
    pinned: pinned ?? null,
    archived: flag(isArchived),
    muted: Math.floor(mutedUntil),
    unread: flag(isMarkedUnread),
  });
}
