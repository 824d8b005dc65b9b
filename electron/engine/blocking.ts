/**
 * Whom the person does not want to hear of (XEP-0191): our server keeps the list and keeps them away; we keep a copy of
 * it, send them nothing, and drop what comes from them all the same. Reading what matches is shared/blocking.ts.
 */
import type { BlockedRow, Change } from '../../shared/contract.ts';
import { Refusal } from '../../shared/answer.ts';
import { bareOf, domainOf, localOf, readJid, type Jid } from '../../shared/jid.ts';
import * as store from '../store/blocked.ts';
import * as contacts from '../store/contacts.ts';
import type { Wire } from '../xmpp/wire.ts';
import { askBlock, askBlockList, askUnblock, NS, readPush, type Push } from '../xmpp/xep/xep0191.ts';
import { NS as NS_REPORT, type Report } from '../xmpp/xep/xep0377.ts';
import { childElements, type Element } from '../xmpp/xml.ts';
import type { Account } from './account.ts';
import { forgetBlockedInvites } from './room-invites.ts';
import { announceContact } from './roster.ts';
import { setTyping } from './typing.ts';

/** So many addresses go into one request: servers limit the size of a stanza. */
const AT_ONCE = 200;
/** More than a person blocks, and what a list may cost us. */
const MOST = 20_000;

/** Never true of ourselves or our own server: whatever a list says, we go on hearing of both (#privacy). */
export function isBlocked({ profile, id, address }: Account, jid: string): boolean {
  const isOwn = jid === domainOf(address) || bareOf(jid) === address;
  return !isOwn && store.isInBlockList(profile.database, id, jid);
}

export function blockedRow({ profile, id, disco }: Account): BlockedRow {
  return {
    account: id,
    ...(disco.isKnown && { isOffered: disco.serverHas(NS) }),
    canReport: disco.serverHas(NS_REPORT),
    addresses: store.listBlocked(profile.database, id),
  };
}

/**
 * Fetches the list after binding, which also asks for the pushes that follow it.
 * @throws StanzaError, WireClosed
 */
export async function syncBlockList(account: Account, wire: Wire): Promise<void> {
  await account.disco.askServer(wire);
  if (!account.disco.serverHas(NS)) {
    account.profile.announce([{ put: 'blocked', row: blockedRow(account) }]);
    return;
  }
  const addresses = (await askBlockList(wire)).slice(0, MOST);
  change(account, () => {
    store.replaceBlocked(account.profile.database, account.id, addresses);
  });
}

/** What our own server says that changed in the list; the caller has checked that it is our own. */
export function takeBlockPush(account: Account, request: Element): void {
  const [payload, ...others] = childElements(request);
  const push = payload === undefined || others.length > 0 ? undefined : readPush(payload);
  if (push !== undefined) applyPush(account, push);
}

function applyPush(account: Account, push: Push): void {
  const { database } = account.profile;
  change(account, () => {
    if (push.kind === 'unblock-all') store.replaceBlocked(database, account.id, []);
    else if (push.kind === 'unblock') store.removeBlocked(database, account.id, push.addresses);
    else store.addBlocked(database, account.id, push.addresses.slice(0, MOST));
  });
}

/** The list becomes another one: who asked and is blocked now asks no more, and nobody blocked is shown as being there. */
function change(account: Account, work: () => void): void {
  const { profile } = account;
  profile.commit((changes) => {
    work();
    changes.push({ put: 'blocked', row: blockedRow(account) });
    forgetRequests(account, changes);
    forgetBlockedInvites(account, changes);
  });
  for (const address of [...account.presences.keys()]) {
    if (!isBlocked(account, address)) continue;
    account.presences.delete(address);
    announceContact(account, address);
    setTyping(account, address, { sender: address, isTyping: false });
  }
  account.outbox.flush(); // what waits for somebody who is blocked now will not leave
}

function forgetRequests(account: Account, changes: Change[]): void {
  const { database } = account.profile;
  for (const { account: owner, address } of contacts.listContactRequests(database)) {
    if (owner !== account.id || !isBlocked(account, address)) continue;
    contacts.deleteContactRequest(database, owner, address);
    changes.push({ put: 'no-contact-request', account: owner, address });
  }
}

// ————— What a person does ————————————————————————————————————————————————————————————————————————————————————

/**
 * @param texts addresses of people, servers, or single devices
 * @throws Refusal `offline`, `not-an-address`, `not-allowed` for ourselves, our server, or a report that it does not take;
 *   StanzaError, WireClosed
 */
export async function block(account: Account, texts: readonly string[], report?: Report): Promise<void> {
  const wire = requireService(account);
  const addresses = texts.map(readAddress);
  const own: readonly (string | undefined)[] = [account.address, domainOf(account.address)];
  if (addresses.some((jid) => own.includes(bareOf(jid)))) {
    throw new Refusal('not-allowed', 'Nobody can block their own account or server.');
  }
  if (report !== undefined && !account.disco.serverHas(NS_REPORT)) {
    throw new Refusal('not-allowed', 'The server takes no reports.');
  }
  for (const some of portions(addresses)) {
    await askBlock(wire, some, report);
    applyPush(account, { kind: 'block', addresses: some });
  }
}

/** @throws Refusal `offline`, `not-an-address`, `not-allowed`; StanzaError, WireClosed */
export async function unblock(account: Account, texts: readonly string[]): Promise<void> {
  const wire = requireService(account);
  for (const some of portions(texts.map(readAddress))) {
    await askUnblock(wire, some);
    applyPush(account, { kind: 'unblock', addresses: some });
  }
}

function requireService({ wire, disco }: Account): Wire {
  if (wire === undefined) throw new Refusal('offline');
  if (disco.isKnown && !disco.serverHas(NS)) throw new Refusal('not-allowed', 'The server cannot block.');
  return wire;
}

function readAddress(text: string): Jid {
  const jid = readJid(text.trim());
  // A word is a domain by the letter, and hardly ever meant as one.
  if (jid === undefined || (localOf(jid) === undefined && !domainOf(jid).includes('.'))) {
    throw new Refusal('not-an-address');
  }
  return jid;
}

function portions(addresses: readonly Jid[]): Jid[][] {
  const count = Math.ceil(addresses.length / AT_ONCE);
  return Array.from({ length: count }, (_, index) => addresses.slice(index * AT_ONCE, (index + 1) * AT_ONCE));
}
