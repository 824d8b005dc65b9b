/** Decides whether somebody is looking at what arrives. Pure; who wants to know is not its business. */

/** Seconds without a key or the mouse after which nobody is at the computer. */
export const AWAY_AFTER = 300;

export interface Sight {
  /** The window is open, not hidden and not minimised. */
  readonly isVisible: boolean;
  readonly isFocused: boolean;
  /** Seconds since the last key or movement of the mouse, anywhere on this computer. */
  readonly idle: number;
  readonly isLocked: boolean;
}

/** A window that is only visible counts as well: it may lie beside another, and who types there reads here. */
export function isLookedAt({ isVisible, isFocused, idle, isLocked }: Sight): boolean {
  return (isVisible || isFocused) && !isLocked && idle < AWAY_AFTER;
}

/**
 * Tells of changes only. To come back is told at once; to go away only after `patience` milliseconds of nothing else, so
 * that a glance at another window is no news.
 */
export class Attention {
  readonly #tell: (isActive: boolean) => void;
  readonly #patience: number;
  #told = true;
  #leaving: NodeJS.Timeout | undefined;

  constructor(tell: (isActive: boolean) => void, patience = 10_000) {
    this.#tell = tell;
    this.#patience = patience;
  }

  see(sight: Sight): void {
    if (isLookedAt(sight)) {
      clearTimeout(this.#leaving);
      this.#leaving = undefined;
      this.#say(true);
    } else if (this.#told) {
      this.#leaving ??= setTimeout(() => {
        this.#leaving = undefined;
        this.#say(false);
      }, this.#patience);
      this.#leaving.unref();
    }
  }

  #say(isActive: boolean): void {
    if (this.#told === isActive) return;
    this.#told = isActive;
    this.#tell(isActive);
  }
}
