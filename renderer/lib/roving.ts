/**
 * Where the focus goes in a list when a key is pressed: one tab stop, arrows inside. Pure; the component moves focus.
 */

/** @returns the next index, or `undefined` when the key is not a movement or the list is empty. */
export function nextIndex(key: string, index: number, count: number, page = 8): number | undefined {
  if (count === 0) return undefined;
  const clamp = (value: number): number => Math.min(count - 1, Math.max(0, value));
  switch (key) {
    case 'ArrowDown':
      return clamp(index + 1);
    case 'ArrowUp':
      return clamp(index - 1);
    case 'PageDown':
      return clamp(index + page);
    case 'PageUp':
      return clamp(index - page);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}
