/** Whether a message that comes out of a file is here already: by its ids, or else because it is the same row. */
import type { MessageEntry } from '../../shared/transcript.ts';
import { prepare, type Database } from './database.ts';
import { findByArchiveId, findByOriginId, freeId, getMessage } from './messages.ts';

export interface Place {
  readonly account: number;
  readonly chat: number;
}

/** For messages that keep the ids that they had in a profile like this one. */
export function isKnown(database: Database, place: Place, entry: MessageEntry): boolean {
  if (isKnownByIds(database, place, entry)) return true;
  const same = getMessage(database, entry.id);
  return same?.chat === place.chat && same.sender === entry.sender && same.text === entry.text;
}

/** The archive's id is unique in an account, and the author's for an author in a chat; the stanza's may repeat. */
export function isKnownByIds(
  database: Database,
  { account, chat }: Place,
  { archiveId, originId, sender }: Pick<MessageEntry, 'archiveId' | 'originId' | 'sender'>,
): boolean {
  return (
    (archiveId !== undefined && findByArchiveId(database, account, archiveId) !== undefined) ||
    (originId !== undefined && findByOriginId(database, chat, sender, originId) !== undefined)
  );
}

/** This id, or the next one of about that time that is free. */
export function freeIdFrom(database: Database, id: number): number {
  const isTaken = prepare<[number]>(database, 'SELECT 1 FROM messages WHERE id = ?').get(id) !== undefined;
  return isTaken ? freeId(database, Math.floor(id / 1_000)) : id;
}
