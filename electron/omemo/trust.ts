/**
 * Whom we believe: pure decisions about devices. Trust belongs to a key, not to a device id, so a device that shows
 * another key starts again. "Blind trust before verification": see https://gultsch.de/trust.html
 */
import type { DeviceRecord, Trust } from '../store/keys.ts';

/**
 * How far a key is trusted that was never seen before on this device.
 * @param known all devices of the same address: as soon as one of them was verified, a person has begun to compare
 *   fingerprints, and a new device waits for that (H42)
 */
export function trustOfNew(known: readonly DeviceRecord[]): Trust {
  return known.some(({ trust }) => trust === 'verified') ? 'undecided' : 'blind';
}

/**
 * How far a device is trusted now. Until it has shown a key there is nothing to trust, so the decision is made again
 * each time; a person's "no" stands in any case.
 */
export function trustOf(device: DeviceRecord, known: readonly DeviceRecord[]): Trust {
  if (device.identityKey !== undefined || device.trust === 'distrusted') return device.trust;
  return trustOfNew(known);
}

/**
 * How far a device is trusted once it shows this key. Another key on a known device is either a new installation
 * under an old id or an attack (H40); only a person can tell, and until then it gets nothing from us.
 */
export function trustWithKey(
  device: DeviceRecord | undefined,
  identityKey: Uint8Array,
  known: readonly DeviceRecord[],
): Trust {
  if (device === undefined) return trustOfNew(known);
  if (device.identityKey === undefined || isSameKey(device.identityKey, identityKey)) {
    return trustOf(device, known);
  }
  return device.trust === 'distrusted' ? 'distrusted' : 'undecided';
}

/**
 * What becomes of a device that shows another key than the one it is pinned to, or its first. The key that it was
 * trusted with is remembered, so that a person can compare; when the device returns to that key, all is as it was:
 * trust belongs to keys.
 */
export function repin(
  device: DeviceRecord | undefined,
  identityKey: Uint8Array,
  known: readonly DeviceRecord[],
): Pick<DeviceRecord, 'trust' | 'earlier'> {
  const earlier = device?.earlier;
  if (earlier !== undefined && isSameKey(earlier.identityKey, identityKey)) return { trust: earlier.trust };
  const trust = trustWithKey(device, identityKey, known);
  if (trust !== 'undecided' || device?.identityKey === undefined) return { trust };
  if (earlier !== undefined) return { trust, earlier };
  return mayReceive(device.trust)
    ? { trust, earlier: { identityKey: device.identityKey, trust: device.trust } }
    : { trust };
}

/** True when messages may be encrypted for a device. */
export function mayReceive(trust: Trust): boolean {
  return trust === 'verified' || trust === 'blind';
}

/** Compares public keys. */
export function isSameKey(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
