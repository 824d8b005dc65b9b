/** The row of a file that belongs to a message. Paths, keys and addresses stay with the engine. */
import * as v from 'valibot';
import { id } from '../parts.ts';

export const fileKinds = ['image', 'audio', 'video', 'file'] as const;
export type FileKind = (typeof fileKinds)[number];

export const fileStates = [
  'sending', // it waits to be uploaded, or is being uploaded
  'offered', // it lies elsewhere, and nobody has asked for it
  'fetching',
  'here', // it can be shown: `app://waxwing/file/<id>`
  'unsent', // it could not be uploaded, so that its message has not left: see `failure`
  'failed', // it could not be fetched: see `failure`
] as const;

/** Why a file did not get where it should. */
export const fileFailures = [
  'too-large', // for the service, or to be fetched
  'no-service', // the server takes no files
  'refused', // the service or the place where it lies said no
  'gone', // it is not there any more
  'damaged', // it is not what was sent
  'unreachable',
  'not-allowed', // the address leads where nobody else may send us
  'storage', // the disk is full or failing
] as const;
export type FileFailure = (typeof fileFailures)[number];

const pixels = v.pipe(v.number(), v.integer(), v.minValue(1));

/** How long a sound is, in milliseconds, and how loud from its beginning to its end. */
export const soundSchema = v.strictObject({
  length: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(604_800_000)),
  peaks: v.pipe(
    v.array(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255))),
    v.minLength(1),
    v.maxLength(128),
  ),
});
export type Sound = v.InferOutput<typeof soundSchema>;

/** What stands for a picture that is not here: a `data:` address, tiny and harmless. */
export const thumbnailSchema = v.pipe(
  v.string(),
  v.maxLength(16_384),
  v.regex(/^data:image\/(?:thumbhash|jpeg|png|webp);base64,[A-Za-z0-9+/]+={0,2}$/),
);

export const fileSchema = v.strictObject({
  id,
  account: id,
  chat: id,
  message: id,
  isOutgoing: v.boolean(),
  /** Harmless: see `safeName`. */
  name: v.string(),
  /** What is shown: of a file that is here by its contents, of another by what is said of it. */
  kind: v.picklist(fileKinds),
  /** Bytes; absent when nobody has said. */
  size: v.optional(id),
  /** Of a picture, as it is shown. */
  width: v.optional(pixels),
  height: v.optional(pixels),
  thumbnail: v.optional(thumbnailSchema),
  /** Of a sound or film, in milliseconds; `peaks` once somebody has measured how loud it is. */
  length: v.optional(soundSchema.entries.length),
  peaks: v.optional(soundSchema.entries.peaks),
  /** What is to be seen in it, in the sender's words. */
  description: v.optional(v.string()),
  state: v.picklist(fileStates),
  failure: v.optional(v.picklist(fileFailures)),
  /** A desktop would run it, or believe it, when it is opened. */
  isRisky: v.boolean(),
});
export type FileRow = v.InferOutput<typeof fileSchema>;
