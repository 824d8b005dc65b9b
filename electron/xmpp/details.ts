/**
 * Gathers, while a stream is negotiated, how it is connected, how often the server had to be waited for, and what it
 * offers. It decides nothing.
 */
import { RoundTrip } from './round-trip.ts';
import type { Reached } from './transport/transport.ts';
import type { ConnectionDetails } from './wire.ts';
import { read as readStreamLimits, type StreamLimitsOffer } from './xep/xep0478.ts';
import { childElements, type Element } from './xml.ts';

/** Offers are nested: SASL2 names what goes with it, and Bind 2 in there what goes with that. */
const DEEPEST = 6;
/** More namespaces than this are not read. */
const MOST = 256;

export class DetailsNote {
  #parts: Omit<ConnectionDetails, 'features'> | undefined;
  #roundTrips = 0;
  #isWaiting = false;
  /** Since when, in monotonic milliseconds. */
  #askedAt = 0;
  /** How long the server was waited for each time; whoever asks it later notes that, too. */
  readonly roundTrip = new RoundTrip();
  #isOnline = false;
  readonly #features = new Set<string>();
  #allowed: StreamLimitsOffer = {};

  /** The server is reached, and nothing was said to it yet. */
  reached({
    transport,
    tlsVersion,
    cipher,
  }: Pick<Reached, 'transport'> & Partial<Pick<Reached, 'tlsVersion' | 'cipher'>>): void {
    this.#parts = {
      transport,
      ...(cipher !== undefined && { cipher }),
      ...(tlsVersion !== undefined && { tlsVersion }),
    };
    // The handshake of RFC 6455 §4 comes between TLS and XMPP.
    this.#roundTrips = transport === 'websocket' ? 1 : 0;
  }

  /** Something was asked of the server. Once or more often before it says anything is one wait. */
  readonly asked = (): void => {
    if (!this.#isWaiting) this.#askedAt = performance.now();
    this.#isWaiting = true;
  };

  /** The server said something. */
  heard(): void {
    if (!this.#isWaiting) return;
    this.#isWaiting = false;
    if (this.#isOnline) return; // now the server speaks when it likes
    this.#roundTrips += 1;
    this.roundTrip.note(performance.now() - this.#askedAt);
  }

  /** Both sides know each other, and stanzas may go: how that came about, and how often we waited until then. */
  online({
    mechanism,
    channelBinding,
  }: Pick<ConnectionDetails, 'mechanism' | 'channelBinding'>): ConnectionDetails | undefined {
    this.#isOnline = true;
    this.#parts = this.#parts && {
      ...this.#parts,
      ...(mechanism !== undefined && { mechanism }),
      ...(channelBinding !== undefined && { channelBinding }),
      roundTrips: this.#roundTrips,
    };
    return this.details;
  }

  /** Adds what a `<stream:features/>` offers, before or after authentication. */
  noteFeatures(features: Element): void {
    this.#addFeatures(features, 0);
    this.#allowed = readStreamLimits(features);
  }

  /** What the server takes; the last features say it as a whole (XEP-0478 0.2.0 #rules). */
  get allowed(): StreamLimitsOffer {
    return this.#allowed;
  }

  /** True when the server offered something of this namespace. */
  offers(namespace: string): boolean {
    return this.#features.has(namespace);
  }

  /** What is known; the features are those of the moment that somebody looks at them. */
  get details(): ConnectionDetails | undefined {
    return this.#parts && { ...this.#parts, features: this.#features };
  }

  #addFeatures(element: Element, depth: number): void {
    if (depth > DEEPEST) return;
    for (const part of childElements(element)) {
      const { var: named } = part.attrs;
      if (this.#features.size >= MOST) return;
      this.#features.add(part.ns);
      if (part.name === 'feature' && named !== undefined) this.#features.add(named);
      this.#addFeatures(part, depth + 1);
    }
  }
}
