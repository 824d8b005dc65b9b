/** Invitations to rooms that nobody has answered yet, one for each room. Their passwords leave this file for the room only. */
import { flag } from './columns.ts';
import { prepare, transaction, type Database } from './database.ts';

export interface RoomInviteRecord {
  readonly account: number;
  /** Of the room. */
  readonly address: string;
  /** As far as it is known: a bare address, or who they are in the room. */
  readonly inviter?: string;
  /** The room itself delivered it, and takes the answer. */
  readonly isMediated: boolean;
  /** The domain that it came from. */
  readonly origin: string;
  readonly reason?: string;
  readonly password?: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Of one account so many are kept, and of those so many of one origin: the oldest gives way, first that of the same origin. */
const MOST = 64;
const MOST_OF_ONE = 16;

interface Row {
  readonly account: number;
  readonly address: string;
  readonly inviter: string | null;
  readonly is_mediated: number;
  readonly origin: string;
  readonly reason: string | null;
  readonly password: string | null;
  readonly at: number;
}

const SELECT = 'SELECT * FROM room_invites WHERE account = ?';

/** The newest first. */
export function listRoomInvites(database: Database, account: number): RoomInviteRecord[] {
  return prepare<[number], Row>(database, `${SELECT} ORDER BY at DESC, address`).all(account).map(readRow);
}

export function getRoomInvite(
  database: Database,
  account: number,
  address: string,
): RoomInviteRecord | undefined {
  const row = prepare<[number, string], Row>(database, `${SELECT} AND address = ?`).get(account, address);
  return row && readRow(row);
}

/**
 * Keeps an invitation in the place of an earlier one to the same room.
 * @returns the rooms whose invitations gave way, which may be this one
 */
export function putRoomInvite(database: Database, record: RoomInviteRecord): string[] {
  const { account, origin } = record;
  return transaction(database, () => {
    prepare<[Row]>(
      database,
      `INSERT OR REPLACE INTO room_invites (account, address, inviter, is_mediated, origin, reason, password, at)
       VALUES (@account, @address, @inviter, @is_mediated, @origin, @reason, @password, @at)`,
    ).run(rowOf(record));
    const known = listRoomInvites(database, account);
    const ofOrigin = known.filter((each) => each.origin === origin).slice(MOST_OF_ONE);
    const rest = known.filter((each) => !ofOrigin.includes(each)).slice(MOST);
    const over = [...ofOrigin, ...rest].map(({ address }) => address);
    for (const address of over) deleteRoomInvite(database, account, address);
    return over;
  });
}

/** Returns whether there was one. */
export function deleteRoomInvite(database: Database, account: number, address: string): boolean {
  const sql = 'DELETE FROM room_invites WHERE account = ? AND address = ?';
  return prepare<[number, string]>(database, sql).run(account, address).changes > 0;
}

function rowOf({ inviter, isMediated, reason, password, ...rest }: RoomInviteRecord): Row {
  return {
    ...rest,
    inviter: inviter ?? null,
    is_mediated: flag(isMediated),
    reason: reason ?? null,
    password: password ?? null,
  };
}

function readRow({ inviter, is_mediated, reason, password, ...rest }: Row): RoomInviteRecord {
  return {
    ...rest,
    ...(inviter !== null && { inviter }),
    isMediated: is_mediated !== 0,
    ...(reason !== null && { reason }),
    ...(password !== null && { password }),
  };
}
