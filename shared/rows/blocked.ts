/** The row of whom an account's server keeps away. */
import * as v from 'valibot';
import { id } from '../parts.ts';

export const blockedSchema = v.strictObject({
  account: id,
  /** Whether the server can block at all; absent until it was asked. */
  isOffered: v.optional(v.boolean()),
  /** Whether it takes a report along with it. */
  canReport: v.boolean(),
  /** People, whole servers, or single devices of a person. */
  addresses: v.array(v.string()),
});
export type BlockedRow = v.InferOutput<typeof blockedSchema>;
