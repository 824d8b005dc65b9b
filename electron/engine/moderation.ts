/**
 * What moderators take back of others in a room (XEP-0425): asked of the room, and true once the room has said so to
 * everybody. Only its own id of a message names one, because nobody else can choose that.
 */
import { Refusal } from '../../shared/answer.ts';
import type { Change } from '../../shared/contract.ts';
import type { BareJid } from '../../shared/jid.ts';
import { field } from '../store/columns.ts';
import type { MessageRecord } from '../store/messages.ts';
import { park, type WaitingFact } from '../store/waiting.ts';
import { listSaidBy } from '../store/rooms.ts';
import { StanzaError } from '../xmpp/wire.ts';
import { askModerate } from '../xmpp/xep/xep0425.ts';
import type { Account } from './account.ts';
import { idInArchive } from './archived-as.ts';
import type { Fact } from './facts.ts';
import { findInRoom, waitsFor } from './references.ts';
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
  const message = findInRoom(account, room.address, target);
  if (message !== undefined) {
    heard(account, message, { at, encryption: 'none' }, changes);
    return;
  }
  const { database, host } = account.profile;
  const fact = { kind: 'moderation', at };
  const waiting = { chat: room.chat, target: waitsFor(account, peer, target), sender: peer };
  park(database, { ...waiting, fact, at: host.now() });
}

/** The message came: it is gone again. */
export function applyWaitingModeration(
  account: Account,
  message: MessageRecord,
  { fact }: WaitingFact,
  changes: Change[],
): void {
  const at = field(fact, 'at');
  if (typeof at === 'number') heard(account, message, { at, encryption: 'none' }, changes);
}

/** Of one person at a time, the newest of what is here. */
const MOST = 500;

/**
 * Asks the room to take back what somebody else said.
 * @throws Refusal `not-allowed` when it cannot, or we may not; StanzaError, WireClosed
 */
export async function moderate(
  account: Account,
  room: Room,
  { archiveId }: Pick<MessageRecord, 'archiveId'>,
  reason?: string,
): Promise<void> {
  const wire = wireOf(account);
  const protocol = room.features.hasModeration;
  const mayDo = room.state === 'in' && room.occupants.get(room.nick)?.role === 'moderator';
  if (protocol === undefined || !mayDo || archiveId === undefined) throw new Refusal('not-allowed');
  const because = reason === undefined ? {} : { reason };
  await askModerate(wire, room.address, idInArchive(room.address, archiveId), { protocol, ...because });
}

/**
 * The same of all that is here of one person, the newest first.
 * @param occupant who it is by whatever name
 * @returns how many the room took back; one that is gone there already is no obstacle
 * @throws Refusal `not-allowed`; StanzaError, WireClosed
 */
export async function moderateAll(
  account: Account,
  room: Room,
  occupant: string,
  reason?: string,
): Promise<number> {
  let count = 0;
  for (const archiveId of listSaidBy(account.profile.database, room.chat, occupant, MOST)) {
    try {
      await moderate(account, room, { archiveId }, reason);
      count += 1;
    } catch (error) {
      if (!(error instanceof StanzaError) || error.condition !== 'item-not-found') throw error;
    }
  }
  return count;
}
