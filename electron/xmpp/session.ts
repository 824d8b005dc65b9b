/**
 * The counters of one stream-management session (XEP-0198 1.6.3): what was sent, acknowledged, received and handled.
 * Pure: it writes nothing and reads no clock. Inside, numbers only grow; on the wire they are modulo 2³² (§4).
 */

const MODULUS = 2 ** 32;

export type Acknowledgement =
  /** Everything up to `position` is acknowledged; `isNew` when that is further than before. */
  | { readonly kind: 'accepted'; readonly position: number; readonly isNew: boolean }
  /** More than was ever sent, or less than was acknowledged before: `h` and `sent` belong into the stream error. */
  | { readonly kind: 'too-high'; readonly h: number; readonly sent: number }
  | { readonly kind: 'malformed' };

/** Reads a counter from the wire: an unsigned integer of 32 bits, and nothing that merely looks like one. */
export function readCounter(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,10}$/.test(text)) return undefined;
  const value = Number(text);
  return value < MODULUS ? value : undefined;
}

/** Writes a counter for the wire. */
export function writeCounter(position: number): number {
  return position % MODULUS;
}

/** One session, from `<enabled/>` on, over any number of connections. */
export class StreamSession {
  #sent: number;
  #acknowledged: number;
  #received: number;
  #handled: number;
  /** Positions that were handled ahead of an earlier one. */
  readonly #ahead = new Set<number>();

  /**
   * @param received how many stanzas of the server were handled before, for a resumed session
   * @param sent how many of ours the server had handled at that time
   */
  constructor(received = 0, sent = 0) {
    this.#received = received;
    this.#handled = received;
    this.#sent = sent;
    this.#acknowledged = sent;
  }

  /** How many stanzas were sent. */
  get sent(): number {
    return this.#sent;
  }

  /** How many of them the server says to have handled. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** How many stanzas were received. */
  get received(): number {
    return this.#received;
  }

  /** How many of them are handled without a gap: what `h` says. */
  get handled(): number {
    return this.#handled;
  }

  /** Counts a stanza that is about to be sent and returns its position. */
  countSent(): number {
    this.#sent += 1;
    return this.#sent;
  }

  /** Counts a stanza that arrived and returns its position. */
  countReceived(): number {
    this.#received += 1;
    return this.#received;
  }

  /** Marks a received stanza as handled; positions that were never given out are ignored. */
  markHandled(position: number): void {
    if (!Number.isInteger(position) || position <= this.#handled || position > this.#received) return;
    this.#ahead.add(position);
    while (this.#ahead.delete(this.#handled + 1)) this.#handled += 1;
  }

  /** Judges the `h` of an `<a/>` (§4) and moves the counter when it can be true. */
  acknowledge(text: string | undefined): Acknowledgement {
    const h = readCounter(text);
    if (h === undefined) return { kind: 'malformed' };
    const advance = (((h - writeCounter(this.#acknowledged)) % MODULUS) + MODULUS) % MODULUS;
    if (this.#acknowledged + advance > this.#sent) {
      return { kind: 'too-high', h, sent: writeCounter(this.#sent) };
    }
    this.#acknowledged += advance;
    return { kind: 'accepted', position: this.#acknowledged, isNew: advance > 0 };
  }
}
