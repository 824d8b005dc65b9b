/**
 * How long the server may take to answer, from how long it took so far on this connection: estimated as TCP does (RFC
 * 6298 §2). It measures nothing itself and owns no timer.
 */

/** RFC 6298 §2.1: as long as nothing was measured. Milliseconds. */
const UNKNOWN = 1_000;
/**
 * An answer that took so many times longer than it should, and so many milliseconds, says that the computer slept
 * meanwhile. Two in a row say that the network became slow.
 */
const OUTLIER = { times: 4, least: 2_000 };

export class RoundTrip {
  #smoothed: number | undefined;
  #variation = 0;
  #wasOutlier = false;

  /** An answer took so many milliseconds. */
  note(milliseconds: number): void {
    if (this.#smoothed === undefined) {
      this.#smoothed = milliseconds;
      this.#variation = milliseconds / 2;
      return;
    }
    const isOutlier = milliseconds > Math.max(OUTLIER.least, OUTLIER.times * this.longest);
    if (isOutlier && !this.#wasOutlier) {
      this.#wasOutlier = true;
      return;
    }
    this.#wasOutlier = false;
    this.#variation += (Math.abs(this.#smoothed - milliseconds) - this.#variation) / 4;
    this.#smoothed += (milliseconds - this.#smoothed) / 8;
  }

  /** What the next answer should hardly exceed, in milliseconds. */
  get longest(): number {
    return this.#smoothed === undefined ? UNKNOWN : this.#smoothed + 4 * this.#variation;
  }

  /** So many times `longest`, at least `least` and at most `most` milliseconds; `most` wins. */
  patience(times: number, least: number, most: number): number {
    return Math.min(most, Math.max(least, times * this.longest));
  }
}
