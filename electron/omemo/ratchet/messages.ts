/**
 * The messages of the ratchet as bytes, in both protocols: what is sent with every key, and what goes around it while
 * a session is new. Checks forms and sizes; whether anything is authentic is the business of session.ts.
 */
import { hasKeyForm, toMontgomery } from '../curve.ts';
import { SessionFault } from '../fault.ts';
import type { Parameters } from './parameters.ts';
import { bytesIn, numberIn, readFields, writeFields, type Fields } from './protobuf.ts';

/** A key of 48 bytes makes messages below 300. */
const SIZE_LIMIT = 1_024;
const BLOCK = 16;
/** The type byte of Curve25519 keys, which only one protocol sends. */
const TYPE = 0x05;

/** A step of a chain. Public keys have 33 bytes here, whatever the protocol. */
export interface RatchetMessage {
  /** The sender's present key. */
  readonly ratchetKey: Uint8Array;
  /** The place in the chain of that key, from 0. */
  readonly counter: number;
  /** How many messages the chain before had. */
  readonly previous: number;
  readonly ciphertext: Uint8Array;
}

/** A message as it was read, with what proves it. */
export interface SignedMessage extends RatchetMessage {
  readonly mac: Uint8Array;
  /** What the code is over, after the identity keys. */
  readonly signed: Uint8Array;
}

/** An identity key: in its X25519 form, 33 bytes, and as the protocol sends it. */
export interface IdentityKey {
  readonly key: Uint8Array;
  readonly sent: Uint8Array;
}

/** What the other side needs to make the session that a message belongs to. */
export interface Exchange {
  readonly prekey: number;
  readonly signedPrekey: number;
  readonly baseKey: Uint8Array;
  readonly identity: IdentityKey;
  readonly message: Uint8Array;
}

// ————— Keys ——————————————————————————————————————————————————————————————————————————————————————————————

export function writeKey({ keyForm }: Parameters, key: Uint8Array): Uint8Array {
  return keyForm === 'typed' ? key : key.subarray(1);
}

/** A public key as the protocol sends it; 33 bytes with a type byte, or `undefined`. */
export function readKey({ keyForm }: Parameters, bytes: Uint8Array | undefined): Uint8Array | undefined {
  const typed = keyForm === 'plain' && bytes?.length === 32 ? Uint8Array.of(TYPE, ...bytes) : bytes;
  const isRightForm = (keyForm === 'plain') === (typed !== bytes);
  return isRightForm && hasKeyForm(typed) ? typed : undefined;
}

export function readIdentity(
  { keyForm }: Parameters,
  bytes: Uint8Array | undefined,
): IdentityKey | undefined {
  const key = keyForm === 'typed' ? bytes : bytes && toMontgomery(bytes);
  return bytes !== undefined && hasKeyForm(key) ? { key, sent: bytes } : undefined;
}

// ————— Messages ——————————————————————————————————————————————————————————————————————————————————————————

/** What the authentication code has to cover, after the identity keys. */
export function encodeMessage(parameters: Parameters, message: RatchetMessage): Uint8Array {
  const { message: field, framing } = parameters;
  const previous = parameters.previous === 'length' ? message.previous : Math.max(0, message.previous - 1);
  const encoded = writeInOrder([
    [field.ratchetKey, writeKey(parameters, message.ratchetKey)],
    [field.counter, message.counter],
    [field.previous, previous],
    [field.ciphertext, message.ciphertext],
  ]);
  return framing.kind === 'version' ? Buffer.concat([Uint8Array.of(framing.byte), encoded]) : encoded;
}

/** The whole message. */
export function frameMessage({ framing }: Parameters, signed: Uint8Array, mac: Uint8Array): Uint8Array {
  return framing.kind === 'version'
    ? Buffer.concat([signed, mac])
    : writeInOrder([
        [framing.mac, mac],
        [framing.message, signed],
      ]);
}

/** @throws SessionFault `malformed` */
export function readMessage(parameters: Parameters, bytes: Uint8Array): SignedMessage {
  const { message: field, framing, macLength } = parameters;
  const [signed, mac] = unframe(parameters, limited(bytes));
  if (signed === undefined || mac?.length !== macLength) throw malformed('the message has no code');
  const fields = readAll(framing.kind === 'version' ? signed.subarray(1) : signed);
  const ratchetKey = readKey(parameters, bytesIn(fields, field.ratchetKey));
  const counter = numberIn(fields, field.counter);
  const ciphertext = bytesIn(fields, field.ciphertext);
  const sent = numberIn(fields, field.previous);
  if (ratchetKey === undefined || counter === undefined || sent === undefined) {
    throw malformed('the message has no key or no place');
  }
  if (ciphertext === undefined || ciphertext.length === 0 || ciphertext.length % BLOCK !== 0) {
    throw malformed('the message has no content');
  }
  // Programs disagree about this number in the older protocol; the larger meaning loses no key.
  const previous = parameters.previous === 'length' ? sent : sent + 1;
  return { ratchetKey, counter, previous, ciphertext, mac, signed };
}

function unframe({ framing, macLength }: Parameters, bytes: Uint8Array): (Uint8Array | undefined)[] {
  if (framing.kind === 'envelope') {
    const fields = readAll(bytes);
    return [bytesIn(fields, framing.message), bytesIn(fields, framing.mac)];
  }
  requireVersion(bytes, framing.byte);
  if (bytes.length < 1 + macLength) return [];
  return [bytes.subarray(0, -macLength), bytes.subarray(-macLength)];
}

// ————— Key exchanges —————————————————————————————————————————————————————————————————————————————————————

/** @param registration the number for libsignal, where the protocol has a place for it */
export function writeExchange(
  parameters: Parameters,
  { prekey, signedPrekey, baseKey, identity, message }: Exchange,
  registration: number,
): Uint8Array {
  const { exchange: field, framing } = parameters;
  const encoded = writeInOrder([
    [field.prekey, prekey],
    [field.signedPrekey, signedPrekey],
    [field.baseKey, writeKey(parameters, baseKey)],
    [field.identityKey, identity.sent],
    [field.message, message],
    ...(field.registration === undefined ? [] : [[field.registration, registration] as const]),
  ]);
  return framing.kind === 'version' ? Buffer.concat([Uint8Array.of(framing.byte), encoded]) : encoded;
}

/**
 * One without a one-time prekey is refused: it could be played again for ever (XEP-0384 0.9.1 §4.2).
 * @throws SessionFault `malformed`
 */
export function readExchange(parameters: Parameters, bytes: Uint8Array): Exchange {
  const { exchange: field, framing } = parameters;
  if (framing.kind === 'version') requireVersion(bytes, framing.byte);
  const fields = readAll(framing.kind === 'version' ? limited(bytes).subarray(1) : limited(bytes));
  const prekey = numberIn(fields, field.prekey);
  const signedPrekey = numberIn(fields, field.signedPrekey);
  const baseKey = readKey(parameters, bytesIn(fields, field.baseKey));
  const identity = readIdentity(parameters, bytesIn(fields, field.identityKey));
  const message = bytesIn(fields, field.message);
  if (prekey === undefined || signedPrekey === undefined || message === undefined) {
    throw malformed('the key exchange names no prekey or holds no message');
  }
  if (baseKey === undefined || identity === undefined) throw malformed('the key exchange lacks a key');
  return { prekey, signedPrekey, baseKey, identity, message };
}

// ————— Both ——————————————————————————————————————————————————————————————————————————————————————————————

/** Other programs write fields by their numbers, so do we. */
function writeInOrder(fields: readonly (readonly [number, number | Uint8Array])[]): Uint8Array {
  return writeFields(fields.toSorted(([a], [b]) => a - b));
}

function readAll(bytes: Uint8Array): Fields {
  const fields = readFields(bytes);
  if (fields === undefined) throw malformed('the bytes are no message');
  return fields;
}

function limited(bytes: Uint8Array): Uint8Array {
  if (bytes.length > SIZE_LIMIT) throw malformed('the message is too large');
  return bytes;
}

/** Nothing authenticates the byte around a key exchange, and there is one version only. */
function requireVersion(bytes: Uint8Array, version: number): void {
  if (bytes[0] !== version) throw malformed('the message has another version');
}

function malformed(message: string): SessionFault {
  return new SessionFault('malformed', message);
}
