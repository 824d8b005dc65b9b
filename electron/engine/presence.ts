/** Presence comes in: who is there, and who asks to see us; and what we say about ourselves goes out. */
import { bareOf, readFullJid, resourceOf, type BareJid } from '../../shared/jid.ts';
import * as contacts from '../store/contacts.ts';
import { readPresence, writePresence, type Presence } from '../xmpp/xep/presence.ts';
import { selfWith } from '../xmpp/xep/self.ts';
import type { Element } from '../xmpp/xml.ts';
import type { Account } from './account.ts';
import { isBlocked } from './blocking.ts';
import { welcomeInvited } from './invitations.ts';
import { isVerifying, verifyMove } from './moves.ts';
import { receivePhoto } from './faces.ts';
import { ownPhoto } from './own-face.ts';
import { getPrivacy } from './privacy.ts';
import { announceContact, announceContacts } from './roster.ts';

/** A stranger's note is shown, not trusted: it is cut to this many characters. */
const NOTE_LIMIT = 500;

/** What we tell everybody who may see us. */
export function ownPresence(account: Account): Element {
  const { tellsTime } = getPrivacy(account.profile.database);
  const photo = ownPhoto(account);
  return writePresence({
    type: 'available',
    ...account.profile.idleness.shown,
    capabilities: selfWith({ time: tellsTime }).capabilities,
    ...(photo !== undefined && { photo }),
  });
}

/** Tells it everybody anew, after something in it changed. */
export function tellPresence(accounts: Iterable<Account>): void {
  for (const account of accounts) if (account.maySend) account.wire?.send(ownPresence(account));
}

/** Handles one presence stanza. */
export function receivePresence(account: Account, stanza: Element): void {
  const presence = readPresence(stanza);
  const from = presence?.from === undefined ? undefined : bareOf(presence.from);
  if (presence === undefined || account.rooms.receivePresence(presence, stanza)) return;
  if (from === undefined || from === account.address) return;
  if (isBlocked(account, presence.from ?? from)) return;
  switch (presence.type) {
    case 'available':
    case 'unavailable':
      note(account, from, presence);
      break;
    case 'subscribe':
      receiveRequest(account, from, presence.status ?? '', stanza);
      break;
    case 'unsubscribe':
      withdrawRequest(account, from);
      break;
    case 'subscribed':
    case 'unsubscribed': // The roster push that comes along says what changed (RFC 6121 §3.1.6).
    case 'error':
    case 'probe':
      break;
  }
}

function note(account: Account, from: BareJid, presence: Presence): void {
  const resource = presence.from === undefined ? '' : (resourceOf(presence.from) ?? '');
  const resources = account.presences.get(from) ?? new Map<string, Presence>();
  const jid = presence.from === undefined ? undefined : readFullJid(presence.from);
  if (jid !== undefined && presence.type === 'unavailable') account.capabilities.noteUnavailable(jid);
  if (presence.type === 'available') resources.set(resource, presence);
  else if (resource === '') resources.clear();
  else resources.delete(resource);
  if (resources.size === 0) account.presences.delete(from);
  else account.presences.set(from, resources);
  if (jid !== undefined && presence.type === 'available') account.capabilities.noteAvailable(jid);
  announceContact(account, from);
  if (presence.type === 'available' && presence.photo !== undefined)
    receivePhoto(account, from, presence.photo);
}

/** Somebody asks to see our presence (RFC 6121 §3.1.3). Those we asked ourselves are answered with yes at once. */
function receiveRequest(account: Account, from: BareJid, text: string, stanza: Element): void {
  const { database, host } = account.profile;
  const contact = contacts.getContact(database, account.id, from);
  const isWanted =
    contact !== undefined &&
    (contact.asking || contact.subscription === 'to' || contact.subscription === 'both');
  if (isWanted || contact?.subscription === 'from') {
    account.wire?.send(writePresence({ type: 'subscribed', to: from }));
    return;
  }
  if (welcomeInvited(account, from, stanza)) return;
  account.profile.commit((changes) => {
    const request = { account: account.id, address: from, note: text.slice(0, NOTE_LIMIT), at: host.now() };
    contacts.putContactRequest(database, request);
    const row = contacts.getContactRequest(database, account.id, from) ?? request;
    changes.push({ put: 'contact-request', row });
  });
  if (isVerifying(account, stanza)) return;
  verifyMove(account, from, stanza).catch((error: unknown) => {
    account.log('move-failed', { error: String(error) });
  });
}

function withdrawRequest(account: Account, from: BareJid): void {
  account.profile.commit((changes) => {
    if (contacts.deleteContactRequest(account.profile.database, account.id, from)) {
      changes.push({ put: 'no-contact-request', account: account.id, address: from });
    }
  });
}

/** The session is over: who is there and who is writing has to be learnt anew. */
export function forgetOthers(account: Account): void {
  for (const timer of account.typing.values()) clearTimeout(timer);
  account.typing.clear();
  account.presences.clear();
  account.rooms.forget();
  announceContacts(account);
}
