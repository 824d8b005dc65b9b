/** Notes for whom a message was encrypted, so that its details can name who went without. */
import type { BareJid } from '../../shared/jid.ts';
import type { Sealed } from '../omemo/omemo.ts';
import { putReaders } from '../store/message-readers.ts';
import { getMessage } from '../store/messages.ts';
import type { Account } from './account.ts';

/** @param peer the other side; our own other devices are counted by themselves */
export function noteReaders(
  { profile, address }: Account,
  message: number,
  peer: BareJid,
  sealed: Sealed,
): void {
  const reached = 'recipients' in sealed ? sealed.recipients : [];
  const theirs = reached.filter(({ address: each }) => each !== address || peer === address).length;
  profile.commit(() => {
    // Deleted while its keys were fetched.
    if (getMessage(profile.database, message) === undefined) return;
    const skipped = [...sealed.skipped];
    putReaders(profile.database, message, { theirs, ours: reached.length - theirs, skipped });
  });
}
