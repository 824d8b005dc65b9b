/**
 * For how many devices a message was encrypted, and which ones were left out and why: kept beside the message, and gone
 * with it.
 */
import type { MessageReaders } from '../../shared/contract.ts';
import { prepare, type Database } from './database.ts';

/** Of a person with hundreds of devices nobody reads the whole list. */
const MOST_SKIPPED = 32;

const reasons = [
  'undecided',
  'distrusted',
  'no-devices',
  'no-bundle',
  'bad-bundle',
  'older-protocol',
] as const satisfies readonly MessageReaders['skipped'][number]['reason'][];

/** Says it anew: a message that is sent again may reach others. */
export function putReaders(database: Database, message: number, readers: MessageReaders): void {
  const { theirs, ours, skipped } = readers;
  const packed = skipped
    .slice(0, MOST_SKIPPED)
    .map(({ address, device, reason }) => [address, device, reasons.indexOf(reason)]);
  prepare<[number, number, number, string | null]>(
    database,
    `INSERT INTO message_readers (message, theirs, ours, skipped) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET theirs = excluded.theirs, ours = excluded.ours, skipped = excluded.skipped`,
  ).run(message, theirs, ours, packed.length === 0 ? null : JSON.stringify(packed));
}

/** `undefined` for messages that others wrote, that went readable, or of which it was not noted. */
export function getReaders(database: Database, message: number): MessageReaders | undefined {
  const row = prepare<[number], { theirs: number; ours: number; skipped: string | null }>(
    database,
    'SELECT theirs, ours, skipped FROM message_readers WHERE message = ?',
  ).get(message);
  return row && { theirs: row.theirs, ours: row.ours, skipped: readSkipped(row.skipped) };
}

function readSkipped(text: string | null): MessageReaders['skipped'] {
  const list: unknown = text === null ? [] : JSON.parse(text);
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry: unknown) => {
    const [address, device, index] = Array.isArray(entry) ? (entry as unknown[]) : [];
    const reason = typeof index === 'number' ? reasons[index] : undefined;
    return typeof address === 'string' && typeof device === 'number' && reason !== undefined
      ? [{ address, device, reason }]
      : [];
  });
}

/** So far back, in messages of a chat, the last one of a device is looked for. */
const BACK = 500;

/** The newest message of a device in a chat, among the last ones of all. */
export function lastFromDevice(
  database: Database,
  chat: number,
  sender: string,
  device: number,
): { readonly unreadable?: string } | undefined {
  const row = prepare<[number, string, number], { unreadable: string | null }>(
    database,
    `SELECT unreadable FROM (SELECT * FROM messages WHERE chat = ? ORDER BY id DESC LIMIT ${String(BACK)})
     WHERE sender = ? AND device = ? ORDER BY id DESC LIMIT 1`,
  ).get(chat, sender, device);
  return row && (row.unreadable === null ? {} : { unreadable: row.unreadable });
}
