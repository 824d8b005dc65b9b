/** The calls about files. A file comes in pieces from the window, which knows no paths, and goes out through a dialog. */
import * as v from 'valibot';
import { id, lookSchema, nothing } from '../parts.ts';
import { soundSchema } from '../rows/file.ts';

/** The most bytes of one piece. */
export const PIECE = 262_144;

const file = v.strictObject({ file: id });
/** Names a file that is being handed in. */
const handle = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
const name = v.pipe(v.string(), v.maxLength(1_024));
const bytes = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

export const files = {
  /**
   * What the account's server takes, or the chat without it; without a limit when it does not say, unknown while that was
   * never asked.
   */
  'files.limit': {
    input: v.strictObject({ account: id, chat: v.optional(id) }),
    output: v.strictObject({
      service: v.picklist(['offered', 'missing', 'unknown']),
      limit: v.optional(bytes),
    }),
  },
  /** Begins to hand in a file of so many bytes for a chat. Refused `too-large` when the server would not take it. */
  'files.begin': {
    input: v.strictObject({ chat: id, name, size: bytes }),
    output: v.strictObject({ handle }),
  },
  /** The next bytes of it. */
  'files.write': {
    input: v.strictObject({ handle, bytes: v.pipe(v.instance(Uint8Array), v.maxLength(PIECE)) }),
    output: nothing,
  },
  /** It is whole: makes a message of it, and of a caption another one that leaves behind it. */
  'files.send': {
    input: v.strictObject({
      handle,
      description: v.optional(v.pipe(v.string(), v.maxLength(4_096))),
      caption: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(65_536))),
      /** The message that it answers. */
      reply: v.optional(id),
      look: v.optional(lookSchema),
      /** Of a picture: its ThumbHash, base64. */
      thumbnail: v.optional(v.pipe(v.string(), v.maxLength(64), v.base64())),
      /** Of a voice message. */
      sound: v.optional(soundSchema),
    }),
    output: v.strictObject({ message: id }),
  },
  /** It is not wanted after all. */
  'files.drop': { input: v.strictObject({ handle }), output: nothing },
  /** Brings a file here. Done when it is on its way; how it goes, its row tells. */
  'files.fetch': { input: file, output: nothing },
  /** Stops fetching. */
  'files.cancel': { input: file, output: nothing },
  /** Some bytes of a file that is here, from a place on; none behind its end. */
  'files.read': {
    input: v.strictObject({ file: id, start: bytes }),
    output: v.strictObject({ bytes: v.pipe(v.instance(Uint8Array), v.maxLength(PIECE)), size: bytes }),
  },
  /** Keeps what the window measured of a sound. */
  'files.setSound': { input: v.strictObject({ file: id, ...soundSchema.entries }), output: nothing },
  /** Asks where to put a copy, and puts it there. */
  'files.save': { input: file, output: nothing },
  /** Opens the copy that was saved, in the program that the desktop has for it; saves one first when there is none. */
  'files.open': { input: v.strictObject({ file: id, isSure: v.optional(v.boolean()) }), output: nothing },
  /** Shows the copy that was saved in its folder. */
  'files.reveal': { input: file, output: nothing },
  /** Up to which size pictures of contacts are fetched unasked, in bytes; 0 for never. */
  'files.automatic': { input: nothing, output: v.strictObject({ limit: bytes }) },
  'files.setAutomatic': { input: v.strictObject({ limit: bytes }), output: nothing },
} as const;
