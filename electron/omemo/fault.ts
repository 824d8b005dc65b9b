/** What may go wrong between two devices, whichever engine carries their session. Says why, and decides nothing. */

/**
 * Why a message could not be opened or a session not be made:
 * - `duplicate`: its key was used already, so it was decrypted once
 * - `no-session`: the session or the prekey that it needs is not there (any more)
 * - `forged`: authentication failed
 * - `malformed`: it cannot come from a correct sender
 */
export type FaultReason = 'duplicate' | 'no-session' | 'forged' | 'malformed';

export class SessionFault extends Error {
  override readonly name = 'SessionFault';
  readonly reason: FaultReason;

  constructor(reason: FaultReason, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.reason = reason;
  }
}
