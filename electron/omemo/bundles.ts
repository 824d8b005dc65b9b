/**
 * Other devices' bundles: what makes one good, and a short memory of those just fetched and those that were bad.
 * In memory only: after a restart every bundle is fetched and judged anew.
 */
import type { Bundle } from '../xmpp/xep/xep0384.ts';
import { isSignedBy, isUsableKey } from './curve.ts';

/** Prekeys work once and others take them too, so a bundle does not keep; milliseconds. */
const FRESH_FOR = 10 * 60_000;
/** How long a bad bundle is not asked for again (H43), and one that could not be fetched; milliseconds. */
const BAD_FOR = 60 * 60_000;
const UNREACHABLE_FOR = 60_000;

/**
 * True when a session may be made from a bundle: its keys yield secrets, and the signed prekey is signed by the
 * identity key (X3DH §3.3). The codec has checked sizes and counts.
 */
export function isGoodBundle({ identityKey, signedPreKey }: Bundle): boolean {
  return (
    isUsableKey(identityKey) &&
    isUsableKey(signedPreKey.publicKey) &&
    isSignedBy(identityKey, signedPreKey.publicKey, signedPreKey.signature)
  );
}

export class BundleShelf {
  readonly #now: () => number;
  readonly #bundles = new Map<string, { readonly bundle: Bundle; readonly until: number }>();
  readonly #refused = new Map<string, number>();

  /** @param now milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  put(address: string, device: number, bundle: Bundle): void {
    this.#forgetPast();
    this.#bundles.set(nameOf(address, device), { bundle, until: this.#now() + FRESH_FOR });
  }

  /** The bundle of a device, if one was fetched lately. */
  find(address: string, device: number): Bundle | undefined {
    const found = this.#bundles.get(nameOf(address, device));
    return found !== undefined && found.until > this.#now() ? found.bundle : undefined;
  }

  /** The bundle has served, or must not: the next session needs a new one. */
  drop(address: string, device: number): void {
    this.#bundles.delete(nameOf(address, device));
  }

  /** Leaves a device alone for a while. */
  refuse(address: string, device: number, why: 'bad' | 'unreachable'): void {
    this.drop(address, device);
    const until = this.#now() + (why === 'bad' ? BAD_FOR : UNREACHABLE_FOR);
    this.#refused.set(nameOf(address, device), until);
  }

  isRefused(address: string, device: number): boolean {
    const until = this.#refused.get(nameOf(address, device));
    return until !== undefined && until > this.#now();
  }

  #forgetPast(): void {
    const now = this.#now();
    for (const [name, { until }] of this.#bundles) if (until <= now) this.#bundles.delete(name);
    for (const [name, until] of this.#refused) if (until <= now) this.#refused.delete(name);
  }
}

function nameOf(address: string, device: number): string {
  return `${device}/${address}`;
}
