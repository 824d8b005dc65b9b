/** A place in a chat where messages are known to be missing. */
import * as v from 'valibot';
import { id } from '../parts.ts';

export const gapStates = [
  'open', // they can be fetched
  'loading', // they are being fetched
  'offline', // they can be fetched once there is a connection
  'failed', // it was tried just now
  'lost', // the server keeps no more
] as const;

export const gapSchema = v.strictObject({
  gap: id,
  /** The message above which they are missing; 0: behind the last one there is. */
  above: id,
  state: v.picklist(gapStates),
});
export type Gap = v.InferOutput<typeof gapSchema>;
