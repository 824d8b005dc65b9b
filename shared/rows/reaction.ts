/** What people feel about a message. */
import * as v from 'valibot';
import { id, time } from '../parts.ts';

/** All that one person says about it. */
export const reactionSchema = v.strictObject({
  /** Bare address; in a room the address of the occupant, unless it is us. */
  sender: v.string(),
  isOwn: v.boolean(),
  /** Each once; never empty but for one that failed. */
  emojis: v.array(v.string()),
  at: time,
  encryption: v.picklist(['none', 'omemo']),
  /** Of ours: it waits to be sent, or it was not, and what stands here is what we had said before. */
  state: v.optional(v.picklist(['waiting', 'failed'])),
  /** For `failed`, in the contract's words. */
  failure: v.optional(v.string()),
});
export type ReactionRow = v.InferOutput<typeof reactionSchema>;

/** Everything about one message, in the order in which it was said. */
export const reactionsSchema = v.strictObject({ chat: id, message: id, reactions: v.array(reactionSchema) });
export type ReactionsRow = v.InferOutput<typeof reactionsSchema>;
