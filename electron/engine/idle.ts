/**
 * Whether others may know that nobody is at the computer, and since when (XEP-0319). It measures nothing: the shell tells
 * how long no key was pressed.
 */

/** Seconds after which nobody will be back soon. */
const EXTENDED = 3_600;

/**
 * What is shown of somebody who has touched nothing for this long.
 * @param idle seconds
 * @param awayAfter minutes; 0 when nobody is to know
 */
export function showAfter(idle: number, awayAfter: number): 'away' | 'xa' | undefined {
  if (awayAfter === 0 || idle < awayAfter * 60) return undefined;
  return idle >= Math.max(EXTENDED, awayAfter * 60) ? 'xa' : 'away';
}

/** What is told of this computer at present. */
export class OwnIdleness {
  #show: 'away' | 'xa' | undefined;
  #since: number | undefined;

  /** For our presence; empty while somebody is there or others are not to know. */
  get shown(): { readonly availability: 'away' | 'xa'; readonly idleSince: number } | undefined {
    return this.#show === undefined || this.#since === undefined
      ? undefined
      : { availability: this.#show, idleSince: this.#since };
  }

  /**
   * @param idle seconds
   * @param now milliseconds since 1970
   * @returns whether something else is to be told from now on
   */
  see(idle: number, awayAfter: number, now: number): boolean {
    const show = showAfter(idle, awayAfter);
    if (show === this.#show) return false;
    // Measured anew it would wander by seconds: the first measure stays.
    if (show === undefined) this.#since = undefined;
    else this.#since ??= now - idle * 1_000;
    this.#show = show;
    return true;
  }
}
