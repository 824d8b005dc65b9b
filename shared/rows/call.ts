/** The row of a call that is on, and what is kept of one that is over. */
import * as v from 'valibot';
import { id, time } from '../parts.ts';

export const callStates = [
  'proposed', // we asked, and nothing was heard yet
  'ringing', // a device of theirs rings
  'incoming', // we are asked
  'connecting', // accepted; the media are on their way
  'active',
  'ended',
] as const;
export type CallState = (typeof callStates)[number];

export const callEnds = [
  'hung-up', // it was on, and somebody ended it
  'declined',
  'busy', // the other side was in another call, or we were
  'missed', // nobody here took it
  'no-answer', // nobody there took it, or we gave up before
  'elsewhere', // it was taken or declined on another device of ours
  'failed', // no way for the media was found
  'insecure', // keys were missing, wrong or changed
  'unsupported', // the two programs have nothing in common
  'lost', // the connection, or this program, went away
] as const;
export type CallEnd = (typeof callEnds)[number];

/** Who vouches that the media are encrypted for the other side, and nobody in between. */
export const callProtections = [
  'unverified', // the servers on the way
  'omemo', // a device that the chat is encrypted for
  'verified', // and whose key the person has compared
] as const;

const yes = v.optional(v.literal(true));

export const callSchema = v.strictObject({
  call: id,
  account: id,
  chat: id,
  isOutgoing: v.boolean(),
  /** Video was offered for it. */
  hasVideo: v.boolean(),
  state: v.picklist(callStates),
  /** What the other side says of itself. */
  isHeld: yes,
  isMuted: yes,
  /** We made it wait. */
  isOnHold: yes,
  protection: v.picklist(callProtections),
  startedAt: time,
  /** Since when both hear each other. */
  activeAt: v.optional(time),
  end: v.optional(v.strictObject({ reason: v.picklist(callEnds), detail: v.optional(v.string()) })),
  /** How many signals there are for the page so far. */
  signals: id,
});
export type CallRow = v.InferOutput<typeof callSchema>;

/** What a call leaves in its chat, as part of a message. */
export const pastCallSchema = v.strictObject({
  hasVideo: v.boolean(),
  end: v.picklist(callEnds),
  /** For how long they spoke; absent when they did not, or did so on another device that never said. */
  seconds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
});
export type PastCall = v.InferOutput<typeof pastCallSchema>;
