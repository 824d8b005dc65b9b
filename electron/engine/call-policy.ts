/** Who may call, and how much a call tells about where we are; what of it is decided here is pure. */
import * as v from 'valibot';
import { callPolicySchema, type CallPolicy } from '../../shared/calls/calling.ts';
import type { BareJid } from '../../shared/jid.ts';
import { getContact } from '../store/contacts.ts';
import type { Database } from '../store/database.ts';
import { getSetting, setSetting } from '../store/settings.ts';
import type { Account } from './account.ts';
import { isBlocked } from './blocking.ts';
import { maySeeReceipts } from './roster.ts';

const KEY = 'calls';
const usual: CallPolicy = { isRelayOnly: false, isContactsOnly: true };

export function getCallPolicy(database: Database): CallPolicy {
  return v.parse(v.fallback(callPolicySchema, usual), getSetting(database, KEY));
}

/** Changes what is given. */
export function setCallPolicy(
  database: Database,
  change: { readonly [K in keyof CallPolicy]?: CallPolicy[K] | undefined },
): void {
  const { isRelayOnly, isContactsOnly } = getCallPolicy(database);
  setSetting(database, KEY, {
    isRelayOnly: change.isRelayOnly ?? isRelayOnly,
    isContactsOnly: change.isContactsOnly ?? isContactsOnly,
  });
}

/**
 * Whether an account has calls at all. WebRTC finds its own way through the network: with a proxy, behind which the person
 * is or hides, it would go past it and tell everybody where they are.
 */
export function hasCalls(account: Account): boolean {
  return account.record().proxy === undefined;
}

/**
 * What becomes of somebody's call: it rings and they hear that, it rings without a word, or nothing happens at all and
 * nobody learns that we are here (XEP-0353 #security, H67).
 */
export function welcomeOf(account: Account, peer: BareJid): 'rings' | 'rings-silently' | 'ignored' {
  const { database } = account.profile;
  if (peer === account.address || isBlocked(account, peer)) return 'ignored';
  if (maySeeReceipts(account, peer)) return 'rings';
  const isContact = getContact(database, account.id, peer) !== undefined;
  return isContact || !getCallPolicy(database).isContactsOnly ? 'rings-silently' : 'ignored';
}
