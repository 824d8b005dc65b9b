/**
 * When a copy of the profile was put back, our sessions are older than what we said with them: the others would take what
 * we write next for messages that they had before, and nobody would ever see it. The archive gives it away, as it holds
 * messages of this device that this device does not know. Decides that; new sessions are made when they are needed.
 */
import type { BareJid } from '../../shared/jid.ts';
import { wasMessageRemoved, wasRemoved } from '../store/removed.ts';
import { getSetting, setSetting } from '../store/settings.ts';
import type { Account } from './account.ts';
import type { Envelope } from './facts.ts';

/** Not more often than this with the same person, whatever an archive makes up; milliseconds (H47). */
const AT_MOST_EVERY = 24 * 3_600_000;

/** True for a message of the archive that has no row here, though this very device has encrypted it. */
export function isOfLaterSelf(account: Account, envelope: Envelope): boolean {
  const { message, isOutgoing, sender, peer, at, archiveId } = envelope;
  const { encrypted, originId, id } = message;
  if (!isOutgoing || encrypted === undefined) return false;
  const own = account.omemo.ensureIdentity();
  // Empty ones never have a row.
  const isOurs = [encrypted.legacy, encrypted.omemo2].some(
    (element) => element?.payload !== undefined && element.device === own,
  );
  if (!isOurs) return false;
  const { database } = account.profile;
  const traces = {
    sender,
    at,
    ...(archiveId !== undefined && { archiveId }),
    ...(originId !== undefined && { originId }),
    ...(id !== undefined && { stanzaId: id }),
  };
  return (
    !wasRemoved(database, account.id, peer, { at, gap: undefined }) &&
    !wasMessageRemoved(database, account.id, peer, traces)
  );
}

/** Closes what we have with these people, and with our own other devices. Inside a transaction of the caller. */
export function leaveSessions(account: Account, peers: ReadonlySet<BareJid>): void {
  if (peers.size === 0) return;
  const { database, host } = account.profile;
  for (const address of new Set([...peers, account.address])) {
    const key = `rolled-back ${String(account.id)} ${address}`;
    const last = getSetting(database, key);
    const now = host.now();
    // A clock that was set back does not forbid it for ever.
    if (typeof last === 'number' && Math.abs(now - last) < AT_MOST_EVERY) continue;
    setSetting(database, key, now);
    account.log('rolled-back', { address });
    account.omemo.closeSessions(address);
  }
}
