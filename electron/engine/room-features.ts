/** What a room said of itself, as it is kept over restarts; whatever is kept, reading it gives a value. */
import { field } from '../store/columns.ts';
import type { RoomFeatures } from '../xmpp/xep/xep0045-info.ts';

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
