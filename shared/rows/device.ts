/** The row of an OMEMO device. */
import * as v from 'valibot';
import { id, time } from '../parts.ts';

/** An OMEMO device, ours or another's. */
export const deviceSchema = v.strictObject({
  account: id,
  address: v.string(),
  device: id,
  /** What its owner calls it, as the device itself has signed. */
  label: v.optional(v.string()),
  /** 64 hex characters of the public identity key; absent until the bundle was fetched. */
  fingerprint: v.optional(v.string()),
  /** The key that it had while it was trusted, until it showed another one and the person has not decided yet. */
  earlierFingerprint: v.optional(v.string()),
  trust: v.picklist(['verified', 'blind', 'undecided', 'distrusted']),
  isActive: v.boolean(),
  isThisDevice: v.boolean(),
  lastSeen: v.optional(time),
});
export type DeviceRow = v.InferOutput<typeof deviceSchema>;

/**
 * A device, theirs or ours, that gets nothing until the person has decided about its key. With `earlier` it had been
 * trusted with another key: then nothing at all is sent in the chat.
 */
export const doubtSchema = v.strictObject({
  address: v.string(),
  device: id,
  /** What its owner calls it, as the device itself has signed. */
  label: v.optional(v.string()),
  fingerprint: v.string(),
  earlier: v.optional(v.string()),
});
export type Doubt = v.InferOutput<typeof doubtSchema>;
