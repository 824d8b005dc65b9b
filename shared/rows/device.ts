/** The row of an OMEMO device. */
import * as v from 'valibot';
import { id, time } from '../parts.ts';

/** An OMEMO device, ours or another's. */
export const deviceSchema = v.strictObject({
  account: id,
  address: v.string(),
  device: id,
  /** 64 hex characters of the public identity key; absent until the bundle was fetched. */
  fingerprint: v.optional(v.string()),
  trust: v.picklist(['verified', 'blind', 'undecided', 'distrusted']),
  isActive: v.boolean(),
  isThisDevice: v.boolean(),
  lastSeen: v.optional(time),
});
export type DeviceRow = v.InferOutput<typeof deviceSchema>;
