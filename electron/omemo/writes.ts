/**
 * What an operation with keys wants to have stored. It is handed to the caller, who commits it together with what the
 * operation meant (house rule: key state and message row in one transaction), or forgets it as if nothing had happened.
 */
import type { Database } from '../store/database.ts';
import { getListTime, setListTime } from '../store/device-lists.ts';
import * as keys from '../store/keys.ts';
import * as prekeys from '../store/prekeys.ts';
import type { Line } from './protocols.ts';
import { isSameKey, repin } from './trust.ts';

export interface PendingWrites {
  /** Sessions as they are after the operation. */
  readonly sessions: readonly (Line & { readonly record: string })[];
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

export interface DeviceProof extends Line {
  /** 33 bytes. */
  readonly identityKey: Uint8Array;
  readonly at: number;
  /** False when the proof is for a key that the device was not known by: it says nothing of the one it was. */
  readonly isSeen: boolean;
}

/** Stores what an operation wants. Synchronous: to be called inside the caller's transaction. */
export function applyWrites(database: Database, account: number, writes: PendingWrites): void {
  const { sessions, usedPrekeys, sender } = writes;
  for (const { record, ...line } of sessions) keys.putSession(database, account, line, record);
  if (sender === undefined) return;
  const { protocol, address, device, at } = sender;
  for (const { id, baseKey } of usedPrekeys) {
    prekeys.markPrekeyUsed(database, account, id, { baseKey, at });
  }
  pin(database, account, sender);
  if (sender.isSeen) keys.setLastSeen(database, account, address, device, at);
  // XEP-0384 0.9.1 §6: a device that is not on the list makes the list worth another look.
  const isListed = keys.getDevice(database, account, address, device)?.protocols.includes(protocol) === true;
  if (!isListed && getListTime(database, account, sender) !== undefined) {
    setListTime(database, account, sender, 0);
  }
}

/**
 * Pins a device to the key that it has shown. Decided here, at the time of writing, so that what a person decided in
 * the meantime counts.
 */
export function pin(
  database: Database,
  account: number,
  { address, device, identityKey, at }: Omit<DeviceProof, 'isSeen' | 'protocol'>,
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
