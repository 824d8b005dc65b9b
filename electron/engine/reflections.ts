/**
 * What a room says again of what we said about a message on this device: those in it have it, and it need not leave any
 * more (XEP-0045 #message). What it says is known here; in an encrypted room it could not even be read.
 */
import type { Change } from '../../shared/contract.ts';
import type { BareJid } from '../../shared/jid.ts';
import * as outbox from '../store/outbox.ts';
import { findSending } from '../store/reactions.ts';
import * as versions from '../store/versions.ts';
import type { Account } from './account.ts';
import { settleErrand } from './errands.ts';
import type { Envelope, Fact } from './facts.ts';

/** Undefined for everything else. */
export function reflectionIn(
  { rooms, profile: { database } }: Account,
  { room, peer, isOutgoing, message: { id, type } }: Envelope,
): Fact | undefined {
  const chat = room === undefined || type === 'error' ? undefined : rooms.get(peer)?.chat;
  if (!isOutgoing || id === undefined || chat === undefined) return undefined;
  const isOurs =
    outbox.hasErrand(database, chat, id) ||
    findSending(database, chat, id) !== undefined ||
    versions.findByVersion(database, chat, id) !== undefined ||
    versions.findByChange(database, chat, id) !== undefined;
  return isOurs ? { kind: 'reflection', target: id } : undefined;
}

/** Inside a transaction. */
export function applyReflection(account: Account, peer: BareJid, target: string, changes: Change[]): void {
  const chat = account.rooms.get(peer)?.chat;
  if (chat === undefined) return;
  outbox.removeErrand(account.profile.database, chat, target);
  settleErrand(account, chat, target, 'sent', changes);
}
