/** The calls about OMEMO devices. */
import * as v from 'valibot';
import { addressText, id, nothing } from '../parts.ts';

export const devices = {
  'devices.setTrust': {
    input: v.strictObject({
      account: id,
      address: addressText,
      device: id,
      /** `blind`: trusted without having been compared. */
      trust: v.picklist(['verified', 'blind', 'undecided', 'distrusted']),
      /** What the person saw and compared: the decision is about this key, should the device show another by now. */
      fingerprint: v.optional(v.string()),
    }),
    output: nothing,
  },
  /** The person does not want to be asked about a device any more; it gets nothing all the same. */
  'devices.dismiss': {
    input: v.strictObject({ account: id, address: addressText, device: id }),
    output: nothing,
  },
  /**
   * Begins a new session with a device whose messages cannot be read.
   * @refuses offline, not-allowed (it is distrusted, or has no keys), refused
   */
  'devices.renewSession': {
    input: v.strictObject({ account: id, address: addressText, device: id }),
    output: nothing,
  },
} as const;
