/** The rows of rooms (XEP-0045): a room is a chat of its own kind, and this is what it has besides. */
import * as v from 'valibot';
import { id, time } from '../parts.ts';

/** Whether we are in a room: not meant to be, on the way in, in, or kept out for a reason that does not pass by itself. */
export const roomStates = ['out', 'joining', 'in', 'failed'] as const;
export type RoomState = (typeof roomStates)[number];

/** Why we are not in a room that we want to be in. */
export const roomProblems = [
  'password', // it wants one, or another one
  'members-only', // only members get in, and we are none
  'banned', // we are not to come back
  'nick-taken', // somebody else is called so
  'nick-not-allowed', // not by this name: we are registered with another one, or the server does not like it
  'full', // there is no place left
  'not-found', // there is no such room
  'locked', // it was made and is not ready yet
  'unreachable', // its server does not answer
  'kicked', // somebody put us out
  'removed', // we are no member any more
  'destroyed', // the room is gone
  'too-many', // its service lets nobody in for the moment
  'refused', // for another reason
] as const;
export type RoomProblem = (typeof roomProblems)[number];

export const roles = ['none', 'visitor', 'participant', 'moderator'] as const;
export const affiliations = ['none', 'outcast', 'member', 'admin', 'owner'] as const;

/** Of which messages in a room the person is told. */
export const roomNotices = ['all', 'mentions', 'none'] as const;

const yes = v.optional(v.literal(true));

export const roomSchema = v.strictObject({
  chat: id,
  account: id,
  /** Bare address of the room. */
  address: v.string(),
  /** What it is called; empty when nobody said. */
  name: v.string(),
  /** What we are called in it. */
  nick: v.string(),
  state: v.picklist(roomStates),
  /** Why not, for `failed`; with what the room or whoever did it said. */
  problem: v.optional(
    v.strictObject({
      code: v.picklist(roomProblems),
      detail: v.optional(v.string()),
      /** Where to go instead. */
      alternate: v.optional(v.string()),
    }),
  ),
  subject: v.string(),
  description: v.optional(v.string()),
  /** How many are in it, ourselves among them, while we are. */
  occupants: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** What we may do in it, while we are in it. */
  role: v.picklist(roles),
  affiliation: v.picklist(affiliations),
  isMembersOnly: yes,
  /** Everybody in it sees everybody's address. */
  isNonAnonymous: yes,
  isPasswordProtected: yes,
  isModerated: yes,
  isPersistent: yes,
  isHidden: yes,
  /** Its messages can be taken back by its moderators (XEP-0425). */
  hasModeration: yes,
  /** Who changes a message can be told from others for certain (XEP-0421): corrections and reactions count. */
  hasIdentities: yes,
  notify: v.picklist(roomNotices),
  /** What those who are writing are called. */
  typing: v.array(v.string()),
});
export type RoomRow = v.InferOutput<typeof roomSchema>;

/** Somebody in a room. */
export const occupantSchema = v.strictObject({
  nick: v.string(),
  role: v.picklist(roles),
  affiliation: v.picklist(affiliations),
  /** Bare address, where we may see it. */
  address: v.optional(v.string()),
  /** Tells them from others whatever they call themselves; absent where nothing does. */
  identity: v.optional(v.string()),
  availability: v.picklist(['online', 'chat', 'away', 'xa', 'dnd']),
  status: v.optional(v.string()),
  /** What the room calls them beside their role (XEP-0317). */
  hats: v.optional(v.array(v.string())),
  isOwn: yes,
});
export type OccupantRow = v.InferOutput<typeof occupantSchema>;

/** Somebody asks us into a room. */
export const roomInviteSchema = v.strictObject({
  account: id,
  /** Bare address of the room. */
  address: v.string(),
  /** Who asks, as far as that is known. */
  from: v.optional(v.string()),
  reason: v.optional(v.string()),
  /** It comes with a password. */
  hasPassword: yes,
  at: time,
});
export type RoomInvite = v.InferOutput<typeof roomInviteSchema>;

/** A room that a server tells of. */
export const foundRoomSchema = v.strictObject({
  address: v.string(),
  name: v.string(),
  description: v.optional(v.string()),
  occupants: v.optional(v.number()),
  language: v.optional(v.string()),
});
export type FoundRoom = v.InferOutput<typeof foundRoomSchema>;
