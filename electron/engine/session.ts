/**
 * The session of an account's stream (XEP-0198): what of it the database keeps so that it can be resumed, and what of
 * ours the server has. Everything here runs inside a transaction of the caller or is one statement.
 */
import type { Change } from '../../shared/contract.ts';
import * as accounts from '../store/accounts.ts';
import * as outbox from '../store/outbox.ts';
import type { Memory } from '../xmpp/auth/memory.ts';
import type { Wire, WireEvents, WireState } from '../xmpp/wire.ts';
import type { Account } from './account.ts';
import { confirmPassword } from './pending-password.ts';
import { markAcknowledged } from './outbound.ts';
import { fetchPortraits } from './portraits.ts';

/** A connection that authenticated before the account was stored; see `signIn`. */
export interface Trial {
  readonly wire: Wire;
  readonly online: Extract<WireState, { kind: 'online' }>;
  /** What authentication remembers of it. */
  readonly memory: Memory;
  /** From now on the events go here. */
  handOver(events: WireEvents): void;
}

/** The stream is online: keeps what resuming it takes, and puts back into the outbox what the server did not get. */
export function beginSession(
  account: Account,
  state: Extract<WireState, { kind: 'online' }>,
  changes: Change[],
): void {
  const { id, profile } = account;
  const { database } = profile;
  account.arrivals.begin(state.resumed !== undefined);
  if (state.resumed !== undefined) {
    markAcknowledged(account, state.resumed.acknowledged, changes);
    // What the last connection was asked for did not come: nothing of that is repeated by itself.
    profile.whenDurable(() => fetchPortraits(account));
  } else {
    const session = state.session && { ...state.session, jid: state.jid, received: 0 };
    accounts.setSession(database, id, session);
  }
  // What was under way and not acknowledged leaves again, with the same ids.
  outbox.forgetPositions(database, id);
  if (state.scram) accounts.updateAccount(database, id, { scramSeen: true });
  confirmPassword(database, id, state.details?.mechanism);
}

/** The session is over, and what it did not get out leaves in the next one. */
export function endSession({ id, profile }: Account): void {
  accounts.setSession(profile.database, id, undefined);
  outbox.forgetPositions(profile.database, id);
}

/**
 * Bytes leave, and an acknowledgement may be among them: what it says must be in the database first, for the presences
 * and replies as well that store nothing themselves. After a crash, a server that is told less than it was told before
 * ends the stream and forgets the session (XEP-0198 1.6.3 §4; seen with Prosody 0.12).
 * @throws when it cannot be stored; then nothing leaves
 */
export function settleBeforeLeaving({ id, profile, wire }: Account): void {
  const handled = wire?.handledUpTo ?? 0;
  const session = handled > 0 ? accounts.getAccount(profile.database, id)?.session : undefined;
  if (session !== undefined && handled > session.received) {
    profile.commit(() => {
      accounts.setReceived(profile.database, id, handled);
    });
  }
  profile.settle();
}
