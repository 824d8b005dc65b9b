/**
 * Facts about messages of chats that do not exist yet: an archive is read from its end, so a confirmation may come before
 * anything of the conversation did. They wait until the chat is there, or too many others wait as well.
 */
import { readJson } from './columns.ts';
import { prepare, type Database } from './database.ts';

/** For each account: a stranger who confirms what nobody said fills this and no more. */
const MOST = 2_000;

/** Keeps a fact, a JSON value, for the chat with an address. The same one twice counts once. */
export function keepEarly(database: Database, account: number, address: string, fact: unknown): void {
  prepare<[number, string, string]>(
    database,
    'INSERT INTO early_facts (account, address, fact) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  ).run(account, address, JSON.stringify(fact));
  prepare<[{ account: number; most: number }]>(
    database,
    `DELETE FROM early_facts WHERE account = @account AND id <=
       (SELECT id FROM early_facts WHERE account = @account ORDER BY id DESC LIMIT 1 OFFSET @most)`,
  ).run({ account, most: MOST });
}

/** Takes out what waits for the chat with an address, in the order in which it came. */
export function takeEarly(database: Database, account: number, address: string): unknown[] {
  return prepare<[number, string], { id: number; fact: string }>(
    database,
    'DELETE FROM early_facts WHERE account = ? AND address = ? RETURNING id, fact',
  )
    .all(account, address)
    .sort((a, b) => a.id - b.id)
    .map(({ fact }) => readJson(fact));
}
