/** Gathers, while a stream is negotiated, how it is connected and what the server offers on it. It decides nothing. */
import type { ConnectionDetails } from './wire.ts';
import { read as readStreamLimits, type StreamLimitsOffer } from './xep/xep0478.ts';
import { childElements, type Element } from './xml.ts';

/** Offers are nested: SASL2 names what goes with it, and Bind 2 in there what goes with that. */
const DEEPEST = 6;
/** More namespaces than this are not read. */
const MOST = 256;

export class DetailsNote {
  #parts: Omit<ConnectionDetails, 'features'> | undefined;
  readonly #features = new Set<string>();
  #allowed: StreamLimitsOffer = {};

  /** Adds what is known by now; what is `undefined` stays unknown. */
  note(parts: Omit<ConnectionDetails, 'features'>): void {
    this.#parts = parts;
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
