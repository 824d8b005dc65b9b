/**
 * What the reader of a timeline wants, decided from where the scroll stands: follow the newest message, or stay put.
 * Pure rules; only the Timeline component writes a scroll position.
 */

/** Pixels from the end within which the reader still counts as being at the end. */
const NEAR_END = 64;
/** Pixels from an edge at which the next page is asked for: about one screen ahead. */
const NEAR_EDGE = 900;

export interface ScrollPlace {
  readonly offset: number;
  readonly viewport: number;
  readonly size: number;
}

export function isAtEnd({ offset, viewport, size }: ScrollPlace): boolean {
  return size - offset - viewport <= NEAR_END;
}

export function wantsOlder({ offset }: ScrollPlace): boolean {
  return offset < NEAR_EDGE;
}

export function wantsNewer({ offset, viewport, size }: ScrollPlace): boolean {
  return size - offset - viewport < NEAR_EDGE;
}

/** Milliseconds after a wheel, key or pointer during which a scroll counts as the reader's own. */
const DRIVEN_FOR = 1_500;

/** True while the reader, not the page, moves the scroll position. */
export function isDriven(lastInput: number, now: number): boolean {
  return lastInput > 0 && now - lastInput < DRIVEN_FOR;
}

/** Pixels in a millisecond from which nobody can look at what goes by. */
const RACING = 3;

/** True while it scrolls so fast that pictures need not be there: `from` and `to` in pixels, with their milliseconds. */
export function isRacing(
  from: { readonly offset: number; readonly at: number },
  to: { readonly offset: number; readonly at: number },
): boolean {
  return Math.abs(to.offset - from.offset) > RACING * Math.max(1, to.at - from.at);
}
