/**
 * The time of day as a rune, at the pace it is needed: minutes for the lists, seconds where something counts down.
 */
import { untilNextMinute } from '../lib/time.ts';

export class Clock {
  #now = $state(Date.now());

  /** Milliseconds since 1970, renewed every minute. */
  get now(): number {
    return this.#now;
  }

  /** @returns the function that stops it. */
  start(): () => void {
    let timer: ReturnType<typeof setTimeout>;
    const tick = (): void => {
      this.#now = Date.now();
      timer = setTimeout(tick, untilNextMinute(this.#now));
    };
    tick();
    return () => clearTimeout(timer);
  }
}
