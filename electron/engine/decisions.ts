/**
 * A person's decisions about devices: stored together, told to the window, and what waited for them leaves. One road
 * for buttons, codes and links, so that whatever follows from a decision follows from each.
 */
import { Refusal } from '../../shared/answer.ts';
import type { DeviceRow } from '../../shared/contract.ts';
import type { BareJid } from '../../shared/jid.ts';
import { getDevice } from '../store/keys.ts';
import type { Account } from './account.ts';
import { reviewDoubts } from './doubts.ts';
import { sendLetters } from './trust-letters.ts';
import { noteDecision } from './trust-messages.ts';

export interface Decision {
  readonly address: BareJid;
  readonly device: number;
  readonly trust: DeviceRow['trust'];
  /** What the person saw: the decision is about this key. */
  readonly fingerprint?: string;
}

/** Carries out decisions, all or none. @throws Refusal `not-found` when a device is gone or shows another key by now */
export function decide(account: Account, decisions: readonly Decision[]): void {
  account.profile.commit((changes) => {
    for (const { address, device, trust, fingerprint } of decisions) {
      const before = getDevice(account.profile.database, account.id, address, device)?.trust;
      const row = account.omemo.setTrust(address, device, trust, fingerprint);
      if (row === undefined) throw new Refusal('not-found');
      noteDecision(account, { address, device }, before);
      changes.push({ put: 'device', row });
    }
  });
  reviewDoubts(account);
  sendLetters(account);
}
