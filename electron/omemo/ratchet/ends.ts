/** What the ratchet is given, and what it hands back: the ends of a session, and one key on its way between them. */
import type { KeyPair, SigningPair } from '../curve.ts';

/** This device. */
export interface Identity extends SigningPair {
  /** The device id. */
  readonly device: number;
}

/** The device at the other end. */
export interface Peer {
  readonly address: string;
  readonly device: number;
}

/** The private keys that an initial message names by id. */
export interface PrekeySource {
  /**
   * @param baseKey the key exchange's own key, as far as it is told
   * @throws SessionFault `duplicate` when it was used in this very exchange
   */
  prekey(id: number, baseKey?: Uint8Array): KeyPair | undefined;
  signedPrekey(id: number): KeyPair | undefined;
}

export interface SealedKey {
  readonly record: string;
  readonly body: Uint8Array;
  /** True as long as the other side has not answered: the message carries what it needs to make the session. */
  readonly isPrekey: boolean;
}

export interface OpenedKey {
  readonly record: string;
  readonly plaintext: Uint8Array;
  /** Whose session it was: the key that authenticated the message, 33 bytes. */
  readonly identityKey: Uint8Array;
  /** The one-time prekey that the message used. */
  readonly usedPrekey?: number;
  /** The own key of the exchange that used it. */
  readonly baseKey?: Uint8Array;
  /** The other side waits for a sign of life: its session is not confirmed, or its chain has grown long. */
  readonly needsAnswer: boolean;
}
