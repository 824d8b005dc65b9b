/** The calls about the screen lock. While it is locked, only a few of all calls are answered at all. */
import * as v from 'valibot';
import { nothing } from '../parts.ts';
import { lockSchema } from '../rows/lock.ts';

const secret = v.pipe(v.string(), v.minLength(1), v.maxLength(1_024));

export const lock = {
  /**
   * With the passphrase of the profile, if that has one; otherwise with this, which may be shorter than one that protects
   * files: guesses cost time here. Refused `already-there`, `not-allowed`.
   */
  'lock.on': {
    input: v.strictObject({
      passphrase: v.optional(v.pipe(v.string(), v.minLength(4), v.maxLength(1_024))),
    }),
    output: nothing,
  },
  /** Refused `wrong-secret`, `too-soon`. */
  'lock.off': { input: v.strictObject({ secret }), output: nothing },
  'lock.set': {
    input: v.partial(v.pick(lockSchema, ['after', 'withSystem'])),
    output: nothing,
  },
  /** At once; because of the system only if the person wants that. It opens by `profile.unlock`. */
  'lock.now': { input: v.strictObject({ isSystem: v.optional(v.literal(true)) }), output: nothing },
} as const;
