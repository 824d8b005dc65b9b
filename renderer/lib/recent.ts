/** A bound for what is known about messages that were on screen once: the page does not grow with how far one scrolls. */

/** Messages of which it is kept: several times what a timeline holds. */
export const MOST_KNOWN = 2_000;

/** Puts an entry behind all others, whether it is new or not. */
export function putLast<K, V>(map: Map<K, V>, key: K, value: V): void {
  map.delete(key);
  map.set(key, value);
}

/** Forgets the entries that were put first, down to `most`. */
export function forgetFirst<K>(map: Map<K, unknown>, most = MOST_KNOWN): void {
  for (const key of map.keys()) {
    if (map.size <= most) return;
    map.delete(key);
  }
}
