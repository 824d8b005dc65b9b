/** The calls about finding messages. */
import * as v from 'valibot';
import { addressText, id, shortText, time } from '../parts.ts';

/** What a message can be narrowed to by having it. */
export const searchTraits = ['link', 'file', 'image'] as const;
export type SearchTrait = (typeof searchTraits)[number];

const hitSchema = v.strictObject({
  message: id,
  account: id,
  chat: id,
  isOutgoing: v.boolean(),
  /** Bare address of the author. */
  sender: v.string(),
  at: time,
  /** A line of the text around what was found. */
  snippet: v.string(),
  /** What to mark in the snippet: [start, end), in UTF-16 units, ascending. */
  ranges: v.array(v.tuple([id, id])),
});
export type Hit = v.InferOutput<typeof hitSchema>;

export const search = {
  /**
   * Messages that have every word of the text, the newest first. A word may be the beginning of a longer one; what
   * stands in quotes stands so in the message. A call does a bounded piece of work: it may bring fewer than `limit`,
   * or none, and `next` says where to go on, as `before` of the next call. Without `next` everything was searched.
   */
  'search.messages': {
    input: v.strictObject({
      text: shortText,
      chat: v.optional(id),
      account: v.optional(id),
      sender: v.optional(addressText),
      isOutgoing: v.optional(v.boolean()),
      /** Inclusive. */
      from: v.optional(time),
      /** Exclusive. */
      until: v.optional(time),
      has: v.optional(v.pipe(v.array(v.picklist(searchTraits)), v.maxLength(searchTraits.length))),
      before: v.optional(id),
      limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100)),
    }),
    output: v.strictObject({ hits: v.array(hitSchema), next: v.optional(id) }),
  },
} as const;
