/**
 * People who moved to another address (XEP-0283), others and ourselves. A move is true only when the new address claims
 * it and the old one, which we know, says the same; even then a person decides.
 */
import { Refusal } from '../../shared/answer.ts';
import type { BareJid } from '../../shared/jid.ts';
import * as contacts from '../store/contacts.ts';
import { StanzaError, WireClosed } from '../xmpp/wire.ts';
import { writePresence } from '../xmpp/xep/presence.ts';
import { setContact } from '../xmpp/xep/roster.ts';
import { askStatement, askStating, movedIn, writeMoved } from '../xmpp/xep/xep0283.ts';
import type { Element } from '../xmpp/xml.ts';
import type { Account } from './account.ts';
import { requireWire } from './roster.ts';

/** Old addresses that are being asked: a stranger makes us ask each of them once at a time. */
const asking = new WeakMap<Account, Set<string>>();

/** Somebody asks to see us and says who they were (§4.3): finds out, and tells the person beside the request. */
export async function verifyMove(account: Account, from: BareJid, presence: Element): Promise<void> {
  const { profile, id, wire } = account;
  const old = movedIn(presence);
  if (old === undefined || old === from || wire === undefined) return;
  const contact = contacts.getContact(profile.database, id, old);
  // §4.3: who did not see us before has nothing to move.
  if (contact?.subscription !== 'from' && contact?.subscription !== 'both') return;
  const running = asking.get(account) ?? new Set<string>();
  asking.set(account, running.add(old));
  try {
    if ((await askStatement(wire, old)) !== from) {
      account.log('move-refuted');
      return;
    }
  } catch (error) {
    if (!(error instanceof StanzaError) && !(error instanceof WireClosed)) throw error;
    account.log('move-unverified', { error: String(error) });
    return;
  } finally {
    running.delete(old);
  }
  profile.commit((changes) => {
    contacts.setMovedFrom(profile.database, id, from, old);
    const request = contacts.getContactRequest(profile.database, id, from);
    if (request !== undefined) changes.push({ put: 'contact-request', row: request });
  });
}

/** Whether the question would be asked twice at the same time. */
export function isVerifying(account: Account, presence: Element): boolean {
  const old = movedIn(presence);
  return old !== undefined && asking.get(account)?.has(old) === true;
}

/**
 * The person has accepted who moved: the new address is called what the old one was, and the old one does not see us any
 * more, so that it can move only once (§7.2).
 */
export async function followMove(account: Account, old: BareJid, address: BareJid): Promise<void> {
  const wire = requireWire(account);
  const contact = contacts.getContact(account.profile.database, account.id, old);
  if (contact === undefined) return;
  await setContact(wire, { address, name: contact.name, groups: contact.groups });
  wire.send(writePresence({ type: 'unsubscribed', to: old }));
}

/**
 * Says at `account` that we are at `target` from now on, and asks from there everybody who sees us here.
 * @returns how many were asked
 * @throws Refusal `offline`, `not-allowed`; StanzaError, WireClosed
 */
export async function announceMove(account: Account, target: Account): Promise<number> {
  if (account.id === target.id) throw new Refusal('not-allowed');
  const [old, here] = [requireWire(account), requireWire(target)];
  await askStating(old, target.address);
  const { database } = account.profile;
  const all = contacts.listContacts(database, account.id);
  const seeing = all.filter(
    ({ subscription, address }) =>
      (subscription === 'from' || subscription === 'both') && address !== target.address,
  );
  for (const contact of seeing) {
    const address = contact.address as BareJid;
    await setContact(here, { address, name: contact.name, groups: contact.groups });
    here.send(writePresence({ type: 'subscribe', to: address, payload: writeMoved(account.address) }));
  }
  return seeing.length;
}
