/**
 * Devices that nobody has decided about: which there are, which of them hold up a chat, and telling the window when
 * that changes. Decides nothing itself: that is the person's, and the rules are in omemo/trust.ts.
 */
import type { Doubt } from '../../shared/contract.ts';
import type { BareJid } from '../../shared/jid.ts';
import { fingerprintOf } from '../omemo/directory.ts';
import { labelOf } from '../omemo/labels.ts';
import * as chats from '../store/chats.ts';
import { listUndecided } from '../store/keys.ts';
import type { Account } from './account.ts';
import { chatRow } from './chats.ts';
import { settleHeard } from './trust-messages.ts';

/** As many as a person can look at; a hostile server may make up hundreds. */
const MOST_SHOWN = 12;

interface Known extends Doubt {
  readonly isDismissed: boolean;
}

/** What the window was told last, by address. */
const told = new WeakMap<Account, ReadonlyMap<string, readonly Known[]>>();

/** The doubts about the devices on both sides of a chat, as a person has to see them: changed keys first. */
export function doubtsOf(account: Account, peer: BareJid): readonly Doubt[] {
  const known = current(account);
  const both = [...new Set([peer, account.address])].flatMap((address) => known.get(address) ?? []);
  const asked = both.filter(({ earlier, isDismissed }) => earlier !== undefined || !isDismissed);
  return asked
    .sort((a, b) => Number(a.earlier === undefined) - Number(b.earlier === undefined))
    .slice(0, MOST_SHOWN)
    .map(({ isDismissed: _isDismissed, ...doubt }) => doubt);
}

/**
 * True while nothing may leave in the chat with somebody: an active device that was trusted shows another key, on
 * either side (H40). Asks the database, so that it holds from the moment at which the key was seen.
 */
export function isHeld(account: Account, peer: BareJid): boolean {
  const sides: readonly string[] = [peer, account.address];
  return listUndecided(account.profile.database, account.id).some(
    ({ address, earlier }) => earlier !== undefined && sides.includes(address),
  );
}

/**
 * To be called after whatever may have changed keys, lists or trust: acts upon what waited for that, tells the window, and lets out
 * what was held.
 */
export function reviewDoubts(account: Account): void {
  settleHeard(account);
  const before = current(account);
  const after = readDoubts(account);
  told.set(account, after);
  const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
    (address) => JSON.stringify(before.get(address)) !== JSON.stringify(after.get(address)),
  );
  if (changed.length === 0) return;
  const { database } = account.profile;
  const concerned = changed.includes(account.address)
    ? chats.listChats(database).filter((chat) => chat.account === account.id)
    : changed.flatMap((address) => chats.findChat(database, account.id, address) ?? []);
  account.profile.announce(concerned.map(({ id }) => ({ put: 'chat', row: chatRow(account, id) })));
  account.outbox.flush();
}

function current(account: Account): ReadonlyMap<string, readonly Known[]> {
  const known = told.get(account) ?? readDoubts(account);
  told.set(account, known);
  return known;
}

function readDoubts({ profile, id }: Account): Map<string, Known[]> {
  const byAddress = new Map<string, Known[]>();
  for (const record of listUndecided(profile.database, id)) {
    const { address, device, identityKey, earlier, isDismissed } = record;
    if (identityKey === undefined) continue;
    const label = labelOf(record);
    const doubt: Known = {
      address,
      device,
      ...(label !== undefined && { label }),
      fingerprint: fingerprintOf(identityKey),
      ...(earlier !== undefined && { earlier: fingerprintOf(earlier.identityKey) }),
      isDismissed: isDismissed === true,
    };
    byAddress.set(address, [...(byAddress.get(address) ?? []), doubt]);
  }
  return byAddress;
}
