/** The calls about messages. */
import * as v from 'valibot';
import { id, nothing } from '../parts.ts';
import { messageSchema } from '../rows/message.ts';

export const messages = {
  /** A page of a chat, ascending. `before` and `after` are exclusive; without either, the newest page. */
  'messages.page': {
    input: v.strictObject({
      chat: id,
      before: v.optional(id),
      after: v.optional(id),
      limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(200)),
    }),
    output: v.strictObject({ sequence: id, messages: v.array(messageSchema), hasMore: v.boolean() }),
  },
  'messages.send': {
    input: v.strictObject({ chat: id, text: v.pipe(v.string(), v.minLength(1), v.maxLength(65_536)) }),
    output: v.strictObject({ message: id }),
  },
  'messages.retry': { input: v.strictObject({ message: id }), output: nothing },
  'messages.discard': { input: v.strictObject({ message: id }), output: nothing },
} as const;
