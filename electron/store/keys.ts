/**
 * OMEMO's keys: our identity, sessions, and the devices of others with the keys they are pinned to.
 * Plain functions on the omemo_* tables; what to trust and when to rotate is decided elsewhere.
 */
import type { DeviceRow } from '../../shared/contract.ts';
import { oneOf } from './columns.ts';
import { prepare, type Database } from './database.ts';

/** The two forms of OMEMO: `eu.siacs.conversations.axolotl`, and `urn:xmpp:omemo:2`. */
export type Protocol = 'legacy' | 'omemo2';
/** The one that is preferred comes first. */
export const PROTOCOLS: readonly Protocol[] = ['omemo2', 'legacy'];

/** What a session is with: a device, in one protocol. */
export interface Line {
  readonly protocol: Protocol;
  readonly address: string;
  readonly device: number;
}

export type Trust = DeviceRow['trust'];
const TRUSTS: readonly Trust[] = ['verified', 'blind', 'undecided', 'distrusted'];

export interface IdentityRecord {
  readonly device: number;
  /** 33 bytes. */
  readonly publicKey: Uint8Array;
  /** 32 bytes. */
  readonly seed: Uint8Array;
}

export interface Label {
  readonly text: string;
  /** 64 bytes. */
  readonly signature: Uint8Array;
}

/** One device, whatever its protocols: it has one identity key in all of them. */
export interface DeviceRecord {
  readonly device: number;
  /** Whose newest lists have it, the preferred one first. */
  readonly protocols: readonly Protocol[];
  /** True when there is any. */
  readonly isActive: boolean;
  /** What its owner calls it. Whether the device itself signed that has to be looked at. */
  readonly label?: Label;
  /** The key that it is pinned to, 33 bytes; absent until one was seen. */
  readonly identityKey?: Uint8Array;
  readonly trust: Trust;
  /** The key that it had while it was trusted, before it showed another one: a person has to decide (H40). */
  readonly earlier?: { readonly identityKey: Uint8Array; readonly trust: Trust };
  /** The person does not want to be asked about it any more. */
  readonly isDismissed?: true;
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

// ————— Sessions ——————————————————————————————————————————————————————————————————————————————————————————

export function getSession(
  database: Database,
  account: number,
  { protocol, address, device }: Line,
): string | undefined {
  return prepare<[number, Protocol, string, number], { record: string }>(
    database,
    'SELECT record FROM omemo_sessions WHERE account = ? AND protocol = ? AND address = ? AND device = ?',
  ).get(account, protocol, address, device)?.record;
}

/** Whether there is any session at all. */
export function hasSessions(database: Database, account: number): boolean {
  const query = 'SELECT 1 FROM omemo_sessions WHERE account = ? LIMIT 1';
  return prepare<[number]>(database, query).get(account) !== undefined;
}

export function putSession(
  database: Database,
  account: number,
  { protocol, address, device }: Line,
  record: string,
): void {
  prepare<[number, Protocol, string, number, string]>(
    database,
    `INSERT INTO omemo_sessions (account, protocol, address, device, record) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET record = excluded.record`,
  ).run(account, protocol, address, device, record);
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
 * Pins a device to a key and says how far it is trusted with it, and which key it was trusted with earlier; adds the
 * device, inactive, if it is not known. About another key the person is asked again.
 */
export function pinDevice(
  database: Database,
  account: number,
  address: string,
  device: number,
  {
    identityKey,
    trust,
    earlier,
    at,
  }: Pick<DeviceRecord, 'trust' | 'earlier'> & { identityKey: Uint8Array; at: number },
): void {
  prepare<[number, string, number, Uint8Array, Trust, Uint8Array | null, Trust | null, number]>(
    database,
    `INSERT INTO omemo_devices (account, address, device, is_active, identity_key, trust, earlier_key, earlier_trust,
       first_seen)
     VALUES (?, ?, ?, 0, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET identity_key = excluded.identity_key, trust = excluded.trust,
       earlier_key = excluded.earlier_key, earlier_trust = excluded.earlier_trust, is_dismissed = 0`,
  ).run(
    account,
    address,
    device,
    identityKey,
    trust,
    earlier?.identityKey ?? null,
    earlier?.trust ?? null,
    at,
  );
}

/** Active devices of the account's people, and of itself, with a key that nobody has decided about. */
export function listUndecided(
  database: Database,
  account: number,
): (DeviceRecord & { readonly address: string })[] {
  return prepare<[number], DeviceColumns & { readonly address: string }>(
    database,
    `SELECT * FROM omemo_devices WHERE account = ? AND trust = 'undecided' AND is_active = 1
       AND identity_key IS NOT NULL ORDER BY address, device`,
  )
    .all(account)
    .map((row) => ({ ...readDevice(row), address: row.address }));
}

/** Every device of anybody that a person has verified, or whose verification they have passed on. */
export function listVerified(
  database: Database,
  account: number,
): (DeviceRecord & { readonly address: string })[] {
  return prepare<[number], DeviceColumns & { readonly address: string }>(
    database,
    `SELECT * FROM omemo_devices WHERE account = ? AND trust = 'verified' AND identity_key IS NOT NULL
     ORDER BY address, device`,
  )
    .all(account)
    .map((row) => ({ ...readDevice(row), address: row.address }));
}

/** True when somebody has a verified device with this key. */
export function isVerified(
  database: Database,
  account: number,
  address: string,
  identityKey: Uint8Array,
): boolean {
  const sql = `SELECT 1 FROM omemo_devices WHERE account = ? AND address = ? AND identity_key = ? AND trust = 'verified'`;
  return (
    prepare<[number, string, Uint8Array]>(database, sql).get(account, address, identityKey) !== undefined
  );
}

/** The person does not want to be asked about a device; it gets nothing all the same. */
export function dismissDevice(database: Database, account: number, address: string, device: number): void {
  prepare<[number, string, number]>(
    database,
    'UPDATE omemo_devices SET is_dismissed = 1 WHERE account = ? AND address = ? AND device = ?',
  ).run(account, address, device);
}

/** Keeps a decision; a change of keys is decided with it. Returns whether there is such a device. */
export function setTrust(
  database: Database,
  account: number,
  address: string,
  device: number,
  trust: Trust,
): boolean {
  const result = prepare<[Trust, number, string, number]>(
    database,
    `UPDATE omemo_devices SET trust = ?, earlier_key = NULL, earlier_trust = NULL, is_dismissed = 0
     WHERE account = ? AND address = ? AND device = ?`,
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

// ————— Rows ——————————————————————————————————————————————————————————————————————————————————————————————

interface DeviceColumns {
  readonly device: number;
  readonly in_legacy: number;
  readonly in_omemo2: number;
  readonly label: string | null;
  readonly label_signature: Buffer | null;
  readonly identity_key: Buffer | null;
  readonly trust: string;
  readonly earlier_key: Buffer | null;
  readonly earlier_trust: string | null;
  readonly is_dismissed: number;
  readonly first_seen: number;
  readonly last_seen: number | null;
}

/** A `Buffer` may be a window into shared memory and compares unequal to plain bytes in tests. */
/** Plain bytes, not a view into a buffer of the database's. */
export function bytes(buffer: Buffer): Uint8Array {
  return Uint8Array.from(buffer);
}

function readDevice(row: DeviceColumns): DeviceRecord {
  const isIn = { legacy: row.in_legacy === 1, omemo2: row.in_omemo2 === 1 };
  const protocols = PROTOCOLS.filter((protocol) => isIn[protocol]);
  const { label, label_signature: signature } = row;
  return {
    device: row.device,
    protocols,
    isActive: protocols.length > 0,
    ...(label !== null && signature !== null && { label: { text: label, signature: bytes(signature) } }),
    ...(row.identity_key !== null && { identityKey: bytes(row.identity_key) }),
    // What cannot be read is not trusted.
    trust: oneOf(TRUSTS, row.trust, 'undecided'),
    ...(row.earlier_key !== null && {
      earlier: {
        identityKey: bytes(row.earlier_key),
        trust: oneOf(TRUSTS, row.earlier_trust ?? '', 'undecided'),
      },
    }),
    ...(row.is_dismissed === 1 && { isDismissed: true }),
    firstSeen: row.first_seen,
    ...(row.last_seen !== null && { lastSeen: row.last_seen }),
  };
}
