/**
 * The calls about certificates to sign in with. Which file is asked of the person, never of the window, and what is
 * secret of it stays with the engine: the window is told a number that stands for it.
 */
import * as v from 'valibot';
import { id, nothing, password } from '../parts.ts';
import { clientCertificateSchema } from '../rows/connection.ts';

/** Why a file is of no use. */
export const unusableReasons = [
  'unreadable', // no certificate, or damaged
  'no-key', // a certificate alone proves nothing
  'other-key', // the key belongs to another certificate
  'expired',
  'not-yet-valid',
  'unsupported', // protected or signed in a way that is not known here
] as const;

const chosenSchema = v.variant('state', [
  v.strictObject({ state: v.literal('ready'), certificate: id, info: clientCertificateSchema }),
  /** It needs a passphrase: `certificate.unlock`. */
  v.strictObject({ state: v.literal('locked'), certificate: id }),
  v.strictObject({ state: v.literal('unusable'), reason: v.picklist(unusableReasons) }),
]);

export const certificate = {
  /**
   * Asks for a file with a certificate and its key, PKCS#12 or PEM. Refuses with `cancelled` when the person changed
   * their mind, and with `busy` while they are being asked. One at a time is kept, until it is used or forgotten.
   */
  'certificate.choose': { input: nothing, output: chosenSchema },
  /** Opens the chosen file; `locked` again when the passphrase is wrong. */
  'certificate.unlock': {
    input: v.strictObject({ certificate: id, passphrase: password }),
    output: chosenSchema,
  },
  /** Forgets what was chosen and not used. */
  'certificate.forget': { input: nothing, output: nothing },
} as const;
export type ChosenCertificate = v.InferOutput<typeof chosenSchema>;
