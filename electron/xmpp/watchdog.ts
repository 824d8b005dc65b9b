/** Notices when the next step of a negotiation does not come. It decides nothing else. */
import type { RoundTrip } from './round-trip.ts';

/**
 * After authentication a server has nobody else to ask, and answers soon or never: Prosody 0.12 fails in binding when the
 * session that had the resource was killed over BOSH with stanzas unacknowledged. The next attempt succeeds.
 */
const SESSION = { times: 30, least: 5_000 };

export class Watchdog {
  readonly #limit: number;
  readonly #roundTrip: RoundTrip;
  readonly #missed: () => void;
  #timer: NodeJS.Timeout | undefined;

  /** @param limit milliseconds that any step may take at most */
  constructor(limit: number, roundTrip: RoundTrip, missed: () => void) {
    this.#limit = limit;
    this.#roundTrip = roundTrip;
    this.#missed = missed;
  }

  /** Waits for the next step, instead of the one before. */
  watch(isAuthenticated = false): void {
    this.stop();
    const { times, least } = SESSION;
    const limit = isAuthenticated ? this.#roundTrip.patience(times, least, this.#limit) : this.#limit;
    this.#timer = setTimeout(this.#missed, limit);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
