/**
 * In what the two OMEMO protocols differ, for one ratchet that runs both. Everything that is not said here is the same
 * in them: X3DH and the Double Ratchet over Curve25519, with HMAC-SHA-256, HKDF-SHA-256 and AES-256-CBC.
 */

/** Protobuf field numbers. */
export interface MessageFields {
  readonly ratchetKey: number;
  readonly counter: number;
  readonly previous: number;
  readonly ciphertext: number;
}

export interface ExchangeFields {
  readonly prekey: number;
  readonly signedPrekey: number;
  readonly baseKey: number;
  readonly identityKey: number;
  readonly message: number;
  /** A number that libsignal wants to see and that OMEMO gives no meaning; the device id does. */
  readonly registration?: number;
}

export interface Parameters {
  readonly namespace: string;
  /** What says in a stored record whose it is. */
  readonly tag: number;
  /** The `info` of each HKDF. */
  readonly info: { readonly exchange: string; readonly root: string; readonly message: string };
  /**
   * `typed`: every public key has 33 bytes, first 0x05, the identity key too. `plain`: 32 bytes, and the identity key is
   * sent in its Ed25519 form.
   */
  readonly keyForm: 'typed' | 'plain';
  /**
   * `version`: a byte before each message, which is authenticated, and the code behind it. `envelope`: both are fields
   * of another message.
   */
  readonly framing:
    | { readonly kind: 'version'; readonly byte: number }
    | { readonly kind: 'envelope'; readonly mac: number; readonly message: number };
  /** Bytes of the authentication code. */
  readonly macLength: number;
  /** Which identity key comes first in what is authenticated. */
  readonly first: 'sender' | 'initiator';
  /**
   * What a message says of the sender's chain before this one: how many messages it had, or, as libsignal does it, the
   * counter of its last one.
   */
  readonly previous: 'length' | 'last-counter';
  readonly message: MessageFields;
  readonly exchange: ExchangeFields;
}

/** XEP-0384 0.3.0 §4, which leaves the bytes to libsignal: version 3 of its messages (WhisperTextProtocol.proto). */
export const LEGACY: Parameters = {
  namespace: 'eu.siacs.conversations.axolotl',
  tag: 1,
  info: { exchange: 'WhisperText', root: 'WhisperRatchet', message: 'WhisperMessageKeys' },
  keyForm: 'typed',
  framing: { kind: 'version', byte: 0x33 },
  macLength: 8,
  first: 'sender',
  previous: 'last-counter',
  message: { ratchetKey: 1, counter: 2, previous: 3, ciphertext: 4 },
  exchange: { prekey: 1, baseKey: 2, identityKey: 3, message: 4, registration: 5, signedPrekey: 6 },
};

/** XEP-0384 0.9.1 §4.2, §4.3 and §10 (#protobuf-schema). */
export const OMEMO_2: Parameters = {
  namespace: 'urn:xmpp:omemo:2',
  tag: 2,
  info: { exchange: 'OMEMO X3DH', root: 'OMEMO Root Chain', message: 'OMEMO Message Key Material' },
  keyForm: 'plain',
  framing: { kind: 'envelope', mac: 1, message: 2 },
  macLength: 16,
  first: 'initiator',
  previous: 'length',
  message: { counter: 1, previous: 2, ratchetKey: 3, ciphertext: 4 },
  exchange: { prekey: 1, signedPrekey: 2, identityKey: 3, baseKey: 4, message: 5 },
};
