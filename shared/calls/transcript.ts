/** The calls about what was said as files outside the profile. Which file is asked of the person, never of the window. */
import * as v from 'valibot';
import { id, nothing } from '../parts.ts';

export const transcript = {
  /**
   * Asks where to, then writes one chat or all of them there, not encrypted, `withFiles` those that are here in folders
   * beside. Meanwhile `progress` is announced.
   * Refuses with `cancelled` when the person changed their mind, and with `busy` while another one is under way.
   */
  'transcript.export': {
    input: v.strictObject({
      chat: v.optional(id),
      format: v.picklist(['json', 'html']),
      withFiles: v.optional(v.boolean()),
    }),
    output: v.strictObject({ messages: id }),
  },
  /** How many files of a chat, or of all, are here, and how many bytes they have. */
  'transcript.measureFiles': {
    input: v.strictObject({ chat: v.optional(id) }),
    output: v.strictObject({ files: id, bytes: id }),
  },
  /**
   * Asks for a file. Takes such an export in JSON into a profile that has no messages yet, and a database of Gajim or
   * Dino into any, beside what is there. Refuses with `busy` while the other program has it open.
   */
  'transcript.import': { input: nothing, output: v.strictObject({ chats: id, messages: id }) },
  /** Ends what is under way, as if it had not been. */
  'transcript.cancel': { input: nothing, output: nothing },
} as const;
