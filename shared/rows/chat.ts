/** The row of a chat. */
import * as v from 'valibot';
import { keepDays } from '../retention.ts';
import { id, time } from '../parts.ts';
import { pastCallSchema } from './call.ts';
import { doubtSchema } from './device.ts';
import { deliveries, quoteSchema, unreadableReasons } from './message.ts';

export const chatSchema = v.strictObject({
  id,
  account: id,
  /** The other side's bare address, or a room's. */
  address: v.string(),
  /** A room has a row of its own besides; absent for a person. */
  kind: v.optional(v.literal('room')),
  /** Time of the last activity; the list is sorted by it, newest first. */
  at: time,
  unread: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** How many of them mention us; absent when none does. */
  mentions: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  /** The last message that the person has seen; the divider stands after it. */
  readUpTo: id,
  draft: v.string(),
  /** What the draft answers. */
  draftReply: v.optional(quoteSchema),
  last: v.optional(
    v.strictObject({
      message: id,
      text: v.string(),
      isOutgoing: v.boolean(),
      /** In a room, what its author is called. */
      nick: v.optional(v.string()),
      delivery: v.picklist(deliveries),
      unreadable: v.optional(v.picklist(unreadableReasons)),
      isUnstyled: v.optional(v.literal(true)),
      spoiler: v.optional(v.string()),
      isRetracted: v.optional(v.literal(true)),
      call: v.optional(pastCallSchema),
    }),
  ),
  /** Days for which its messages are kept, 0 for ever; nothing for what the settings say. */
  keepDays: v.optional(v.picklist(keepDays)),
  /** `automatic` encrypts as soon as the other side has keys; `off` is a deliberate act. */
  encryptionMode: v.picklist(['automatic', 'on', 'off']),
  /** What the next message will be. `unknown` until the other side's devices were looked up. */
  encryption: v.picklist(['omemo', 'none', 'unknown']),
  /** Devices that the person has to decide about, those that hold up the chat first; absent when there are none. */
  doubts: v.optional(v.array(doubtSchema)),
  isTyping: v.boolean(),
  /** Its place among the chats that are pinned; absent when it is not. */
  pinned: v.optional(id),
  isArchived: v.optional(v.literal(true)),
  /** Until then it does not disturb anybody. */
  mutedUntil: v.optional(time),
  /** The person wants to come back to it. */
  isMarkedUnread: v.optional(v.literal(true)),
  /** The folders that it is in; absent when it is in none. */
  folders: v.optional(v.array(id)),
});
export type ChatRow = v.InferOutput<typeof chatSchema>;
