/**
 * By which id one message speaks of another, and who may speak of it so. In a room that is the id which the room gave it,
 * because nobody else can choose that (XEP-0444 #business-id, XEP-0424 #rules, XEP-0461 #business-id); a message without
 * one cannot be spoken of. In a chat of two it is the author's.
 */
import type { BareJid } from '../../shared/jid.ts';
import type { MessageRecord } from '../store/messages.ts';
import * as messages from '../store/messages.ts';
import type { Account } from './account.ts';
import { archivedAs, idInArchive } from './archived-as.ts';
import type { Fact } from './facts.ts';

/** Undefined where there is none. */
export function referenceTo(
  account: Account,
  { chat, stanzaId, archiveId }: MessageRecord,
): string | undefined {
  const room = account.rooms.ofChat(chat);
  if (room === undefined) return stanzaId;
  return archiveId === undefined ? undefined : idInArchive(room.address, archiveId);
}

/** True where what is said about a message counts: in a room that tells who says so. */
export function isIdentified(account: Account, chat: number): boolean {
  const features = account.rooms.ofChat(chat)?.features;
  return features === undefined || features.hasOccupantIds || features.isNonAnonymous;
}

type Speech = Pick<Extract<Fact, { kind: 'reactions' | 'retraction' }>, 'sender' | 'occupant' | 'target'>;

/** Who says so: in a room whoever it is by whatever name, everywhere we are ourselves. */
export function speakerOf({ sender, occupant }: Pick<Speech, 'sender' | 'occupant'>): string {
  return occupant ?? sender;
}

/** True when whoever speaks has written the message (H24). */
export function isAuthor(message: MessageRecord, speaker: string): boolean {
  return speaker === (message.isOutgoing ? message.sender : (message.occupant ?? message.sender));
}

/** What waits for a message of a room waits for its id there: no stanza id has a space and an address before it. */
export function waitsFor(account: Account, peer: BareJid, target: string): string {
  return account.rooms.get(peer) === undefined ? target : archivedAs(account, peer, target);
}

/** The message that an id of a room means. */
export function findInRoom(account: Account, room: BareJid, target: string): MessageRecord | undefined {
  const id = archivedAs(account, room, target);
  const message = messages.findByArchiveId(account.profile.database, account.id, id);
  return message?.chat === account.rooms.get(room)?.chat ? message : undefined;
}
