/**
 * How far we are in step with the archives of servers (XEP-0313): ours under our own address, later a room's under its.
 * Knows where the committed part ends and nothing of what is in it.
 */
import { flag } from './columns.ts';
import { prepare, type Database } from './database.ts';

export interface ArchiveRecord {
  /**
   * Everything up to this archive id is committed. Empty: the archive was empty when it was first looked at, so that
   * everything in it is news. Absent: it was never looked at.
   */
  readonly cursor?: string;
  /**
   * When the archive stored the last message that was fetched from it, by the server's clock, in milliseconds since
   * 1970. What arrived live does not count: our own clock may be wrong.
   */
  readonly fetchedUpTo?: number;
  /** It marks live messages with their archive ids, and lets nobody forge these (XEP-0359 `urn:xmpp:sid:0`). */
  readonly assignsIds: boolean;
}

interface Row {
  readonly cursor: string | null;
  readonly fetched_up_to: number | null;
  readonly assigns_ids: number;
}

/** What is known of an archive; of one that was never seen, that it is not. */
export function getArchive(database: Database, account: number, address: string): ArchiveRecord {
  const row = prepare<[number, string], Row>(
    database,
    'SELECT * FROM archives WHERE account = ? AND address = ?',
  ).get(account, address);
  return {
    assignsIds: row !== undefined && row.assigns_ids !== 0,
    ...(row?.cursor != null && { cursor: row.cursor }),
    ...(row?.fetched_up_to != null && { fetchedUpTo: row.fetched_up_to }),
  };
}

/** Moves the cursor; part of the transaction that stores what it passes. Without a time the known one stays. */
export function setCursor(
  database: Database,
  account: number,
  address: string,
  cursor: string,
  fetchedUpTo?: number,
): void {
  prepare<[number, string, string, number | null]>(
    database,
    `INSERT INTO archives (account, address, cursor, fetched_up_to) VALUES (?, ?, ?, ?)
     ON CONFLICT (account, address) DO UPDATE SET cursor = excluded.cursor,
       fetched_up_to = coalesce(excluded.fetched_up_to, fetched_up_to)`,
  ).run(account, address, cursor, fetchedUpTo === undefined ? null : Math.floor(fetchedUpTo));
}

/** Remembers whether it assigns ids: after a restart, messages may arrive before the server could be asked. */
export function setAssignsIds(
  database: Database,
  account: number,
  address: string,
  assignsIds: boolean,
): void {
  prepare<[number, string, number]>(
    database,
    `INSERT INTO archives (account, address, assigns_ids) VALUES (?, ?, ?)
     ON CONFLICT (account, address) DO UPDATE SET assigns_ids = excluded.assigns_ids
     WHERE assigns_ids <> excluded.assigns_ids`,
  ).run(account, address, flag(assignsIds));
}
