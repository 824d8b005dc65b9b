/** The calls about backups. Which file is asked of the person, never of the window. */
import * as v from 'valibot';
import { id, nothing } from '../parts.ts';

const passphrase = v.pipe(v.string(), v.minLength(8), v.maxLength(1_024));

export const backup = {
  /** A passphrase that nobody guesses. */
  'backup.passphrase': { input: nothing, output: v.strictObject({ passphrase: v.string() }) },
  /**
   * Asks where to, then writes everything but this device's own keys there, under the passphrase; passwords only if
   * they are wanted in it, and files only `withFiles`. `progress` and `transcript.cancel` are as with an export.
   */
  'backup.write': {
    input: v.strictObject({ passphrase, hasCredentials: v.boolean(), withFiles: v.optional(v.boolean()) }),
    output: v.strictObject({ messages: id }),
  },
  /** Asks for the file of a backup. Refuses with `invalid` when it is none, and with `too-new`. */
  'backup.choose': { input: nothing, output: nothing },
  /**
   * Takes the chosen backup in: into an empty profile, or beside what is there. Refuses with `wrong-secret` and
   * `damaged`, and then nothing of it was taken in.
   */
  'backup.restore': {
    input: v.strictObject({ passphrase: v.pipe(v.string(), v.minLength(1), v.maxLength(1_024)) }),
    output: v.strictObject({ accounts: id, messages: id }),
  },
} as const;
