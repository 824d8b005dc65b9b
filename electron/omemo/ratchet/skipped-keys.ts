/**
 * Keys of messages that have not come yet, of one chain, packed as they are stored: a counter of four bytes and a key of
 * 32, ascending. Keeps them so because a thousand of them are copied with every message, and seldom looked at.
 */

const KEY = 32;
const ENTRY = 4 + KEY;

export type SkippedKeys = Uint8Array;

export const NONE: SkippedKeys = new Uint8Array();

export function countOf(keys: SkippedKeys): number {
  return keys.length / ENTRY;
}

/** The key of a counter. */
export function find(keys: SkippedKeys, counter: number): Uint8Array | undefined {
  const at = placeOf(keys, counter);
  return at === undefined ? undefined : keys.subarray(at + 4, at + ENTRY);
}

export function without(keys: SkippedKeys, counter: number): SkippedKeys {
  const at = placeOf(keys, counter);
  return at === undefined ? keys : Buffer.concat([keys.subarray(0, at), keys.subarray(at + ENTRY)]);
}

/** @param added the keys of the counters from `first` on, all above those that are there */
export function append(keys: SkippedKeys, first: number, added: readonly Uint8Array[]): SkippedKeys {
  const packed = new Uint8Array(keys.length + added.length * ENTRY);
  const view = new DataView(packed.buffer);
  packed.set(keys);
  for (const [index, key] of added.entries()) {
    const at = keys.length + index * ENTRY;
    view.setUint32(at, first + index);
    packed.set(key, at + 4);
  }
  return packed;
}

/** Without the `count` oldest. */
export function drop(keys: SkippedKeys, count: number): SkippedKeys {
  return count === 0 ? keys : keys.subarray(Math.min(count * ENTRY, keys.length));
}

/** True for what these functions could have made: whole entries, counters ascending and below `end`. */
export function areSound(keys: Uint8Array, end: number): boolean {
  let last = -1;
  for (let at = 0; at < keys.length; at += ENTRY) {
    const counter = at + ENTRY > keys.length ? -1 : counterAt(keys, at);
    if (counter <= last || counter >= end) return false;
    last = counter;
  }
  return true;
}

function placeOf(keys: SkippedKeys, counter: number): number | undefined {
  for (let at = 0; at < keys.length; at += ENTRY) {
    if (counterAt(keys, at) === counter) return at;
  }
  return undefined;
}

function counterAt(keys: SkippedKeys, at: number): number {
  return new DataView(keys.buffer, keys.byteOffset + at, 4).getUint32(0);
}
