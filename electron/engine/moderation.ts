/**
 * What moderators take back of others in a room (XEP-0425): asked of the room, and true once the room has said so to
 * everybody. Only its own id of a message names one, because nobody else can choose that.
 */
import { Refusal } from '../../shared/answer.ts';
import type { Change } from '../../shared/contract.ts';
import type { BareJid } from '../../shared/jid.ts';
import * as messages from '../store/messages.ts';
import { askModerate } from '../xmpp/xep/xep0425.ts';
import type { Account } from './account.ts';
import { archivedAs, idInArchive } from './archived-as.ts';
import type { Fact } from './facts.ts';
import { heard } from './retractions.ts';
import { wireOf } from './room-making.ts';
import type { Room } from './room.ts';

/** The room says that a message is taken back; inside a transaction. What was encrypted stays, and says so. */
export function applyModeration(
  account: Account,
  peer: BareJid,
  { target, at }: Extract<Fact, { kind: 'moderation' }>,
  changes: Change[],
): void {
  const room = account.rooms.get(peer);
  if (room === undefined) return;
  const id = archivedAs(account, room.address, target);
  const message = messages.findByArchiveId(account.profile.database, account.id, id);
  if (message?.chat === room.chat) heard(account, message, { at, encryption: 'none' }, changes);
}

/**
 * Asks the room to take back what somebody else said.
 * @throws Refusal `not-allowed` when it cannot, or we may not; StanzaError, WireClosed
 */
export async function moderate(account: Account, room: Room, message: messages.MessageRecord): Promise<void> {
  const wire = wireOf(account);
  const protocol = room.features.hasModeration;
  const mayDo = room.state === 'in' && room.occupants.get(room.nick)?.role === 'moderator';
  if (protocol === undefined || !mayDo || message.archiveId === undefined) throw new Refusal('not-allowed');
  await askModerate(wire, room.address, idInArchive(room.address, message.archiveId), { protocol });
}
