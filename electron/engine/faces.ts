/**
 * What people show of themselves: the picture and the nickname that an account and its contacts have published
 * (XEP-0084, XEP-0153, XEP-0172). Believed only of those whose presence we may see, and of ourselves; the pictures are
 * fetched by portraits.ts.
 */
import type { AccountRow, Change } from '../../shared/contract.ts';
import type { BareJid } from '../../shared/jid.ts';
import { nicknameOf } from '../../shared/nickname.ts';
import * as contacts from '../store/contacts.ts';
import type { Database } from '../store/database.ts';
import * as people from '../store/people.ts';
import type { PubsubEvent } from '../xmpp/xep/xep0060.ts';
import * as xep0084 from '../xmpp/xep/xep0084.ts';
import * as xep0172 from '../xmpp/xep/xep0172.ts';
import type { Element } from '../xmpp/xml.ts';
import type { Account } from './account.ts';
import { accountRow, type AccountStanding } from './account-row.ts';
import { credentialsOf } from './credentials.ts';
import { fetchPortraits, LARGEST } from './portraits.ts';
import { announceContact } from './roster.ts';

export interface Face {
  /** SHA-1 in hex of a picture that is here. */
  readonly avatar?: string;
  /** What they are called where the person has given them no name. */
  readonly called?: string;
}

/** How somebody looks, as far as it is known. */
export function faceOf(database: Database, account: number, address: string): Face {
  const { avatar, nickname, fullName } = people.getFace(database, account, address);
  const called = nickname || nicknameOf(fullName);
  return { ...(avatar !== undefined && { avatar }), ...(called !== '' && { called }) };
}

/** The row of an account, with how it looks to others. */
export function accountRowOf(
  account: Account,
  reach: Pick<AccountStanding, 'state' | 'problem' | 'nextTry'>,
): AccountRow {
  const { database } = account.profile;
  const standing = { ...reach, outage: account.link.outage, archiving: account.history.archiving };
  const row = accountRow(account.record(), credentialsOf(database, account.id), standing);
  const { avatar, nickname } = people.getFace(database, account.id, account.address);
  return { ...row, ...(avatar !== undefined && { avatar }), ...(nickname !== '' && { nickname }) };
}

/** Whose picture and name we take in: people whose presence we may see, and ourselves. */
export function mayShow(account: Account, address: BareJid): boolean {
  if (address === account.address) return true;
  const contact = contacts.getContact(account.profile.database, account.id, address);
  return contact?.subscription === 'to' || contact?.subscription === 'both';
}

/** News from a personal node; the caller has checked whose it is. */
export function receiveFace(account: Account, owner: BareJid, event: PubsubEvent): void {
  if (event.node === xep0084.NS) receiveMetadata(account, owner, event);
  else if (event.node === xep0172.NS) receiveNick(account, owner, event);
}

/** What a node says by now: `none` when that is gone, undefined when it cannot be read. */
function newest<Value>(
  { items, end, retracted }: PubsubEvent,
  read: (payload: Element) => Value | undefined,
  none: Value,
): Value | undefined {
  const payload = items[0]?.payload;
  const isGone = end !== undefined || (payload === undefined && retracted.length > 0);
  return isGone ? none : payload && read(payload);
}

function receiveMetadata(account: Account, owner: BareJid, event: PubsubEvent): void {
  const formats = newest(event, xep0084.readMetadata, []);
  if (formats === undefined) return;
  // What is announced as too large is as good as none, and not asked for.
  const bearable = formats.filter(({ size }) => size <= LARGEST);
  const chosen = bearable.find(({ type }) => type === 'image/png') ?? bearable[0];
  noteHash(account, owner, 'avatar', chosen?.hash ?? '');
}

/** The hash in somebody's presence (XEP-0153). */
export function receivePhoto(account: Account, from: BareJid, hash: string): void {
  noteHash(account, from, 'photo', hash);
}

function noteHash(account: Account, owner: BareJid, source: 'avatar' | 'photo', hash: string): void {
  const { profile, id } = account;
  if (!mayShow(account, owner)) return;
  const before = people.getPerson(profile.database, id, owner);
  if (before[source] === hash) return;
  profile.commit(() => {
    people.setAvatar(profile.database, id, owner, source, hash);
    for (const old of [before.avatar, before.photo]) people.forgetPicture(profile.database, old ?? '');
  });
  announceFace(account, owner);
  fetchPortraits(account);
}

function receiveNick(account: Account, owner: BareJid, event: PubsubEvent): void {
  const { profile, id } = account;
  const nick = newest(event, xep0172.readNick, '');
  if (nick === undefined || !mayShow(account, owner)) return;
  const nickname = nicknameOf(nick);
  if (people.getPerson(profile.database, id, owner).nickname === nickname) return;
  profile.commit(() => {
    people.setNickname(profile.database, id, owner, nickname);
  });
  announceFace(account, owner);
}

/** Shows how somebody looks now. */
export function announceFace(account: Account, owner: BareJid): void {
  if (owner === account.address) account.profile.announce([ownRow(account)]);
  else announceContact(account, owner);
}

const ownRow = (account: Account): Change => ({ put: 'account', row: account.row() });
