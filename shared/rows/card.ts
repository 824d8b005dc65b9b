/** What a person says about themselves, as far as it is shown and edited here. All of it is plain text of somebody. */
import * as v from 'valibot';

const line = v.pipe(v.string(), v.maxLength(512));
const lines = v.pipe(v.array(v.pipe(line, v.minLength(1))), v.maxLength(16));

export const cardSchema = v.strictObject({
  fullName: v.optional(line),
  nickname: v.optional(line),
  /** As it was written; a date by ISO 8601, usually. */
  birthday: v.optional(line),
  organisation: v.optional(line),
  title: v.optional(line),
  note: v.optional(v.pipe(v.string(), v.maxLength(4_096))),
  emails: lines,
  phones: lines,
  /** Addresses of pages on the web. */
  pages: lines,
});
export type Card = v.InferOutput<typeof cardSchema>;
