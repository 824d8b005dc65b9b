/** A closed profile, opened by the test itself: what must be inside the database and nowhere else. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { DATABASE_FILE, openVault } from '../../electron/engine/vault.ts';
import { listAccounts } from '../../electron/store/accounts.ts';
import { closeDatabase, openDatabase, prepare } from '../../electron/store/database.ts';
import { getIdentity } from '../../electron/store/keys.ts';
import { noKeyring } from './ready-profile.ts';

export interface Inside {
  /** The database's own key. */
  readonly key: Uint8Array;
  /** Every private key of OMEMO by name: the identity as its seed and as its scalar, and the prekeys. */
  readonly privateKeys: ReadonlyMap<string, Uint8Array>;
  readonly passwords: readonly string[];
  /** Every message, oldest first. */
  readonly texts: readonly string[];
}

/** @param secret the passphrase or the recovery code; none for a profile without protection */
export async function lookInside(profile: string, secret?: string): Promise<Inside> {
  const key = Uint8Array.from(await openVault(profile, noKeyring, secret));
  const database = openDatabase(join(profile, DATABASE_FILE), Uint8Array.from(key));
  try {
    const accounts = listAccounts(database);
    const privateKeys = new Map<string, Uint8Array>();
    for (const { id } of accounts) {
      const identity = getIdentity(database, id);
      if (identity === undefined) continue;
      privateKeys.set(`identity seed ${id}`, identity.seed);
      // RFC 8032 §5.1.5: the scalar is the clamped first half of the seed's hash, and is all that decrypting takes.
      const scalar = createHash('sha512').update(identity.seed).digest().subarray(0, 32);
      scalar[0] = (scalar[0] ?? 0) & 248;
      scalar[31] = ((scalar[31] ?? 0) & 127) | 64;
      privateKeys.set(`identity scalar ${id}`, scalar);
    }
    for (const table of ['omemo_prekeys', 'omemo_signed_prekeys']) {
      const rows = prepare<[], { id: number; private: Buffer }>(database, `SELECT id, private FROM ${table}`);
      for (const row of rows.all()) privateKeys.set(`${table} ${row.id}`, Uint8Array.from(row.private));
    }
    const messages = prepare<[], { text: string }>(database, 'SELECT text FROM messages ORDER BY id');
    return {
      key,
      privateKeys,
      passwords: accounts.map(({ password }) => password),
      texts: messages.all().map(({ text }) => text),
    };
  } finally {
    closeDatabase(database);
  }
}
