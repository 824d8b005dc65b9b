/** The calls about how long messages are kept. */
import * as v from 'valibot';
import { id, nothing } from '../parts.ts';
import { keepDays } from '../retention.ts';

const days = v.picklist(keepDays);

export const retention = {
  /** For how many days messages are kept in chats that say nothing else. */
  'retention.get': { input: nothing, output: v.strictObject({ days }) },
  /** Deletes at once what has had its time by that. */
  'retention.set': { input: v.strictObject({ days }), output: nothing },
  /** The same for one chat; without days it is as the settings say. */
  'retention.setChat': { input: v.strictObject({ chat: id, days: v.optional(days) }), output: nothing },
  /** How many messages would go at once by that. */
  'retention.count': {
    input: v.strictObject({ chat: v.optional(id), days: v.optional(days) }),
    output: v.strictObject({ messages: id }),
  },
} as const;
