/** What people feel about messages: of each person the newest set. Whether they may say so is decided by the caller. */
import { oneOf, readStrings } from './columns.ts';
import { prepare, type Database } from './database.ts';

/** The set of one person about one message. */
export interface ReactionRecord {
  readonly message: number;
  /** Bare address; in a room who somebody is by whatever name: see engine/occupants.ts. */
  readonly sender: string;
  /** In a room: their address there, as they were called when they said so. */
  readonly called?: string;
  /** Empty when they took back what they said. */
  readonly emojis: readonly string[];
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly encryption: 'none' | 'omemo';
  /** Of ours, when they were said on this device. */
  readonly sending?: Sending;
}

export interface Sending {
  readonly stanzaId: string;
  /** Absent: our server has it. */
  readonly state?: 'waiting' | 'failed';
  /** For `failed`, in the contract's words. */
  readonly failure?: string;
  /** What we had said before, which counts again should this fail. */
  readonly earlier: readonly string[];
}

interface Row {
  readonly message: number;
  readonly sender: string;
  readonly called: string | null;
  readonly emojis: string;
  readonly at: number;
  readonly encryption: string;
  readonly stanza_id: string | null;
  readonly state: string | null;
  readonly failure: string | null;
  readonly earlier: string | null;
}

const states = ['waiting', 'failed'] as const;

/** Puts a set in the place of an earlier one of the same person. */
export function putReactions(database: Database, record: ReactionRecord): void {
  const { message, sender, called, emojis, at, encryption, sending } = record;
  prepare<[Row]>(
    database,
    `INSERT OR REPLACE INTO reactions (message, sender, called, emojis, at, encryption, stanza_id, state, failure, earlier)
     VALUES (@message, @sender, @called, @emojis, @at, @encryption, @stanza_id, @state, @failure, @earlier)`,
  ).run({
    message,
    sender,
    called: called ?? null,
    emojis: JSON.stringify(emojis),
    at,
    encryption,
    stanza_id: sending?.stanzaId ?? null,
    state: sending?.state ?? null,
    failure: sending?.failure ?? null,
    earlier: sending === undefined ? null : JSON.stringify(sending.earlier),
  });
}

export function getReactions(
  database: Database,
  message: number,
  sender: string,
): ReactionRecord | undefined {
  const sql = 'SELECT * FROM reactions WHERE message = ? AND sender = ?';
  const row = prepare<[number, string], Row>(database, sql).get(message, sender);
  return row && readRow(row);
}

/** Everything that is felt about a message, in the order in which it was said. */
export function listReactions(database: Database, message: number): ReactionRecord[] {
  const sql = 'SELECT * FROM reactions WHERE message = ? ORDER BY at, sender';
  return prepare<[number], Row>(database, sql).all(message).map(readRow);
}

/** The same for the messages of a chat from one id to another, both included. */
export function listReactionsBetween(
  database: Database,
  chat: number,
  first: number,
  last: number,
): ReactionRecord[] {
  return prepare<[number, number, number], Row>(
    database,
    `SELECT reactions.* FROM messages JOIN reactions ON reactions.message = messages.id
     WHERE messages.chat = ? AND messages.id BETWEEN ? AND ? ORDER BY reactions.message, reactions.at, reactions.sender`,
  )
    .all(chat, first, last)
    .map(readRow);
}

/** Ours that left, or is to leave, in a chat as the stanza of this id. */
export function findSending(database: Database, chat: number, stanzaId: string): ReactionRecord | undefined {
  const row = prepare<[string, number], Row>(
    database,
    `SELECT reactions.* FROM reactions JOIN messages ON messages.id = reactions.message
     WHERE reactions.stanza_id = ? AND messages.chat = ?`,
  ).get(stanzaId, chat);
  return row && readRow(row);
}

function readRow(row: Row): ReactionRecord {
  return {
    message: row.message,
    sender: row.sender,
    ...(row.called !== null && { called: row.called }),
    emojis: readStrings(row.emojis),
    at: row.at,
    encryption: oneOf(['none', 'omemo'], row.encryption, 'none'),
    ...(row.stanza_id !== null && {
      sending: {
        stanzaId: row.stanza_id,
        ...(row.state !== null && { state: oneOf(states, row.state, 'failed') }),
        ...(row.failure !== null && { failure: row.failure }),
        earlier: readStrings(row.earlier),
      },
    }),
  };
}
