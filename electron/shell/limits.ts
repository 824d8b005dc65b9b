/** How much the window may ask at a time. The contract's limits apply later, to what passed here. */

/** Characters and values of one request; the longest that the contract allows has 100,000 characters. */
const BUDGET = 262_144;
const DEEPEST = 8;
/** Bytes of one request, beside that: a piece of a file, and there is one in a request. */
const MOST_BYTES = 262_144;
/** Calls that may run at the same time. A window that asks for more has gone wild. */
export const MOST_CALLS = 128;
export const LONGEST_NAME = 64;

/**
 * Whether a cloned value may be passed on as a request: one plain object, small and shallow. An array is none, though
 * a schema without members would take it for an empty object. Never follows a cycle to its end.
 */
export function isRequest(value: unknown): boolean {
  let left = BUDGET;
  let bytes = 0;
  const fits = (part: unknown, depth: number): boolean => {
    left -= 1;
    if (typeof part === 'string') left -= part.length;
    if (left < 0) return false;
    if (typeof part === 'bigint' || typeof part !== 'object' || part === null)
      return typeof part !== 'bigint';
    if (depth === DEEPEST) return false;
    if (depth > 0 && part instanceof Uint8Array) {
      bytes += part.byteLength;
      return bytes <= MOST_BYTES;
    }
    if (Array.isArray(part)) return part.length <= left && part.every((entry) => fits(entry, depth + 1));
    // Only plain objects: a map or a date has no place in the contract.
    if (Object.getPrototypeOf(part) !== Object.prototype) return false;
    return Object.entries(part).every(([key, entry]) => {
      left -= key.length;
      return fits(entry, depth + 1);
    });
  };
  return typeof value === 'object' && value !== null && !Array.isArray(value) && fits(value, 0);
}
