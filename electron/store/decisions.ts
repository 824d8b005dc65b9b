/**
 * Whom a person believes, taken out of one profile and into another: devices with the keys they are pinned to. What is
 * active, the lists of the servers say; nothing here is a secret.
 */
import type { DeviceBackup } from '../../shared/backup.ts';
import { getIdentity, listDevices, type Trust } from './keys.ts';
import { prepare, type Database } from './database.ts';

/** Every device that showed a key or was judged. */
export function listDecisions(database: Database, account: number): Omit<DeviceBackup, 'kind'>[] {
  const addresses = prepare<[number], { address: string }>(
    database,
    'SELECT DISTINCT address FROM omemo_devices WHERE account = ? ORDER BY address',
  ).all(account);
  return addresses.flatMap(({ address }) =>
    listDevices(database, account, address).flatMap((device) => {
      const { identityKey, trust, firstSeen, lastSeen } = device;
      if (identityKey === undefined && trust !== 'distrusted') return [];
      const key = identityKey && Buffer.from(identityKey).toString('base64');
      return {
        address,
        device: device.device,
        ...(key !== undefined && { identityKey: key }),
        trust,
        firstSeen,
        ...(lastSeen !== undefined && { lastSeen }),
      };
    }),
  );
}

/** A person said so; the rest follows from rules. */
const isDecided = (trust: Trust): boolean => trust === 'verified' || trust === 'distrusted';

/**
 * Keeps what was decided elsewhere about a device. What a person decided here stands, and so does the key that the device
 * has here.
 */
export function putDecision(
  database: Database,
  account: number,
  { address, device, identityKey, trust, firstSeen, lastSeen }: Omit<DeviceBackup, 'kind'>,
  own: string,
): void {
  if (address === own && getIdentity(database, account)?.device === device) return;
  const key = identityKey === undefined ? null : Buffer.from(identityKey, 'base64');
  const known = listDevices(database, account, address).find((each) => each.device === device);
  if (known === undefined) {
    prepare<[number, string, number, Uint8Array | null, Trust, number, number | null]>(
      database,
      `INSERT INTO omemo_devices (account, address, device, is_active, identity_key, trust, first_seen, last_seen)
       VALUES (?, ?, ?, 0, ?, ?, ?, ?)`,
    ).run(
      account,
      address,
      device,
      key,
      trust,
      Math.floor(firstSeen),
      lastSeen === undefined ? null : Math.floor(lastSeen),
    );
    return;
  }
  const isSame = known.identityKey === undefined || (key !== null && key.equals(known.identityKey));
  if (!isSame || isDecided(known.trust) || !isDecided(trust)) return;
  prepare<[Uint8Array | null, Trust, number, string, number]>(
    database,
    `UPDATE omemo_devices SET identity_key = coalesce(identity_key, ?), trust = ?
     WHERE account = ? AND address = ? AND device = ?`,
  ).run(key, trust, account, address, device);
}
