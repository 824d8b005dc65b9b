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

/**
 * The same in a grid that is filled row by row. Up and down stay where they are at its edges.
 * @returns the next index, or `undefined` when the key is not a movement or nothing is there
 */
export function nextCell(
  key: string,
  index: number,
  count: number,
  { columns, isRightToLeft = false }: { readonly columns: number; readonly isRightToLeft?: boolean },
): number | undefined {
  if (count === 0) return undefined;
  const forward = isRightToLeft ? 'ArrowLeft' : 'ArrowRight';
  const within = (to: number): number => (to < 0 || to >= count ? index : to);
  if (key === 'ArrowLeft' || key === 'ArrowRight') {
    return Math.min(count - 1, Math.max(0, index + (key === forward ? 1 : -1)));
  }
  if (key === 'ArrowDown') return within(index + columns);
  if (key === 'ArrowUp') return within(index - columns);
  return key === 'Home' ? 0 : key === 'End' ? count - 1 : undefined;
}
