/**
 * OMEMO's keys: our identity and prekeys, sessions, and the devices of others with the keys they are pinned to.
 * Plain functions on the omemo_* tables; what to trust and when to rotate is decided elsewhere.
 */
import { createHash } from 'node:crypto';
import type { DeviceRow } from '../../shared/contract.ts';
import { oneOf } from './columns.ts';
import { prepare, transaction, type Database } from './database.ts';

export type Trust = DeviceRow['trust'];
const TRUSTS: readonly Trust[] = ['verified', 'blind', 'undecided', 'distrusted'];

export interface IdentityRecord {
  readonly device: number;
  /** 33 bytes. */
  readonly publicKey: Uint8Array;
  /** 32 bytes. */
  readonly seed: Uint8Array;
}

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

export interface DeviceRecord {
  readonly device: number;
  readonly isActive: boolean;
  /** The key that it is pinned to, 33 bytes; absent until one was seen. */
  readonly identityKey?: Uint8Array;
  readonly trust: Trust;
  readonly firstSeen: number;
  readonly lastSeen?: number;
}

// ————— Our own keys ——————————————————————————————————————————————————————————————————————————————————————

export function getIdentity(database: Database, account: number): IdentityRecord | undefined {
  const row = prepare<[number], { device: number; public: Buffer; private: Buffer }>(
    database,
    'SELECT device, public, private FROM omemo_identities WHERE account = ?',
  ).get(account);
  return row && { device: row.device, publicKey: bytes(row.public), seed: bytes(row.private) };
}

/** Ids of prekeys begin with 1: other programs take 0 for "none". */
export function insertIdentity(database: Database, account: number, identity: IdentityRecord): void {
  prepare<[number, number, Uint8Array, Uint8Array]>(
    database,
    `INSERT INTO omemo_identities (account, device, public, private, next_prekey, next_signed_prekey)
     VALUES (?, ?, ?, ?, 1, 1)`,
  ).run(account, identity.device, identity.publicKey, identity.seed);
}

export function setDevice(database: Database, account: number, device: number): void {
  prepare<[number, number]>(database, 'UPDATE omemo_identities SET device = ? WHERE account = ?').run(
    device,
    account,
  );
}

/** Gives the pairs the next ids, which are never used twice, and keeps them. */
export function addPrekeys(
  database: Database,
  account: number,
  pairs: readonly Omit<PrekeyRecord, 'id'>[],
): void {
  transaction(database, () => {
    const last = prepare<[number, number], { next: number }>(
      database,
      `UPDATE omemo_identities SET next_prekey = next_prekey + ? WHERE account = ?
       RETURNING next_prekey AS next`,
    ).get(pairs.length, account);
    if (last === undefined) throw new Error('the account has no identity');
    const insert = prepare<[number, number, Uint8Array, Uint8Array]>(
      database,
      'INSERT INTO omemo_prekeys (account, id, public, private) VALUES (?, ?, ?, ?)',
    );
    pairs.forEach(({ publicKey, privateKey }, index) => {
      insert.run(account, last.next - pairs.length + index, publicKey, privateKey);
    });
  });
}

/** Whether it was used or not. */
export function getPrekey(database: Database, account: number, id: number): PrekeyRecord | undefined {
  const row = prepare<[number, number], KeyRow>(
    database,
    'SELECT id, public, private FROM omemo_prekeys WHERE account = ? AND id = ?',
  ).get(account, id);
  return row && readPrekey(row);
}

/** All one-time prekeys that nobody has used, by id. */
export function listPrekeys(database: Database, account: number): PrekeyRecord[] {
  return prepare<[number], KeyRow>(
    database,
    'SELECT id, public, private FROM omemo_prekeys WHERE account = ? AND used_at IS NULL ORDER BY id',
  )
    .all(account)
    .map(readPrekey);
}

/** How many nobody has used. */
export function countPrekeys(database: Database, account: number): number {
  const row = prepare<[number], { count: number }>(
    database,
    'SELECT count(*) AS count FROM omemo_prekeys WHERE account = ? AND used_at IS NULL',
  ).get(account);
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
  { publicKey, privateKey, signature, at }: Omit<SignedPrekeyRecord, 'id'>,
): void {
  const taken = prepare<[number], { id: number }>(
    database,
    `UPDATE omemo_identities SET next_signed_prekey = next_signed_prekey + 1 WHERE account = ?
     RETURNING next_signed_prekey - 1 AS id`,
  ).get(account);
  if (taken === undefined) throw new Error('the account has no identity');
  prepare<[number, number, Uint8Array, Uint8Array, Uint8Array, number]>(
    database,
    `INSERT INTO omemo_signed_prekeys (account, id, public, private, signature, at)
     VALUES (?, ?, ?, ?, ?, ?)`,
  ).run(account, taken.id, publicKey, privateKey, signature, at);
}

export function getSignedPrekey(
  database: Database,
  account: number,
  id: number,
): SignedPrekeyRecord | undefined {
  const row = prepare<[number, number], SignedKeyRow>(
    database,
    'SELECT * FROM omemo_signed_prekeys WHERE account = ? AND id = ?',
  ).get(account, id);
  return row && readSignedPrekey(row);
}

/** The one that is published. */
export function newestSignedPrekey(database: Database, account: number): SignedPrekeyRecord | undefined {
  const row = prepare<[number], SignedKeyRow>(
    database,
    'SELECT * FROM omemo_signed_prekeys WHERE account = ? ORDER BY id DESC LIMIT 1',
  ).get(account);
  return row && readSignedPrekey(row);
}

/** Removes the signed prekeys whose successor was made before a time (milliseconds): nobody can still be using them. */
export function removeReplacedSignedPrekeys(database: Database, account: number, before: number): void {
  prepare<[number, number]>(
    database,
    `DELETE FROM omemo_signed_prekeys AS old WHERE account = ? AND EXISTS (
       SELECT 1 FROM omemo_signed_prekeys AS next
       WHERE next.account = old.account AND next.id > old.id AND next.at < ?)`,
  ).run(account, before);
}

// ————— Sessions ——————————————————————————————————————————————————————————————————————————————————————————

export function getSession(
  database: Database,
  account: number,
  address: string,
  device: number,
): string | undefined {
  return prepare<[number, string, number], { record: string }>(
    database,
    'SELECT record FROM omemo_sessions WHERE account = ? AND address = ? AND device = ?',
  ).get(account, address, device)?.record;
}

/** Whether there is any session at all. */
export function hasSessions(database: Database, account: number): boolean {
  const query = 'SELECT 1 FROM omemo_sessions WHERE account = ? LIMIT 1';
  return prepare<[number]>(database, query).get(account) !== undefined;
}

export function putSession(
  database: Database,
  account: number,
  address: string,
  device: number,
  record: string,
): void {
  prepare<[number, string, number, string]>(
    database,
    `INSERT INTO omemo_sessions (account, address, device, record) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET record = excluded.record`,
  ).run(account, address, device, record);
}

// ————— Devices ———————————————————————————————————————————————————————————————————————————————————————————

/** Every device of an address that is remembered, the active ones first. */
export function listDevices(database: Database, account: number, address: string): DeviceRecord[] {
  return prepare<[number, string], DeviceColumns>(
    database,
    'SELECT * FROM omemo_devices WHERE account = ? AND address = ? ORDER BY is_active DESC, device',
  )
    .all(account, address)
    .map(readDevice);
}

export function getDevice(
  database: Database,
  account: number,
  address: string,
  device: number,
): DeviceRecord | undefined {
  const row = prepare<[number, string, number], DeviceColumns>(
    database,
    'SELECT * FROM omemo_devices WHERE account = ? AND address = ? AND device = ?',
  ).get(account, address, device);
  return row && readDevice(row);
}

/**
 * Makes exactly these devices the active ones of an address, and remembers that its list is known.
 * Devices that left the list stay, with their keys and trust; those that never showed a key are forgotten.
 */
export function setActiveDevices(
  database: Database,
  account: number,
  address: string,
  devices: readonly number[],
  { trust, at }: { trust: Trust; at: number },
): void {
  transaction(database, () => {
    prepare<[number, string]>(
      database,
      'UPDATE omemo_devices SET is_active = 0 WHERE account = ? AND address = ? AND is_active = 1',
    ).run(account, address);
    const insert = prepare<[number, string, number, Trust, number]>(
      database,
      `INSERT INTO omemo_devices (account, address, device, is_active, trust, first_seen)
       VALUES (?, ?, ?, 1, ?, ?)
       ON CONFLICT DO UPDATE SET is_active = 1`,
    );
    for (const device of devices) insert.run(account, address, device, trust, at);
    prepare<[number, string]>(
      database,
      `DELETE FROM omemo_devices WHERE account = ? AND address = ? AND is_active = 0
         AND identity_key IS NULL AND trust <> 'distrusted'`,
    ).run(account, address);
    setListTime(database, account, address, at);
  });
}

/** Pins a device to a key and says how far it is trusted with it; adds the device, inactive, if it is not known. */
export function pinDevice(
  database: Database,
  account: number,
  address: string,
  device: number,
  { identityKey, trust, at }: { identityKey: Uint8Array; trust: Trust; at: number },
): void {
  prepare<[number, string, number, Uint8Array, Trust, number]>(
    database,
    `INSERT INTO omemo_devices (account, address, device, is_active, identity_key, trust, first_seen)
     VALUES (?, ?, ?, 0, ?, ?, ?)
     ON CONFLICT DO UPDATE SET identity_key = excluded.identity_key, trust = excluded.trust`,
  ).run(account, address, device, identityKey, trust, at);
}

/** Returns whether there is such a device. */
export function setTrust(
  database: Database,
  account: number,
  address: string,
  device: number,
  trust: Trust,
): boolean {
  const result = prepare<[Trust, number, string, number]>(
    database,
    'UPDATE omemo_devices SET trust = ? WHERE account = ? AND address = ? AND device = ?',
  ).run(trust, account, address, device);
  return result.changes > 0;
}

/** A message of this device was decrypted at this time (milliseconds). */
export function setLastSeen(
  database: Database,
  account: number,
  address: string,
  device: number,
  at: number,
): void {
  prepare<[number, number, string, number]>(
    database,
    'UPDATE omemo_devices SET last_seen = ? WHERE account = ? AND address = ? AND device = ?',
  ).run(at, account, address, device);
}

/** When the list of an address was last learnt, in milliseconds; `undefined` when it never was. */
export function getListTime(database: Database, account: number, address: string): number | undefined {
  return prepare<[number, string], { at: number }>(
    database,
    'SELECT at FROM omemo_lists WHERE account = ? AND address = ?',
  ).get(account, address)?.at;
}

export function setListTime(database: Database, account: number, address: string, at: number): void {
  prepare<[number, string, number]>(
    database,
    'INSERT INTO omemo_lists (account, address, at) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET at = excluded.at',
  ).run(account, address, at);
}

// ————— Rows ——————————————————————————————————————————————————————————————————————————————————————————————

interface KeyRow {
  readonly id: number;
  readonly public: Buffer;
  readonly private: Buffer;
}

interface SignedKeyRow extends KeyRow {
  readonly signature: Buffer;
  readonly at: number;
}

interface DeviceColumns {
  readonly device: number;
  readonly is_active: number;
  readonly identity_key: Buffer | null;
  readonly trust: string;
  readonly first_seen: number;
  readonly last_seen: number | null;
}

/** A `Buffer` may be a window into shared memory and compares unequal to plain bytes in tests. */
function bytes(buffer: Buffer): Uint8Array {
  return Uint8Array.from(buffer);
}

function readPrekey(row: KeyRow): PrekeyRecord {
  return { id: row.id, publicKey: bytes(row.public), privateKey: bytes(row.private) };
}

function readSignedPrekey(row: SignedKeyRow): SignedPrekeyRecord {
  return { ...readPrekey(row), signature: bytes(row.signature), at: row.at };
}

function readDevice(row: DeviceColumns): DeviceRecord {
  return {
    device: row.device,
    isActive: row.is_active === 1,
    ...(row.identity_key !== null && { identityKey: bytes(row.identity_key) }),
    // What cannot be read is not trusted.
    trust: oneOf(TRUSTS, row.trust, 'undecided'),
    firstSeen: row.first_seen,
    ...(row.last_seen !== null && { lastSeen: row.last_seen }),
  };
}
