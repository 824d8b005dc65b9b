/** Facts that arrived before the message they speak of, kept until it comes or too many others wait as well. */
import { readJson } from './columns.ts';
import { prepare, transaction, type Database } from './database.ts';

/** For each chat: a stranger who invents targets fills this and no more. */
const MOST = 1_000;

export interface WaitingFact {
  readonly chat: number;
  /** The stanza id that the fact names. */
  readonly target: string;
  /** Who says so; whether they may is decided when the target is there. */
  readonly sender: string;
  /** A JSON value; its reader checks its shape. */
  readonly fact: unknown;
  /** Milliseconds since 1970. */
  readonly at: number;
}

type Row = Omit<WaitingFact, 'fact'> & { readonly fact: string };

/** Keeps a fact. The same one twice counts once; beyond a thousand in a chat the oldest go. */
export function park(database: Database, waiting: WaitingFact): void {
  transaction(database, () => {
    prepare<[Row]>(
      database,
      `INSERT INTO waiting_facts (chat, target, sender, fact, at) VALUES (@chat, @target, @sender, @fact, @at)
       ON CONFLICT DO NOTHING`,
    ).run({ ...waiting, fact: JSON.stringify(waiting.fact) });
    prepare<[{ chat: number; most: number }]>(
      database,
      `DELETE FROM waiting_facts WHERE chat = @chat AND (target, sender, fact) IN (
         SELECT target, sender, fact FROM waiting_facts WHERE chat = @chat
         ORDER BY at DESC, target, sender, fact LIMIT -1 OFFSET @most)`,
    ).run({ chat: waiting.chat, most: MOST });
  });
}

/** Takes out what waits for this target, oldest first. */
export function takeWaiting(database: Database, chat: number, target: string): WaitingFact[] {
  return prepare<[number, string], Row>(
    database,
    'DELETE FROM waiting_facts WHERE chat = ? AND target = ? RETURNING *',
  )
    .all(chat, target)
    .map((row) => ({ ...row, fact: readJson(row.fact) }))
    .sort((a, b) => a.at - b.at);
}

/** Nothing waits in a chat any more. */
export function forgetWaiting(database: Database, chat: number): void {
  prepare<[number]>(database, 'DELETE FROM waiting_facts WHERE chat = ?').run(chat);
}
