/** The calls about the profile and the whole. */
import * as v from 'valibot';
import { id, nothing } from '../parts.ts';

export const profile = {
  /** First start without a keyring: a passphrase, or the explicit wish to go without (`passphrase` absent). */
  'profile.protect': {
    input: v.strictObject({ passphrase: v.optional(v.pipe(v.string(), v.minLength(8), v.maxLength(1_024))) }),
    output: nothing,
  },
  'profile.unlock': {
    input: v.strictObject({ secret: v.pipe(v.string(), v.minLength(1), v.maxLength(1_024)) }),
    output: nothing,
  },
  /**
   * Takes what can still be read out of a damaged database and goes on with that. Messages that are lost are asked of the
   * server again, as far as it keeps them.
   */
  'profile.repair': {
    input: v.strictObject({ secret: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(1_024))) }),
    output: v.strictObject({ messages: id, lostStretches: id }),
  },
  /** The code that opens this profile when keyring or passphrase are lost. */
  'profile.recoveryCode': { input: nothing, output: v.strictObject({ code: v.string() }) },
} as const;
