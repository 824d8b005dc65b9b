/**
 * The rooms, each beside its chat: what we are called there, whether we are to be in it, and what it said of itself. Who
 * is in it is nobody's to remember.
 */
import { roomNotices, type RoomRow } from '../../shared/contract.ts';
import { flag, oneOf, readJson } from './columns.ts';
import { prepare, type Database } from './database.ts';

/** What our account does not know yet: `membership` is that we are to be in it or not, and the settings with it. */
const UNSAVED = ['nothing', 'settings', 'membership'] as const;
export type Unsaved = (typeof UNSAVED)[number];

export interface RoomRecord {
  readonly chat: number;
  readonly account: number;
  readonly address: string;
  /** What we are called, or want to be. */
  readonly nick: string;
  /** What the person or our bookmark calls it; empty for what it calls itself. */
  readonly name: string;
  readonly password?: string;
  /** We are to be in it. */
  readonly isWanted: boolean;
  readonly subject: string;
  /** Who we are in it: see engine/occupants.ts. */
  readonly ownOccupant?: string;
  /** Absent: what suits the room. */
  readonly notify?: RoomRow['notify'];
  /** Our bookmarks do not say so yet. */
  readonly unsaved: Unsaved;
  /** As the room told them last: a JSON value, whose reader checks its shape. */
  readonly features: unknown;
}

interface Row {
  readonly chat: number;
  readonly account: number;
  readonly address: string;
  readonly nick: string;
  readonly name: string;
  readonly password: string | null;
  readonly is_wanted: number;
  readonly subject: string;
  readonly own_occupant: string | null;
  readonly notify: string | null;
  readonly unsaved: number;
  readonly features: string;
}

const SELECT = `SELECT r.*, c.account, c.address FROM rooms r JOIN chats c ON c.id = r.chat
  WHERE NOT EXISTS (SELECT 1 FROM deletions d WHERE d.chat = c.id AND d.is_whole = 1)`;

/** All rooms of an account, joined or not. */
export function listRooms(database: Database, account: number): RoomRecord[] {
  return prepare<[number], Row>(database, `${SELECT} AND c.account = ? ORDER BY r.chat`)
    .all(account)
    .map(readRoom);
}

export function getRoom(database: Database, chat: number): RoomRecord | undefined {
  const row = prepare<[number], Row>(database, `${SELECT} AND r.chat = ?`).get(chat);
  return row && readRoom(row);
}

/** What may be changed of a room; `null` takes out what is there. */
export interface RoomChanges {
  readonly nick?: string;
  readonly name?: string;
  readonly password?: string | null;
  readonly isWanted?: boolean;
  readonly subject?: string;
  readonly ownOccupant?: string | null;
  readonly notify?: RoomRow['notify'] | null;
  readonly unsaved?: Unsaved;
  readonly features?: unknown;
}

/** Makes of a chat a room. One that is there stays as it is. */
export function addRoom(database: Database, chat: number, nick: string): void {
  prepare<[number, string]>(
    database,
    'INSERT INTO rooms (chat, nick, is_wanted) VALUES (?, ?, 1) ON CONFLICT (chat) DO NOTHING',
  ).run(chat, nick);
  prepare<[number]>(database, "UPDATE chats SET kind = 'room' WHERE id = ?").run(chat);
}

/** The chat is no room any more. */
export function deleteRoom(database: Database, chat: number): void {
  prepare<[number]>(database, 'DELETE FROM rooms WHERE chat = ?').run(chat);
}

const COLUMNS: Readonly<Record<keyof RoomChanges, string>> = {
  nick: 'nick',
  name: 'name',
  password: 'password',
  isWanted: 'is_wanted',
  subject: 'subject',
  ownOccupant: 'own_occupant',
  notify: 'notify',
  unsaved: 'unsaved',
  features: 'features',
};

function stored(key: keyof RoomChanges, value: unknown): string | number | null {
  if (key === 'features') return JSON.stringify(value);
  if (key === 'unsaved') return UNSAVED.findIndex((each) => each === value);
  if (typeof value === 'boolean') return flag(value);
  return typeof value === 'string' ? value : null;
}

/** Changes what is given and keeps the rest. */
export function updateRoom(database: Database, chat: number, changes: RoomChanges): void {
  for (const key of Object.keys(changes) as (keyof RoomChanges)[]) {
    const value = changes[key];
    if (value === undefined) continue;
    prepare<[string | number | null, number]>(
      database,
      `UPDATE rooms SET ${COLUMNS[key]} = ? WHERE chat = ?`,
    ).run(stored(key, value), chat);
  }
}

/**
 * The room has not said our messages again that the server took for it: as long as they are in the outbox they are not
 * said. They leave again once the room's archive has shown that they did not get there.
 */
export function hasUnreflected(database: Database, chat: number): boolean {
  const sql =
    'SELECT 1 FROM outbox WHERE chat = ? AND (message IS NOT NULL OR errand IS NOT NULL) AND stanza IS NOT NULL LIMIT 1';
  return prepare<[number]>(database, sql).get(chat) !== undefined;
}

/** The archive's ids of what somebody said in a room and has not been taken back, the newest first. */
export function listSaidBy(database: Database, chat: number, occupant: string, limit: number): string[] {
  return prepare<[number, string, number], { archive_id: string }>(
    database,
    `SELECT archive_id FROM messages WHERE chat = ? AND occupant = ? AND is_outgoing = 0 AND retracted_at IS NULL
       AND archive_id IS NOT NULL ORDER BY id DESC LIMIT ?`,
  )
    .all(chat, occupant, limit)
    .map((row) => row.archive_id);
}

function readRoom(row: Row): RoomRecord {
  const notify = row.notify === null ? undefined : oneOf(roomNotices, row.notify, 'mentions');
  return {
    chat: row.chat,
    account: row.account,
    address: row.address,
    nick: row.nick,
    name: row.name,
    ...(row.password !== null && { password: row.password }),
    isWanted: row.is_wanted !== 0,
    subject: row.subject,
    ...(row.own_occupant !== null && { ownOccupant: row.own_occupant }),
    ...(notify !== undefined && { notify }),
    unsaved: UNSAVED[row.unsaved] ?? 'settings',
    features: readJson(row.features),
  };
}
