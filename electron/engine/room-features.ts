/** What a room said of itself, as it is kept over restarts; whatever is kept, reading it gives a value. */
import { field } from '../store/columns.ts';
import { updateRoom } from '../store/rooms.ts';
import type { Wire } from '../xmpp/wire.ts';
import { askInfo, type Info } from '../xmpp/xep/xep0030.ts';
import { readRoomFeatures, type RoomFeatures } from '../xmpp/xep/xep0045-info.ts';
import type { Room } from './room.ts';

const FLAGS = [
  'isMembersOnly',
  'isNonAnonymous',
  'isPasswordProtected',
  'isPersistent',
  'isHidden',
  'isModerated',
  'hasOccupantIds',
  'hasArchive',
  'hasStableIds',
  'hasHats',
] as const satisfies readonly (keyof RoomFeatures)[];

type Flags = Readonly<Record<(typeof FLAGS)[number], boolean>>;

/** The parts that anything in the engine depends on. */
export interface KnownFeatures extends Flags {
  readonly hasModeration?: 'current' | 'older';
  readonly name?: string;
  readonly description?: string;
}

export function keptFeatures(value: unknown): KnownFeatures {
  const flags = Object.fromEntries(FLAGS.map((name) => [name, field(value, name) === true])) as Flags;
  const moderation = field(value, 'hasModeration');
  const [name, description] = [field(value, 'name'), field(value, 'description')];
  return {
    ...flags,
    ...((moderation === 'current' || moderation === 'older') && { hasModeration: moderation }),
    ...(typeof name === 'string' && name !== '' && { name }),
    ...(typeof description === 'string' && description !== '' && { description }),
  };
}

/** Asks a room what it is like, and keeps that. @returns all that it said @throws StanzaError, WireClosed */
export async function learnFeatures(wire: Wire, room: Room): Promise<Info> {
  const info = await askInfo(wire, room.address);
  const features = keptFeatures(readRoomFeatures(info));
  room.features = features;
  const { profile } = room.account;
  profile.commit(() => {
    updateRoom(profile.database, room.chat, { features });
  });
  return info;
}
