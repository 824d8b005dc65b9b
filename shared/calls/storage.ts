/** The calls about the room that everything takes on this computer, and about giving some of it back. */
import * as v from 'valibot';
import { id, nothing } from '../parts.ts';
import { fileSchema } from '../rows/file.ts';

/** Files in the list of the largest, at most. */
export const LARGEST = 100;

const bytes = id;

export const chatUsageSchema = v.strictObject({
  chat: id,
  account: id,
  messages: id,
  /** What its messages hold: words, earlier words, and what is noted with them. */
  messageBytes: bytes,
  /** Its part of the search index, by the length of its words. */
  indexBytes: bytes,
  /** Files that are here, and the room that they take encrypted. */
  files: id,
  fileBytes: bytes,
});
export type ChatUsage = v.InferOutput<typeof chatUsageSchema>;

export const storage = {
  /** Reads everything once, a piece at a time. All amounts are bytes. */
  'storage.measure': {
    input: nothing,
    output: v.strictObject({
      /** The file of the database with its log; everything but files is in it. */
      database: bytes,
      /** Of that, room that was given back and is used again. */
      free: bytes,
      index: bytes,
      /** Pictures of people. */
      pictures: bytes,
      /** What is fetched again when it is needed: `storage.clearCaches` forgets it. */
      caches: bytes,
      chats: v.array(chatUsageSchema),
    }),
  },
  /** The largest files that are here, of a chat or of all. */
  'storage.largest': {
    input: v.strictObject({ chat: v.optional(id) }),
    output: v.strictObject({ sequence: id, files: v.pipe(v.array(fileSchema), v.maxLength(LARGEST)) }),
  },
  /** Deletes the copy that is here; it is offered again where it still lies elsewhere. Refused `too-late` when there is none. */
  'storage.removeFile': { input: v.strictObject({ file: id }), output: nothing },
  /** The same for all files of a chat that are here; what is still to be sent stays. */
  'storage.removeFiles': {
    input: v.strictObject({ chat: id }),
    output: v.strictObject({ files: id, bytes }),
  },
  'storage.clearCaches': { input: nothing, output: v.strictObject({ bytes }) },
} as const;
