/**
 * The prekeys of this device, with which others begin sessions: one-time ones and signed ones. Plain functions on their two
 * tables, where each belongs to one protocol; when to make, offer and forget them is decided elsewhere.
 */
import { createHash } from 'node:crypto';
import { prepare, transaction, type Database } from './database.ts';
import { bytes, type Protocol } from './keys.ts';

export interface PrekeyRecord {
  readonly id: number;
  readonly publicKey: Uint8Array;
  readonly privateKey: Uint8Array;
}

export interface SignedPrekeyRecord extends PrekeyRecord {
  readonly signature: Uint8Array;
  /** When it was made, in milliseconds. */
  readonly at: number;
}

/** Gives the pairs the next ids, which are never used twice, and keeps them. */
export function addPrekeys(
  database: Database,
  account: number,
  protocol: Protocol,
  pairs: readonly Omit<PrekeyRecord, 'id'>[],
): void {
  transaction(database, () => {
    const last = prepare<[number, number], { next: number }>(
      database,
      `UPDATE omemo_identities SET next_prekey = next_prekey + ? WHERE account = ?
       RETURNING next_prekey AS next`,
    ).get(pairs.length, account);
    if (last === undefined) throw new Error('the account has no identity');
    const insert = prepare<[number, Protocol, number, Uint8Array, Uint8Array]>(
      database,
      'INSERT INTO omemo_prekeys (account, protocol, id, public, private) VALUES (?, ?, ?, ?, ?)',
    );
    pairs.forEach(({ publicKey, privateKey }, index) => {
      insert.run(account, protocol, last.next - pairs.length + index, publicKey, privateKey);
    });
  });
}

/** Whether it was used or not. */
export function getPrekey(
  database: Database,
  account: number,
  protocol: Protocol,
  id: number,
): PrekeyRecord | undefined {
  const row = prepare<[number, Protocol, number], KeyRow>(
    database,
    'SELECT id, public, private FROM omemo_prekeys WHERE account = ? AND protocol = ? AND id = ?',
  ).get(account, protocol, id);
  return row && readPrekey(row);
}

/** All one-time prekeys that nobody has used, by id. */
export function listPrekeys(database: Database, account: number, protocol: Protocol): PrekeyRecord[] {
  return prepare<[number, Protocol], KeyRow>(
    database,
    `SELECT id, public, private FROM omemo_prekeys
     WHERE account = ? AND protocol = ? AND used_at IS NULL ORDER BY id`,
  )
    .all(account, protocol)
    .map(readPrekey);
}

/** How many nobody has used. */
export function countPrekeys(database: Database, account: number, protocol: Protocol): number {
  const row = prepare<[number, Protocol], { count: number }>(
    database,
    'SELECT count(*) AS count FROM omemo_prekeys WHERE account = ? AND protocol = ? AND used_at IS NULL',
  ).get(account, protocol);
  return row?.count ?? 0;
}

/**
 * Somebody used it, at a time in milliseconds: it is offered to nobody else.
 * @param baseKey the key exchange's own key
 */
export function markPrekeyUsed(
  database: Database,
  account: number,
  id: number,
  { baseKey, at }: { readonly baseKey: Uint8Array; readonly at: number },
): void {
  prepare<[number, Uint8Array, number, number]>(
    database,
    `UPDATE omemo_prekeys SET used_at = coalesce(used_at, ?), used_in = CAST(coalesce(used_in, x'') || ? AS BLOB)
     WHERE account = ? AND id = ?`,
  ).run(Math.floor(at), digest(baseKey), account, id);
}

/** Whether it was used in this very exchange. */
export function wasPrekeyUsedIn(
  database: Database,
  account: number,
  id: number,
  baseKey: Uint8Array,
): boolean {
  const row = prepare<[number, number], { used: Buffer | null }>(
    database,
    'SELECT used_in AS used FROM omemo_prekeys WHERE account = ? AND id = ?',
  ).get(account, id);
  const [used, sought] = [row?.used ?? Buffer.alloc(0), digest(baseKey)];
  for (let at = 0; at < used.length; at += sought.length) {
    if (sought.equals(used.subarray(at, at + sought.length))) return true;
  }
  return false;
}

const digest = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** Forgets the ones that were used before a time (milliseconds). */
export function removeUsedPrekeys(database: Database, account: number, before: number): void {
  prepare<[number, number]>(database, 'DELETE FROM omemo_prekeys WHERE account = ? AND used_at < ?').run(
    account,
    before,
  );
}

export function addSignedPrekey(
  database: Database,
  account: number,
  protocol: Protocol,
  { publicKey, privateKey, signature, at }: Omit<SignedPrekeyRecord, 'id'>,
): void {
  const taken = prepare<[number], { id: number }>(
    database,
    `UPDATE omemo_identities SET next_signed_prekey = next_signed_prekey + 1 WHERE account = ?
     RETURNING next_signed_prekey - 1 AS id`,
  ).get(account);
  if (taken === undefined) throw new Error('the account has no identity');
  prepare<[number, Protocol, number, Uint8Array, Uint8Array, Uint8Array, number]>(
    database,
    `INSERT INTO omemo_signed_prekeys (account, protocol, id, public, private, signature, at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  ).run(account, protocol, taken.id, publicKey, privateKey, signature, at);
}

export function getSignedPrekey(
  database: Database,
  account: number,
  protocol: Protocol,
  id: number,
): SignedPrekeyRecord | undefined {
  const row = prepare<[number, Protocol, number], SignedKeyRow>(
    database,
    'SELECT * FROM omemo_signed_prekeys WHERE account = ? AND protocol = ? AND id = ?',
  ).get(account, protocol, id);
  return row && readSignedPrekey(row);
}

/** The one that is published. */
export function newestSignedPrekey(
  database: Database,
  account: number,
  protocol: Protocol,
): SignedPrekeyRecord | undefined {
  const row = prepare<[number, Protocol], SignedKeyRow>(
    database,
    'SELECT * FROM omemo_signed_prekeys WHERE account = ? AND protocol = ? ORDER BY id DESC LIMIT 1',
  ).get(account, protocol);
  return row && readSignedPrekey(row);
}

/** Removes the signed prekeys whose successor was made before a time (milliseconds): nobody can still be using them. */
export function removeReplacedSignedPrekeys(database: Database, account: number, before: number): void {
  prepare<[number, number]>(
    database,
    `DELETE FROM omemo_signed_prekeys AS old WHERE account = ? AND EXISTS (
       SELECT 1 FROM omemo_signed_prekeys AS next
       WHERE next.account = old.account AND next.protocol = old.protocol AND next.id > old.id AND next.at < ?)`,
  ).run(account, before);
}

interface KeyRow {
  readonly id: number;
  readonly public: Buffer;
  readonly private: Buffer;
}

interface SignedKeyRow extends KeyRow {
  readonly signature: Buffer;
  readonly at: number;
}

function readPrekey(row: KeyRow): PrekeyRecord {
  return { id: row.id, publicKey: bytes(row.public), privateKey: bytes(row.private) };
}

function readSignedPrekey(row: SignedKeyRow): SignedPrekeyRecord {
  return { ...readPrekey(row), signature: bytes(row.signature), at: row.at };
}
