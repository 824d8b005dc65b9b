/** A room as the window sees it: what is stored, what it said of itself, and what is true only now. */
import type { RoomRow, RoomState } from '../../shared/contract.ts';
import { localOf, type BareJid } from '../../shared/jid.ts';
import type { RoomRecord } from '../store/rooms.ts';
import type { Room } from './room.ts';

type Flag = Extract<keyof RoomRow, `is${string}` | `has${string}`>;

/** A room that nobody has given a name is called as its address begins. */
export function titleOf(address: BareJid, name: string): string {
  return name === '' ? (localOf(address) ?? address) : name;
}

export function rowOf(
  room: Room,
  record: RoomRecord,
  state: RoomState,
  problem: RoomRow['problem'],
): RoomRow {
  const { features, occupants, nick } = room;
  const own = state === 'in' ? occupants.get(nick) : undefined;
  const flags: Readonly<Record<Flag, boolean>> = {
    isMembersOnly: features.isMembersOnly,
    isNonAnonymous: features.isNonAnonymous,
    isPasswordProtected: features.isPasswordProtected,
    isModerated: features.isModerated,
    isPersistent: features.isPersistent,
    isHidden: features.isHidden,
    hasModeration: features.hasModeration !== undefined,
    hasIdentities: features.hasOccupantIds || features.isNonAnonymous,
  };
  const set = Object.entries(flags).filter(([, is]) => is);
  return {
    chat: room.chat,
    account: room.account.id,
    address: room.address,
    name: record.name === '' ? (features.name ?? '') : record.name,
    nick,
    state,
    ...(problem !== undefined && { problem }),
    subject: record.subject,
    ...(features.description !== undefined && { description: features.description }),
    occupants: occupants.size,
    role: own?.role ?? 'none',
    affiliation: own?.affiliation ?? 'none',
    ...(Object.fromEntries(set.map(([name]) => [name, true])) as Partial<Record<Flag, true>>),
    // A small group is about all of it; of a public place only that counts which is meant for us.
    notify: record.notify ?? (features.isMembersOnly ? 'all' : 'mentions'),
    typing: room.typing.names,
  };
}
