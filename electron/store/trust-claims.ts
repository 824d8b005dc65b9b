/**
 * What devices said about keys and cannot be acted upon yet (XEP-0450 #implementation-notes), and what is to be told to
 * others. Plain functions; whose word counts is decided in omemo/claims.ts.
 */
import { flag } from './columns.ts';
import { prepare, type Database } from './database.ts';
import { bytes } from './keys.ts';

export interface TrustClaim {
  /** Bare address of whoever said it, and the key of their device, 33 bytes. */
  readonly sender: string;
  readonly senderKey: Uint8Array;
  readonly owner: string;
  /** 33 bytes. */
  readonly ownerKey: Uint8Array;
  readonly isTrusted: boolean;
  /** When it was said, in milliseconds. */
  readonly at: number;
}

/** A claim that can be acted upon: its sender is verified, and the key is a device's. */
export interface DueClaim extends TrustClaim {
  readonly device: number;
  /** When that key was decided about last, in milliseconds; 0 for never. */
  readonly decidedAt: number;
}

/** A stranger could fill the disk with claims: this many wait from one device. */
export const MOST_WAITING = 1_000;
const MOST_OF_ACCOUNT = 20_000;

interface Columns {
  readonly sender: string;
  readonly sender_key: Buffer;
  readonly owner: string;
  readonly owner_key: Buffer;
  readonly is_trusted: number;
  readonly at: number;
}

/** Keeps a claim; of two about the same key by the same device the later one stands. */
export function putClaim(database: Database, account: number, claim: TrustClaim): void {
  prepare<[number, string, Uint8Array, string, Uint8Array, number, number]>(
    database,
    `INSERT INTO trust_claims (account, sender, sender_key, owner, owner_key, is_trusted, at)
     VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET is_trusted = excluded.is_trusted, at = excluded.at WHERE excluded.at > trust_claims.at`,
  ).run(
    account,
    claim.sender,
    claim.senderKey,
    claim.owner,
    claim.ownerKey,
    flag(claim.isTrusted),
    Math.floor(claim.at),
  );
}

/** How many more claims of this device may wait. */
export function roomForClaims(
  database: Database,
  account: number,
  sender: string,
  senderKey: Uint8Array,
): number {
  const own = prepare<[number, string, Uint8Array], { count: number }>(
    database,
    'SELECT count(*) AS count FROM trust_claims WHERE account = ? AND sender = ? AND sender_key = ?',
  ).get(account, sender, senderKey);
  const all = prepare<[number], { count: number }>(
    database,
    'SELECT count(*) AS count FROM trust_claims WHERE account = ?',
  ).get(account);
  return Math.max(0, Math.min(MOST_WAITING - (own?.count ?? 0), MOST_OF_ACCOUNT - (all?.count ?? 0)));
}

/** True while any claim waits. */
export function hasClaims(database: Database, account: number): boolean {
  return (
    prepare<[number]>(database, 'SELECT 1 FROM trust_claims WHERE account = ? LIMIT 1').get(account) !==
    undefined
  );
}

/** The claims of verified devices about keys that devices have, the earliest first. */
export function listDueClaims(database: Database, account: number): DueClaim[] {
  return prepare<[number], Columns & { readonly device: number; readonly decided_at: number | null }>(
    database,
    // In this order: there are few verified devices, and a stranger may have left many claims.
    `SELECT c.*, d.device, d.decided_at FROM omemo_devices s
     CROSS JOIN trust_claims c ON c.account = s.account AND c.sender = s.address AND c.sender_key = s.identity_key
     CROSS JOIN omemo_devices d ON d.account = c.account AND d.address = c.owner AND d.identity_key = c.owner_key
     WHERE s.account = ? AND s.trust = 'verified' GROUP BY c.sender, c.sender_key, c.owner, c.owner_key, d.device ORDER BY c.at`,
  )
    .all(account)
    .map((row) => ({ ...readClaim(row), device: row.device, decidedAt: row.decided_at ?? 0 }));
}

export function removeClaim(
  database: Database,
  account: number,
  { sender, senderKey, owner, ownerKey }: TrustClaim,
): void {
  prepare<[number, string, Uint8Array, string, Uint8Array]>(
    database,
    `DELETE FROM trust_claims WHERE account = ? AND sender = ? AND sender_key = ? AND owner = ? AND owner_key = ?`,
  ).run(account, sender, senderKey, owner, ownerKey);
}

/** When a key was decided about, by a person or by a word that counts. */
export function setDecidedAt(
  database: Database,
  account: number,
  address: string,
  device: number,
  at: number,
): void {
  prepare<[number, number, string, number]>(
    database,
    'UPDATE omemo_devices SET decided_at = ? WHERE account = ? AND address = ? AND device = ?',
  ).run(Math.floor(at), account, address, device);
}

function readClaim(row: Columns): TrustClaim {
  return {
    sender: row.sender,
    senderKey: bytes(row.sender_key),
    owner: row.owner,
    ownerKey: bytes(row.owner_key),
    isTrusted: row.is_trusted === 1,
    at: row.at,
  };
}

// ————— What is to be told ————————————————————————————————————————————————————————————————————————————————————

export interface TrustLetter {
  readonly id: number;
  readonly recipient: string;
  /** The only device that is to get it; all verified ones when absent. */
  readonly device?: number;
  /** XML of the trust message. */
  readonly message: string;
}

export function addLetter(database: Database, account: number, letter: Omit<TrustLetter, 'id'>): void {
  prepare<[number, string, number | null, string]>(
    database,
    'INSERT INTO trust_letters (account, recipient, device, message) VALUES (?, ?, ?, ?)',
  ).run(account, letter.recipient, letter.device ?? null, letter.message);
}

/** The next letter after this id. */
export function nextLetter(database: Database, account: number, after: number): TrustLetter | undefined {
  const row = prepare<
    [number, number],
    { id: number; recipient: string; device: number | null; message: string }
  >(
    database,
    'SELECT id, recipient, device, message FROM trust_letters WHERE account = ? AND id > ? ORDER BY id LIMIT 1',
  ).get(account, after);
  if (row === undefined) return undefined;
  const { id, recipient, device, message } = row;
  return { id, recipient, ...(device !== null && { device }), message };
}

export function removeLetter(database: Database, id: number): void {
  prepare<[number]>(database, 'DELETE FROM trust_letters WHERE id = ?').run(id);
}
