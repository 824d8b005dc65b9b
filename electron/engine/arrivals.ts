/**
 * When each side of a chat was last heard by our own clock. A stream keeps the order in which a sender spoke (RFC 6120
 * §10.1), but a stamp of the server's cannot be compared with our time of arrival, which is later by all that was slow:
 * the next message, delivered again after a broken connection with a stamp, would come before the one that it follows.
 * Lives in memory; decides nothing about messages that both have a stamp.
 */
import type { Envelope } from './facts.ts';

/** Stamps this much older than the last arrival belong where they say, in milliseconds: the longest that we lag behind. */
const LONGEST_LAG = 600_000;
/** So many sides of chats are remembered. */
const MOST = 1_000;

export class Arrivals {
  readonly #last = new Map<string, number>();

  /** Takes an envelope from the stream, in the order of arrival, and moves a stamped one behind what it follows. */
  inOrder(envelope: Envelope, isStamped: boolean): Envelope {
    const { peer, isOutgoing, at } = envelope;
    const side = `${isOutgoing ? '>' : '<'} ${peer}`;
    const last = this.#last.get(side);
    if (isStamped) {
      return last !== undefined && last > at && last - at < LONGEST_LAG
        ? { ...envelope, at: last }
        : envelope;
    }
    this.#last.delete(side);
    this.#last.set(side, at);
    const [oldest] = this.#last.keys();
    if (this.#last.size > MOST && oldest !== undefined) this.#last.delete(oldest);
    return envelope;
  }
}
