/** The calls about messages. */
import * as v from 'valibot';
import { id, lookSchema, nothing, shortText } from '../parts.ts';
import { MOST_REACTIONS } from '../reaction.ts';
import { fileSchema } from '../rows/file.ts';
import { gapSchema } from '../rows/gap.ts';
import { reactionsSchema } from '../rows/reaction.ts';
import { messageReadersSchema, messageSchema, versionSchema } from '../rows/message.ts';

const messageText = v.pipe(v.string(), v.minLength(1), v.maxLength(65_536));

export const messages = {
  /**
   * A page of a chat, ascending. `before` and `after` are exclusive; without either, the newest page. With `around`,
   * half of it is from there on, whether or not there is a message of just that id: a microsecond of any time will do.
   */
  'messages.page': {
    input: v.strictObject({
      chat: id,
      before: v.optional(id),
      after: v.optional(id),
      around: v.optional(id),
      limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(200)),
    }),
    output: v.strictObject({
      sequence: id,
      messages: v.array(messageSchema),
      /** On the side that the page looks to: newer when only `after` is given, else older. */
      hasMore: v.boolean(),
      /** Only with `around`: whether there is more on the newer side as well. */
      hasNewer: v.optional(v.boolean()),
      /** Where messages are known to be missing, in and at the edges of the page. Absent: nowhere. */
      gaps: v.optional(v.array(gapSchema)),
      /** Of the messages of the page. Absent: they have none. */
      files: v.optional(v.array(fileSchema)),
      /** About the messages of the page. Absent: there are none. */
      reactions: v.optional(v.array(reactionsSchema)),
    }),
  },
  /** Fetches what is missing of a chat at a gap, from its newer end, until something came. */
  'messages.fill': { input: v.strictObject({ chat: id, gap: id }), output: nothing },
  'messages.send': {
    /** `reply` is the message that this one answers. */
    input: v.strictObject({
      chat: id,
      text: messageText,
      reply: v.optional(id),
      look: v.optional(lookSchema),
    }),
    output: v.strictObject({ message: id }),
  },
  /**
   * Says messages again in other chats, in the order in which they were said; all of it or nothing. Refused `would-expose`
   * when something that was encrypted would leave in clear and nobody is sure; `not-here` when a file has to be loaded first.
   */
  'messages.forward': {
    input: v.strictObject({
      messages: v.pipe(v.array(id), v.minLength(1), v.maxLength(100)),
      chats: v.pipe(v.array(id), v.minLength(1), v.maxLength(20)),
      /** Says who said it. */
      withAuthor: v.boolean(),
      isSure: v.optional(v.boolean()),
    }),
    output: nothing,
  },
  'messages.retry': { input: v.strictObject({ message: id }), output: nothing },
  /** Says something else in the place of a message that failed, or waits and has never left; and sends that. */
  'messages.edit': { input: v.strictObject({ message: id, text: messageText }), output: nothing },
  /** Says other words in the place of a message that others have. */
  'messages.correct': { input: v.strictObject({ message: id, text: messageText }), output: nothing },
  /** Takes a message back that others have, or asks them again; as a moderator of a room one of others, with a reason. */
  'messages.retract': {
    input: v.strictObject({ message: id, reason: v.optional(shortText) }),
    output: nothing,
  },
  /** The words that a message has had, the oldest first; nothing when they never changed. */
  'messages.versions': {
    input: v.strictObject({ message: id }),
    output: v.strictObject({ versions: v.array(versionSchema) }),
  },
  /** Deletes a message from this device, for good; others keep theirs. */
  'messages.remove': { input: v.strictObject({ message: id }), output: nothing },
  /** Keeps a message at the top of its chat, on this device; or no longer. Refused `invalid` for one that says nothing. */
  'messages.pin': { input: v.strictObject({ message: id, isPinned: v.boolean() }), output: nothing },
  /** The pinned messages of a chat, the oldest first. */
  'messages.pinned': {
    input: v.strictObject({ chat: id }),
    output: v.strictObject({ messages: v.array(messageSchema) }),
  },
  /**
   * Says all that we feel about a message from now on: one emoji each; none to take back what we said. Refused
   * `not-allowed` for a message that the other side does not have.
   */
  'messages.react': {
    input: v.strictObject({
      message: id,
      emojis: v.pipe(
        v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(64))),
        v.maxLength(MOST_REACTIONS),
      ),
    }),
    output: nothing,
  },
  /** For whom a message of ours was encrypted; nothing when it was not, or nobody noted it. */
  'messages.readers': {
    input: v.strictObject({ message: id }),
    output: v.strictObject({ readers: v.optional(messageReadersSchema) }),
  },
  'messages.discard': { input: v.strictObject({ message: id }), output: nothing },
} as const;
