/** The row of the profile. */
import * as v from 'valibot';

/** The profile: one encrypted database. Everything else is visible only while it is `open`. */
export const profileSchema = v.strictObject({
  state: v.picklist([
    'opening',
    'choose-protection', // first start without a keyring: passphrase or explicit consent
    'locked', // a passphrase is needed
    'keyring-lost', // the keyring no longer yields the key: the recovery code does
    'damaged',
    'in-use', // another Waxwing has this profile open
    'too-new', // written by a later version of the program
    'unavailable', // the folder cannot be read or written: permissions, a full or failing disk
    'screen-locked', // open, and the person has to say that it is them
    'open',
  ]),
  protection: v.optional(v.picklist(['keyring', 'passphrase', 'none'])),
  /** The keyring in words, for example `gnome_libsecret`. */
  keyring: v.optional(v.string()),
  problem: v.optional(v.string()),
  /** When the next secret may be tried, in milliseconds since 1970. */
  nextTry: v.optional(v.number()),
});
export type ProfileRow = v.InferOutput<typeof profileSchema>;
