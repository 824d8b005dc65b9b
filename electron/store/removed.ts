/** Chats that a person removed from this device, so that what an archive still holds of them does not bring them back. */
import { prepare, type Database } from './database.ts';

/** Notes that a chat is about to be removed; to be called while it is still there. */
export function noteRemoval(database: Database, chat: number): void {
  prepare<[number]>(
    database,
    `INSERT INTO removed_chats (account, address, last_at, gap)
     SELECT c.account, c.address,
       coalesce((SELECT max(m.id) / 1000 FROM messages m WHERE m.chat = c.id), 0),
       coalesce((SELECT max(g.id) FROM archive_gaps g WHERE g.account = c.account), 0)
     FROM chats c WHERE c.id = ?
     ON CONFLICT (account, address) DO UPDATE SET last_at = max(last_at, excluded.last_at), gap = excluded.gap`,
  ).run(chat);
}

/** Notes that everything in a chat up to this time (milliseconds) has had its time; what is missing from before as well. */
export function noteExpiry(database: Database, chat: number, upTo: number): void {
  prepare<[number, number]>(
    database,
    `INSERT INTO removed_chats (account, address, last_at, gap)
     SELECT account, address, ?, 0 FROM chats WHERE id = ?
     ON CONFLICT (account, address) DO UPDATE SET last_at = max(last_at, excluded.last_at)`,
  ).run(upTo, chat);
}

/**
 * True when an archived message belongs to what was removed: it is no newer than that (`at` in milliseconds), or it was
 * missing already when that happened.
 * @param gap the gap that it comes from, if it fills one
 */
export function wasRemoved(
  database: Database,
  account: number,
  address: string,
  { at, gap }: { readonly at: number; readonly gap: number | undefined },
): boolean {
  const row = prepare<[number, string], { last_at: number; gap: number }>(
    database,
    'SELECT last_at, gap FROM removed_chats WHERE account = ? AND address = ?',
  ).get(account, address);
  return row !== undefined && (at <= row.last_at || (gap !== undefined && gap <= row.gap));
}

/** The ids of a message, and when it was said (milliseconds). */
export interface Traces {
  readonly sender: string;
  readonly at: number;
  readonly archiveId?: string;
  readonly originId?: string;
  readonly stanzaId?: string;
}

/** Copies of one message may be stamped by different clocks, this far apart at most (milliseconds). */
const SAME_TIME = 300_000;

/** Notes that a message of a chat is about to be deleted, so that a copy of it does not come back. */
export function noteMessageRemoval(
  database: Database,
  account: number,
  address: string,
  { sender, at, archiveId, originId, stanzaId }: Traces,
): void {
  prepare<[number, string, string, number, string | null, string | null, string | null]>(
    database,
    `INSERT INTO removed_messages (account, address, sender, at, archive_id, origin_id, stanza_id)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  ).run(account, address, sender, at, archiveId ?? null, originId ?? null, stanzaId ?? null);
}

/**
 * True for a copy of a message that was deleted: by the archive's id, by its author's, or by the stanza's, which may
 * repeat and so only counts for its time.
 */
export function wasMessageRemoved(
  database: Database,
  account: number,
  address: string,
  { sender, at, archiveId, originId, stanzaId }: Traces,
): boolean {
  const row = prepare<[Record<string, number | string | null>]>(
    database,
    `SELECT 1 FROM removed_messages WHERE account = @account AND archive_id = @archiveId
     UNION ALL SELECT 1 FROM removed_messages
       WHERE account = @account AND address = @address AND sender = @sender AND origin_id = @originId
     UNION ALL SELECT 1 FROM removed_messages
       WHERE account = @account AND address = @address AND sender = @sender AND stanza_id = @stanzaId
         AND origin_id IS NULL AND at BETWEEN @at - ${String(SAME_TIME)} AND @at + ${String(SAME_TIME)}
     LIMIT 1`,
  ).get({
    account,
    address,
    sender,
    at: Math.floor(at),
    archiveId: archiveId ?? null,
    originId: originId ?? null,
    stanzaId: stanzaId ?? null,
  });
  return row !== undefined;
}

/** Everything that was removed from an account, for a profile elsewhere. */
export function listRemoved(
  database: Database,
  account: number,
): {
  readonly chats: { address: string; lastAt: number }[];
  readonly messages: (Traces & { address: string })[];
} {
  const chats = prepare<[number], { address: string; lastAt: number }>(
    database,
    'SELECT address, last_at AS lastAt FROM removed_chats WHERE account = ? ORDER BY address',
  ).all(account);
  const messages = prepare<[number], TraceColumns>(
    database,
    'SELECT address, sender, at, archive_id, origin_id, stanza_id FROM removed_messages WHERE account = ?',
  ).all(account);
  return {
    chats,
    messages: messages.map(({ archive_id, origin_id, stanza_id, ...rest }) => ({
      ...rest,
      ...(archive_id !== null && { archiveId: archive_id }),
      ...(origin_id !== null && { originId: origin_id }),
      ...(stanza_id !== null && { stanzaId: stanza_id }),
    })),
  };
}

interface TraceColumns {
  readonly address: string;
  readonly sender: string;
  readonly at: number;
  readonly archive_id: string | null;
  readonly origin_id: string | null;
  readonly stanza_id: string | null;
}

/** True when a message of this author with this id was deleted here, in this chat. */
export function wasTargetRemoved(database: Database, chat: number, sender: string, target: string): boolean {
  const row = prepare<[{ chat: number; sender: string; target: string }]>(
    database,
    `SELECT 1 FROM removed_messages r JOIN chats c ON c.account = r.account AND c.address = r.address
     WHERE c.id = @chat AND r.sender = @sender AND (r.origin_id = @target OR r.stanza_id = @target) LIMIT 1`,
  ).get({ chat, sender, target });
  return row !== undefined;
}

/** Notes a removal that happened elsewhere. Gaps are numbered there in another way: only the time counts. */
export function putRemovedChat(database: Database, account: number, address: string, lastAt: number): void {
  prepare<[number, string, number]>(
    database,
    `INSERT INTO removed_chats (account, address, last_at, gap) VALUES (?, ?, ?, 0)
     ON CONFLICT (account, address) DO UPDATE SET last_at = max(last_at, excluded.last_at)`,
  ).run(account, address, Math.floor(lastAt));
}
