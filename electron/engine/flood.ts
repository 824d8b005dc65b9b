/**
 * How often somebody may make us do something: a bucket of tokens for each, refilled by time. It knows neither what is
 * done nor who is trusted, and remembers a bounded number of people.
 */

export interface FloodLimits {
  /** So often at once. */
  readonly burst: number;
  /** So often for each minute, in the long run. */
  readonly perMinute: number;
}

interface Bucket {
  tokens: number;
  /** Milliseconds since 1970. */
  at: number;
  /** The refusal was told already. */
  isTold: boolean;
}

/** Beyond these, those who have asked least recently start with a full bucket again. */
const MOST = 1_000;

export class Flood {
  readonly #limits: FloodLimits;
  readonly #buckets = new Map<string, Bucket>();

  constructor(limits: FloodLimits) {
    this.#limits = limits;
  }

  /**
   * Whether one more is still allowed; `first-refusal` once for each time that it becomes too much, so that a log has
   * one line and not a flood of its own.
   * @param now milliseconds since 1970; a clock that goes backwards refills nothing
   */
  take(key: string, now: number): 'allowed' | 'first-refusal' | 'refused' {
    const { burst, perMinute } = this.#limits;
    const known = this.#buckets.get(key) ?? { tokens: burst, at: now, isTold: false };
    const refill = (Math.max(0, now - known.at) / 60_000) * perMinute;
    const tokens = Math.min(burst, known.tokens + refill);
    const isAllowed = tokens >= 1;
    const bucket = { tokens: isAllowed ? tokens - 1 : tokens, at: now, isTold: !isAllowed };
    // Removed first, so that the map stays in the order of use.
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > MOST && oldest !== undefined) this.#buckets.delete(oldest);
    if (isAllowed) return 'allowed';
    return known.isTold ? 'refused' : 'first-refusal';
  }
}
