/**
 * What people say of themselves: their picture's hash, nickname and card; and the notes made here about them. The
 * pictures themselves are in pictures.ts. It knows contacts by their address and believes nothing.
 */
import { readJson } from './columns.ts';
import { prepare, type Database } from './database.ts';

export interface PersonRecord {
  /** By XEP-0084 and by XEP-0153: SHA-1 in lower-case hex, empty for "no picture"; absent: nothing was said. */
  readonly avatar?: string;
  readonly photo?: string;
  readonly nickname: string;
  /** As it was last fetched; whatever JSON it was. */
  readonly card?: unknown;
  /** When; milliseconds since 1970. */
  readonly cardAt?: number;
}

interface Row {
  readonly avatar: string | null;
  readonly photo: string | null;
  readonly nickname: string;
  readonly card: string | null;
  readonly card_at: number | null;
}

const NOBODY: PersonRecord = { nickname: '' };

export function getPerson(database: Database, account: number, address: string): PersonRecord {
  const row = prepare<[number, string], Row>(
    database,
    'SELECT avatar, photo, nickname, card, card_at FROM people WHERE account = ? AND address = ?',
  ).get(account, address);
  if (row === undefined) return NOBODY;
  const card = readJson(row.card);
  return {
    ...(row.avatar !== null && { avatar: row.avatar }),
    ...(row.photo !== null && { photo: row.photo }),
    nickname: row.nickname,
    ...(card !== undefined && { card }),
    ...(row.card_at !== null && { cardAt: row.card_at }),
  };
}

export interface FaceRecord {
  /** SHA-1 in lower-case hex of a picture that is here. */
  readonly avatar?: string;
  readonly nickname: string;
  /** Of the card, if that is known. */
  readonly fullName: string;
}

/** What stands for somebody in a list: asked for very often, and in one go. */
export function getFace(database: Database, account: number, address: string): FaceRecord {
  const row = prepare<
    [number, string],
    { readonly avatar: string | null; readonly nickname: string; readonly fullName: string | null }
  >(
    database,
    `SELECT nickname, CASE WHEN json_valid(card) THEN card ->> '$.fullName' END AS fullName,
       (SELECT hash FROM pictures WHERE hash = coalesce(nullif(p.avatar, ''), nullif(p.photo, ''))) AS avatar
     FROM people p WHERE account = ? AND address = ?`,
  ).get(account, address);
  const { avatar = null, nickname = '', fullName = null } = row ?? {};
  return {
    ...(avatar !== null && { avatar }),
    nickname,
    fullName: typeof fullName === 'string' ? fullName : '',
  };
}

/** Keeps a hash. That there is no picture any more by the newer protocol makes the older one's word stale. */
export function setAvatar(
  database: Database,
  account: number,
  address: string,
  source: 'avatar' | 'photo',
  hash: string,
): void {
  const others = source === 'avatar' && hash === '' ? ', photo = NULL' : '';
  prepare<[number, string, string]>(
    database,
    `INSERT INTO people (account, address, ${source}) VALUES (?, ?, ?)
     ON CONFLICT (account, address) DO UPDATE SET ${source} = excluded.${source}${others}`,
  ).run(account, address, hash);
}

export function setNickname(database: Database, account: number, address: string, nickname: string): void {
  prepare<[number, string, string]>(
    database,
    `INSERT INTO people (account, address, nickname) VALUES (?, ?, ?)
     ON CONFLICT (account, address) DO UPDATE SET nickname = excluded.nickname`,
  ).run(account, address, nickname);
}

/** @param at milliseconds since 1970 */
export function setCard(
  database: Database,
  account: number,
  address: string,
  card: unknown,
  at: number,
): void {
  prepare<[number, string, string, number]>(
    database,
    `INSERT INTO people (account, address, card, card_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (account, address) DO UPDATE SET card = excluded.card, card_at = excluded.card_at`,
  ).run(account, address, JSON.stringify(card), at);
}

/** A picture could not be had. @param at milliseconds since 1970 */
export function setRefused(
  database: Database,
  account: number,
  address: string,
  hash: string,
  at: number,
): void {
  prepare<[string, number, number, string]>(
    database,
    'UPDATE people SET refused = ?, refused_at = ? WHERE account = ? AND address = ?',
  ).run(hash, at, account, address);
}

export interface WantedPicture {
  readonly address: string;
  readonly hash: string;
  readonly source: 'avatar' | 'photo';
}

/**
 * The pictures of people of an account that are not here, and were not refused since a time (milliseconds since 1970).
 * @param limit how many at most
 */
export function listWanted(
  database: Database,
  account: number,
  since: number,
  limit: number,
): WantedPicture[] {
  return prepare<[{ account: number; since: number; limit: number }], WantedPicture>(
    database,
    `SELECT address, hash, source FROM (
       SELECT address, refused, refused_at, coalesce(nullif(avatar, ''), nullif(photo, '')) AS hash,
         CASE WHEN coalesce(avatar, '') = '' THEN 'photo' ELSE 'avatar' END AS source
       FROM people WHERE account = @account) wanted
     WHERE wanted.hash IS NOT NULL AND NOT EXISTS (SELECT 1 FROM pictures p WHERE p.hash = wanted.hash)
       AND (refused IS NOT wanted.hash OR refused_at < @since)
     ORDER BY address LIMIT @limit`,
  ).all({ account, since, limit });
}

/** What is noted here about somebody; empty for nothing. */
export function getNote(database: Database, account: number, address: string): string {
  const sql = 'SELECT text FROM notes WHERE account = ? AND address = ?';
  return prepare<[number, string], { text: string }>(database, sql).get(account, address)?.text ?? '';
}

export interface NoteRecord {
  readonly address: string;
  readonly text: string;
}

export function listNotes(database: Database, account: number): NoteRecord[] {
  const sql = 'SELECT address, text FROM notes WHERE account = ? ORDER BY address';
  return prepare<[number], NoteRecord>(database, sql).all(account);
}

export function setNote(database: Database, account: number, address: string, text: string): void {
  if (text === '') {
    prepare<[number, string]>(database, 'DELETE FROM notes WHERE account = ? AND address = ?').run(
      account,
      address,
    );
    return;
  }
  prepare<[number, string, string]>(
    database,
    `INSERT INTO notes (account, address, text) VALUES (?, ?, ?)
     ON CONFLICT (account, address) DO UPDATE SET text = excluded.text`,
  ).run(account, address, text);
}

/** Forgets a picture, unless somebody shows it. */
export function forgetPicture(database: Database, hash: string): void {
  prepare<[{ readonly hash: string }]>(
    database,
    `DELETE FROM pictures WHERE hash = @hash AND NOT EXISTS (SELECT 1 FROM people WHERE avatar = @hash)
       AND NOT EXISTS (SELECT 1 FROM people WHERE photo = @hash)`,
  ).run({ hash });
}

/**
 * Forgets who is neither a contact whose presence we see nor an account of ours, notes about people without a chat who are
 * no contacts, and pictures that nobody shows. Returns whether anything went.
 */
export function forgetStrangers(database: Database): boolean {
  const statements = [
    `DELETE FROM people WHERE
       NOT EXISTS (SELECT 1 FROM contacts c WHERE c.account = people.account AND c.address = people.address
         AND c.subscription IN ('to', 'both'))
       AND NOT EXISTS (SELECT 1 FROM accounts a WHERE a.id = people.account AND a.address = people.address)`,
    `DELETE FROM notes WHERE
       NOT EXISTS (SELECT 1 FROM contacts c WHERE c.account = notes.account AND c.address = notes.address)
       AND NOT EXISTS (SELECT 1 FROM chats c WHERE c.account = notes.account AND c.address = notes.address)`,
    `DELETE FROM pictures WHERE NOT EXISTS (SELECT 1 FROM people p WHERE p.avatar = hash)
       AND NOT EXISTS (SELECT 1 FROM people p WHERE p.photo = hash)`,
  ];
  return statements.map((sql) => prepare(database, sql).run().changes).some((changes) => changes > 0);
}
