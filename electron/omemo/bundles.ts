/**
 * Other devices' bundles: what makes one good, and a short memory of those just fetched and those that were bad.
 * In memory only: after a restart every bundle is fetched and judged anew.
 */
import type { Bundle } from '../xmpp/xep/xep0384.ts';
import { isSignedBy, isSignedPlainlyBy, isUsableKey } from './curve.ts';
import { nameOf, PARAMETERS, type Line, type Protocol } from './protocols.ts';
import { readIdentity, readKey } from './ratchet/messages.ts';

/** Prekeys work once and others take them too, so a bundle does not keep; milliseconds. */
const FRESH_FOR = 10 * 60_000;
/** How long a bad bundle is not asked for again (H43), and one that could not be fetched; milliseconds. */
const BAD_FOR = 60 * 60_000;
const UNREACHABLE_FOR = 60_000;

/** A bundle that a session can be made from, as the protocol sends it. */
export interface GoodBundle extends Bundle {
  /** The identity key in the form that is the same in all protocols: X25519, 33 bytes. */
  readonly pinnable: Uint8Array;
}

/**
 * Judges a bundle: its keys have to yield secrets, and the signed prekey to be signed by the identity key (X3DH §3.3).
 * The codec has checked sizes and counts.
 */
export function judgeBundle(protocol: Protocol, bundle: Bundle): GoodBundle | undefined {
  const parameters = PARAMETERS[protocol];
  const { publicKey, signature } = bundle.signedPreKey;
  const identity = readIdentity(parameters, bundle.identityKey);
  const signed = readKey(parameters, publicKey);
  if (identity === undefined || signed === undefined) return undefined;
  if (!isUsableKey(identity.key) || !isUsableKey(signed)) return undefined;
  const isSigned = parameters.keyForm === 'typed' ? isSignedBy : isSignedPlainlyBy;
  return isSigned(identity.sent, publicKey, signature) ? { ...bundle, pinnable: identity.key } : undefined;
}

export class BundleShelf {
  readonly #now: () => number;
  readonly #bundles = new Map<string, { readonly bundle: GoodBundle; readonly until: number }>();
  readonly #refused = new Map<string, number>();

  /** @param now milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  put(line: Line, bundle: GoodBundle): void {
    this.#forgetPast();
    this.#bundles.set(nameOf(line), { bundle, until: this.#now() + FRESH_FOR });
  }

  /** The bundle of a device, if one was fetched lately. */
  find(line: Line): GoodBundle | undefined {
    const found = this.#bundles.get(nameOf(line));
    return found !== undefined && found.until > this.#now() ? found.bundle : undefined;
  }

  /** The bundle has served, or must not: the next session needs a new one. */
  drop(line: Line): void {
    this.#bundles.delete(nameOf(line));
  }

  /** Leaves a device alone for a while, in this protocol. */
  refuse(line: Line, why: 'bad' | 'unreachable'): void {
    this.drop(line);
    const until = this.#now() + (why === 'bad' ? BAD_FOR : UNREACHABLE_FOR);
    this.#refused.set(nameOf(line), until);
  }

  isRefused(line: Line): boolean {
    const until = this.#refused.get(nameOf(line));
    return until !== undefined && until > this.#now();
  }

  #forgetPast(): void {
    const now = this.#now();
    for (const [name, { until }] of this.#bundles) if (until <= now) this.#bundles.delete(name);
    for (const [name, until] of this.#refused) if (until <= now) this.#refused.delete(name);
  }
}
