/**
 * Invitations to rooms that others send us: kept until the person answers, one for each room. Nothing is entered because
 * of one, whoever sent it (H33), and its password is told to nobody but the room.
 */
import { Refusal } from '../../shared/answer.ts';
import type { Change, RoomInvite } from '../../shared/contract.ts';
import { bareOf, domainOf, localOf, readJid, resourceOf, type BareJid } from '../../shared/jid.ts';
import { getContact } from '../store/contacts.ts';
import * as store from '../store/room-invites.ts';
import { occupantJid } from '../xmpp/xep/xep0045.ts';
import { writeDecline } from '../xmpp/xep/xep0045-invite.ts';
import type { Account } from './account.ts';
import { isBlocked } from './blocking.ts';
import type { Fact } from './facts.ts';

type InviteFact = Extract<Fact, { kind: 'invite' }>;

/** All that wait for an answer. */
export function inviteChanges({ profile, id }: Account): Change[] {
  return store.listRoomInvites(profile.database, id).map((record) => ({
    put: 'room-invite',
    row: rowOf(record),
  }));
}

function rowOf({ account, address, inviter, reason, password, at }: store.RoomInviteRecord): RoomInvite {
  const jid = inviter === undefined ? undefined : readJid(inviter);
  // Of somebody whom only the room knows, what they are called there.
  const from = jid && bareOf(jid) === address ? resourceOf(jid) : jid;
  return {
    account,
    address,
    ...(from !== undefined && { from }),
    ...(reason !== undefined && { reason }),
    ...(password !== undefined && { hasPassword: true }),
    at,
  };
}

/** Somebody asks us into a room; inside a transaction. */
export function applyInvite(account: Account, fact: InviteFact, changes: Change[]): void {
  const { profile, id } = account;
  const invite = recordOf(account, fact);
  const { address, inviter } = invite;
  if (localOf(address) === undefined) return; // a service is no room
  const state = account.rooms.get(address)?.state;
  if (state === 'in' || state === 'joining') return;
  if ([address, inviter].some((jid) => jid !== undefined && isBlocked(account, jid))) return;
  const before = store.getRoomInvite(profile.database, id, address);
  // A stranger shall not put their words or password in the place of what was said by somebody whom we know.
  if (before !== undefined && !invite.isMediated && !isContact(account, inviter)) return;
  const over = store.putRoomInvite(profile.database, {
    ...before,
    ...invite,
    isMediated: invite.isMediated || before?.isMediated === true,
    // The answer goes to whom the room named.
    ...(before?.isMediated === true && !invite.isMediated && pick(before.inviter)),
  });
  for (const gone of over)
    if (gone !== address) changes.push({ put: 'no-room-invite', account: id, address: gone });
  const record = store.getRoomInvite(profile.database, id, address);
  changes.push(
    record === undefined
      ? { put: 'no-room-invite', account: id, address }
      : { put: 'room-invite', row: rowOf(record) },
  );
}

const pick = (inviter: string | undefined): { inviter?: string } =>
  inviter === undefined ? {} : { inviter };

function isContact({ profile, id }: Account, inviter: string | undefined): boolean {
  return inviter !== undefined && getContact(profile.database, id, inviter) !== undefined;
}

function recordOf(account: Account, { invitation, sender, at }: InviteFact): store.RoomInviteRecord {
  const { room: address, reason, password } = invitation;
  const { inviter, isMediated } =
    invitation.kind === 'mediated'
      ? {
          isMediated: true,
          inviter:
            invitation.from ??
            (invitation.nick === undefined ? undefined : occupantJid(address, invitation.nick)),
        }
      : { isMediated: false, inviter: bareOf(sender) };
  return {
    account: account.id,
    address,
    ...pick(inviter),
    isMediated,
    origin: domainOf(sender),
    ...(reason !== undefined && { reason }),
    ...(password !== undefined && { password }),
    at,
  };
}

/** Those of people and rooms that are blocked now are gone; inside a transaction. */
export function forgetBlockedInvites(account: Account, changes: Change[]): void {
  for (const { address, inviter } of store.listRoomInvites(account.profile.database, account.id)) {
    if ([address, inviter].some((jid) => jid !== undefined && isBlocked(account, jid)))
      forgetInvite(account, address, changes);
  }
}

/** It is answered; inside a transaction. */
export function forgetInvite({ profile, id }: Account, address: string, changes: Change[]): void {
  if (store.deleteRoomInvite(profile.database, id, address))
    changes.push({ put: 'no-room-invite', account: id, address });
}

// ————— What a person does ————————————————————————————————————————————————————————————————————————————————————

/**
 * Goes into the room that somebody asked us into.
 * @returns its chat
 * @throws Refusal `not-found` without an invitation
 */
export function acceptInvite(account: Account, address: BareJid): number {
  const invite = store.getRoomInvite(account.profile.database, account.id, address);
  if (invite === undefined) throw new Refusal('not-found');
  const { password } = invite;
  return account.rooms.join(address, password === undefined ? {} : { password });
}

/**
 * Would rather not. Whoever asked through the room is told, if there is a stream; a direct invitation has no answer
 * (XEP-0249).
 * @throws Refusal `not-found` without an invitation
 */
export function declineInvite(account: Account, address: BareJid): void {
  const { profile, wire, id } = account;
  const invite = store.getRoomInvite(profile.database, id, address);
  if (invite === undefined) throw new Refusal('not-found');
  const to = invite.isMediated ? readJid(invite.inviter ?? '') : undefined;
  profile.commit((changes) => {
    forgetInvite(account, address, changes);
  });
  if (to !== undefined) wire?.send(writeDecline(address, to, undefined, profile.host.id()));
}
