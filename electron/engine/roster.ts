/** The contact list (RFC 6121 §2 and §3): in step with the server, and what a person does with it. */
import type { Change, ContactRow } from '../../shared/contract.ts';
import type { BareJid } from '../../shared/jid.ts';
import { Refusal } from '../../shared/answer.ts';
import * as accounts from '../store/accounts.ts';
import * as contacts from '../store/contacts.ts';
import { forgetStrangers } from '../store/people.ts';
import { writePresence, type Presence } from '../xmpp/xep/presence.ts';
import { writeToken } from '../xmpp/xep/xep0379.ts';
import { askRoster, removeContact, setContact, type RosterItem } from '../xmpp/xep/roster.ts';
import type { Wire } from '../xmpp/wire.ts';
import type { Account } from './account.ts';
import { isBlocked } from './blocking.ts';
import { openChat } from './chats.ts';
import { faceOf } from './faces.ts';

/** Who of several resources speaks for the contact: the most available one, then the highest priority. */
const OPENNESS: Readonly<Record<ContactRow['availability'], number>> = {
  chat: 5,
  online: 4,
  away: 3,
  xa: 2,
  dnd: 1,
  offline: 0,
};

function contactRow(account: Account, record: contacts.ContactRecord): ContactRow {
  const { address, name, subscription, asking } = record;
  const resources = [...(account.presences.get(address as BareJid)?.values() ?? [])];
  const best = resources.sort(
    (a, b) => OPENNESS[b.availability] - OPENNESS[a.availability] || b.priority - a.priority,
  )[0] satisfies Presence | undefined;
  // Nobody has been away since tomorrow.
  const idleSince = (best?.idleSince ?? Infinity) <= account.profile.host.now() ? best?.idleSince : undefined;
  return {
    account: account.id,
    address,
    name,
    subscription,
    asking,
    availability: best?.availability ?? 'offline',
    status: best?.status ?? '',
    ...(idleSince !== undefined && { idleSince }),
    ...faceOf(account.profile.database, account.id, address),
  };
}

export function contactRows(account: Account): ContactRow[] {
  return contacts.listContacts(account.profile.database, account.id).map((each) => contactRow(account, each));
}

export function announceContact(account: Account, address: BareJid): void {
  const record = contacts.getContact(account.profile.database, account.id, address);
  if (record !== undefined) account.profile.announce([{ put: 'contact', row: contactRow(account, record) }]);
}

export function announceContacts(account: Account): void {
  account.profile.announce(contactRows(account).map((row) => ({ put: 'contact', row })));
}

/** The name that a person knows the address by. */
export function displayName(account: Account, address: BareJid): string {
  const { database } = account.profile;
  const { name } = contacts.getContact(database, account.id, address) ?? {};
  return name || faceOf(database, account.id, address).called || address;
}

/** Those who see our presence may also learn that we received or write something; strangers may not (H26, H66), nor those who are blocked. */
export function maySeeReceipts(account: Account, address: BareJid): boolean {
  const contact = contacts.getContact(account.profile.database, account.id, address);
  const isSeen = contact?.subscription === 'from' || contact?.subscription === 'both';
  return isSeen && !isBlocked(account, address);
}

/** Fetches the roster; with a version that is still current the server sends nothing (RFC 6121 §2.6). */
export async function syncRoster(account: Account, wire: Wire): Promise<void> {
  const { database } = account.profile;
  const roster = await askRoster(wire, account.record().rosterVersion);
  if (roster === 'unchanged') return;
  account.profile.commit((changes) => {
    const records = roster.items.map((item) => recordOf(account, item));
    const { changed, removed } = contacts.replaceContacts(database, account.id, records);
    if (roster.version !== undefined) {
      accounts.updateAccount(database, account.id, { rosterVersion: roster.version });
    }
    for (const record of changed) changes.push({ put: 'contact', row: contactRow(account, record) });
    for (const address of removed) changes.push({ put: 'no-contact', account: account.id, address });
    if (removed.length > 0) forgetStrangers(database);
  });
}

/** One item changed (RFC 6121 §2.1.6); the caller has checked that our own account's server says so. */
export function applyRosterPush(account: Account, item: RosterItem, version: string | undefined): void {
  account.profile.commit((changes) => {
    const { database } = account.profile;
    if (version !== undefined) accounts.updateAccount(database, account.id, { rosterVersion: version });
    if (item.subscription === 'remove') {
      contacts.deleteContact(database, account.id, item.address);
      changes.push({ put: 'no-contact', account: account.id, address: item.address });
      forgetStrangers(database);
      return;
    }
    const record = recordOf(account, item);
    contacts.putContact(database, record);
    // What they showed is not ours to see any more.
    if (record.subscription === 'none' || record.subscription === 'from') forgetStrangers(database);
    changes.push({ put: 'contact', row: contactRow(account, record) });
    if (record.subscription === 'from' || record.subscription === 'both')
      settle(account, item.address, changes);
  });
}

function recordOf(account: Account, item: RosterItem): contacts.ContactRecord {
  return {
    account: account.id,
    address: item.address,
    name: item.name,
    subscription: item.subscription === 'remove' ? 'none' : item.subscription,
    asking: item.asking,
    groups: [...item.groups],
  };
}

/** A request that was answered, here or on another device, is no request any more. */
function settle(account: Account, address: BareJid, changes: Change[]): void {
  if (contacts.deleteContactRequest(account.profile.database, account.id, address)) {
    changes.push({ put: 'no-contact-request', account: account.id, address });
  }
}

// ————— What a person does ————————————————————————————————————————————————————————————————————————————————————

/** The stream, or the refusal that says that this needs one. */
export function requireWire(account: Account): Wire {
  if (account.wire === undefined) throw new Refusal('offline');
  return account.wire;
}

/**
 * Adds a contact and asks to see their presence. Returns the chat with them.
 * @param token of their invitation (XEP-0379); that they ask back is expected then, and answered like any other wish
 */
export async function addContact(
  account: Account,
  address: BareJid,
  name: string,
  token?: string,
): Promise<number> {
  if (address === account.address) throw new Refusal('not-allowed', 'This is your own address.');
  const wire = requireWire(account);
  const known = contacts.getContact(account.profile.database, account.id, address);
  await setContact(wire, { address, name: name || (known?.name ?? ''), groups: known?.groups ?? [] });
  const payload = token === undefined ? undefined : writeToken(token);
  wire.send(writePresence({ type: 'subscribe', to: address, payload }));
  // Two people who add each other have both agreed: their waiting request is answered along with ours.
  if (
    contacts
      .listContactRequests(account.profile.database)
      .some((request) => isFrom(account, request, address))
  ) {
    acceptRequest(account, address, wire);
  }
  return openChat(account, address);
}

function isFrom(account: Account, request: contacts.ContactRequestRecord, address: BareJid): boolean {
  return request.account === account.id && request.address === address;
}

function acceptRequest(account: Account, address: BareJid, wire: Wire): void {
  wire.send(writePresence({ type: 'subscribed', to: address }));
  account.profile.commit((changes) => {
    settle(account, address, changes);
  });
}

/** Lets them see our presence, asks to see theirs, and opens the chat. */
export function acceptContact(account: Account, address: BareJid): number {
  const wire = requireWire(account);
  acceptRequest(account, address, wire);
  const contact = contacts.getContact(account.profile.database, account.id, address);
  const isSeen =
    contact?.subscription === 'to' || contact?.subscription === 'both' || contact?.asking === true;
  if (!isSeen) wire.send(writePresence({ type: 'subscribe', to: address }));
  return openChat(account, address);
}

export function refuseContact(account: Account, address: BareJid): void {
  requireWire(account).send(writePresence({ type: 'unsubscribed', to: address }));
  account.profile.commit((changes) => {
    settle(account, address, changes);
  });
}

/** Refuses many at once, of one account or several; who does not ask any more is left out. */
export function refuseContacts(account: Account, addresses: readonly BareJid[]): void {
  const wire = requireWire(account);
  account.profile.commit((changes) => {
    for (const address of addresses) {
      if (contacts.getContactRequest(account.profile.database, account.id, address) === undefined) continue;
      wire.send(writePresence({ type: 'unsubscribed', to: address }));
      settle(account, address, changes);
    }
  });
}

export async function renameContact(account: Account, address: BareJid, name: string): Promise<void> {
  const contact = contacts.getContact(account.profile.database, account.id, address);
  if (contact === undefined) throw new Refusal('not-found');
  await setContact(requireWire(account), { address, name: name.trim(), groups: contact.groups });
}

/** Takes them off the list and ends both subscriptions (RFC 6121 §2.5.1). The chat stays. */
export async function dropContact(account: Account, address: BareJid): Promise<void> {
  await removeContact(requireWire(account), address);
}
