/**
 * What an operation with keys wants to have stored. It is handed to the caller, who commits it together with what the
 * operation meant (house rule: key state and message row in one transaction), or forgets it as if nothing had happened.
 */
import type { BareJid } from '../../shared/jid.ts';
import type { Database } from '../store/database.ts';
import * as keys from '../store/keys.ts';
import * as prekeys from '../store/prekeys.ts';
import { isSameKey, repin } from './trust.ts';

export interface PendingWrites {
  /** Sessions as they are after the operation. */
  readonly sessions: readonly {
    readonly address: BareJid;
    readonly device: number;
    readonly record: string;
  }[];
  /** One-time prekeys that the sender used. */
  readonly usedPrekeys: readonly UsedPrekey[];
  /** A device that proved, just now (milliseconds), to have this key. */
  readonly sender?: DeviceProof;
}

export interface UsedPrekey {
  readonly id: number;
  /** The own key of the exchange that used it. */
  readonly baseKey: Uint8Array;
}

export interface DeviceProof {
  readonly address: BareJid;
  readonly device: number;
  /** 33 bytes. */
  readonly identityKey: Uint8Array;
  readonly at: number;
  /** False when the proof is for a key that the device was not known by: it says nothing of the one it was. */
  readonly isSeen: boolean;
}

/** Stores what an operation wants. Synchronous: to be called inside the caller's transaction. */
export function applyWrites(database: Database, account: number, writes: PendingWrites): void {
  const { sessions, usedPrekeys, sender } = writes;
  for (const { address, device, record } of sessions) {
    keys.putSession(database, account, address, device, record);
  }
  if (sender === undefined) return;
  const { address, device, at } = sender;
  for (const { id, baseKey } of usedPrekeys) {
    prekeys.markPrekeyUsed(database, account, id, { baseKey, at });
  }
  pin(database, account, sender);
  if (sender.isSeen) keys.setLastSeen(database, account, address, device, at);
  // XEP-0384 0.9.1 §6: a device that is not on the list makes the list worth another look.
  const isListed = keys.getDevice(database, account, address, device)?.isActive === true;
  if (!isListed && keys.getListTime(database, account, address) !== undefined) {
    keys.setListTime(database, account, address, 0);
  }
}

/**
 * Pins a device to the key that it has shown. Decided here, at the time of writing, so that what a person decided in
 * the meantime counts.
 */
export function pin(
  database: Database,
  account: number,
  { address, device, identityKey, at }: Omit<DeviceProof, 'isSeen'>,
): void {
  const known = keys.listDevices(database, account, address);
  const record = known.find((each) => each.device === device);
  if (record?.identityKey !== undefined && isSameKey(record.identityKey, identityKey)) return;
  keys.pinDevice(database, account, address, device, {
    identityKey,
    ...repin(record, identityKey, known),
    at,
  });
}
