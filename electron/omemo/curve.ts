/**
 * Curve25519 on node:crypto: key pairs, agreement, and signatures that are valid as Ed25519 and as XEdDSA alike.
 * Knows keys as the wire has them (33 bytes, first 0x05) and nothing of OMEMO.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  randomBytes,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';

/** `publicKey`: 33 bytes, first 0x05. `privateKey`: 32 bytes. */
export interface KeyPair {
  readonly publicKey: Uint8Array;
  readonly privateKey: Uint8Array;
}

/** A long-lived key pair that can also sign. */
export interface SigningPair extends KeyPair {
  /** 32 bytes, the Ed25519 private key (RFC 8032 §5.1.5); `privateKey` is derived from it. */
  readonly seed: Uint8Array;
  /** 32 bytes, the public key as Ed25519 has it (RFC 8032 §5.1.5). */
  readonly edwardsKey: Uint8Array;
}

/** The type byte that libsignal puts before Curve25519 public keys ("DJB type"). */
const DJB = 0x05;
const KEY_LENGTH = 32;
const SIGNATURE_LENGTH = 64;

// The fixed DER that RFC 8410 §4 and §7 put around raw keys.
const PRIVATE_X25519 = Buffer.from('302e020100300506032b656e04220420', 'hex');
const PUBLIC_X25519 = Buffer.from('302a300506032b656e032100', 'hex');
const PRIVATE_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');
const PUBLIC_ED25519 = Buffer.from('302a300506032b6570032100', 'hex');

/** Any private scalar does for finding out what a public key yields. */
const PROBE = Buffer.alloc(KEY_LENGTH, 0x40);

/**
 * True for bytes that have the form of a public key; says nothing about the point. The topmost bit has to be zero, as
 * every implementation writes it: X25519 ignores it (RFC 7748 §5), so that one key could go by two names.
 */
export function hasKeyForm(key: Uint8Array | undefined): key is Uint8Array {
  return key?.length === KEY_LENGTH + 1 && key[0] === DJB && (key[KEY_LENGTH] ?? 0) < 0x80;
}

/**
 * True for a public key that an agreement can be made with. Points of low order are not such keys: the shared secret
 * would be zero for everybody, which node:crypto refuses (RFC 7748 §6.1).
 */
export function isUsableKey(key: Uint8Array): boolean {
  if (!hasKeyForm(key)) return false;
  try {
    agree(key, PROBE);
    return true;
  } catch {
    return false; // the only way in which a key of this form can fail
  }
}

export function generateKeyPair(): KeyPair {
  return rawPair(generateKeyPairSync('x25519').privateKey);
}

/** The pair that belongs to 32 private bytes, which are clamped as RFC 7748 §5 says. */
export function keyPairOf(secret: Uint8Array): KeyPair {
  const privateKey = Uint8Array.from(secret);
  privateKey[0] = (privateKey[0] ?? 0) & 248;
  privateKey[31] = ((privateKey[31] ?? 0) & 127) | 64;
  return rawPair(importPrivate(PRIVATE_X25519, privateKey));
}

/**
 * The shared secret of a public key (with or without type byte) and a private one: 32 bytes.
 * @throws when the public key is of low order
 */
export function agree(publicKey: Uint8Array, privateKey: Uint8Array): Uint8Array {
  const raw = publicKey.length === KEY_LENGTH + 1 ? publicKey.subarray(1) : publicKey;
  return diffieHellman({
    privateKey: importPrivate(PRIVATE_X25519, privateKey),
    publicKey: importPublic(PUBLIC_X25519, raw),
  });
}

/**
 * The shared secrets of one pair with several public keys (with type byte), each 32 bytes. Importing keys costs more than
 * agreeing, and least by far as JSON Web Keys (RFC 8037 §2), for which both halves have to be known.
 * @throws when a public key is of low order
 */
export function agreeWithEach(
  { publicKey, privateKey }: KeyPair,
  publicKeys: readonly Uint8Array[],
): Uint8Array[] {
  const own = createPrivateKey({ key: { ...webKey(publicKey), d: base64url(privateKey) }, format: 'jwk' });
  return publicKeys.map((theirs) =>
    diffieHellman({ privateKey: own, publicKey: createPublicKey({ key: webKey(theirs), format: 'jwk' }) }),
  );
}

/**
 * A new pair that can sign. The sign bit of its Ed25519 key is zero: the specification of XEdDSA wants it so, and
 * verifiers that go by way of the Montgomery form (libomemo.js 2.0, and with it Converse.js 14) lose that bit and refuse
 * every other key. Every second seed will do.
 */
export function generateSigningPair(): SigningPair {
  for (;;) {
    const pair = signingPairOf(randomBytes(KEY_LENGTH));
    if (((pair.edwardsKey[KEY_LENGTH - 1] ?? 0) & 0x80) === 0) return pair;
  }
}

/**
 * The pair that belongs to an Ed25519 seed. Its X25519 half is the clamped first half of SHA-512 of the seed: the very
 * scalar that Ed25519 signs with (RFC 8032 §5.1.5), so that one key serves OMEMO 0.3 and urn:xmpp:omemo:2.
 */
export function signingPairOf(seed: Uint8Array): SigningPair {
  const scalar = createHash('sha512').update(seed).digest().subarray(0, KEY_LENGTH);
  const edwardsKey = field(importPrivate(PRIVATE_ED25519, seed), 'x');
  return { ...keyPairOf(scalar), seed: Uint8Array.from(seed), edwardsKey };
}

/**
 * The X25519 form, with type byte, of an Ed25519 public key: u = (1 + y) / (1 − y) (RFC 7748 §4.1). `undefined` for
 * bytes that are no such key; whether the point is on the curve is left to those who verify or agree with it.
 */
export function toMontgomery(edwardsKey: Uint8Array): Uint8Array | undefined {
  if (edwardsKey.length !== KEY_LENGTH) return undefined;
  const y = readLittleEndian(edwardsKey) & LOW_BITS;
  // A larger one would be a second name for the same point (RFC 8032 §5.1.3).
  if (y >= PRIME || y === 1n) return undefined;
  const u = ((1n + y) * inverse((1n - y + PRIME) % PRIME)) % PRIME;
  return Uint8Array.of(DJB, ...writeLittleEndian(u));
}

/** The plain Ed25519 signature (RFC 8032 §5.1.6): 64 bytes. */
export function signPlainly(seed: Uint8Array, message: Uint8Array): Uint8Array {
  return Uint8Array.from(sign(null, message, importPrivate(PRIVATE_ED25519, seed)));
}

/** Verifies a plain Ed25519 signature by the owner of an Ed25519 public key. Never throws. */
export function isSignedPlainlyBy(
  edwardsKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (edwardsKey.length !== KEY_LENGTH || signature.length !== SIGNATURE_LENGTH) return false;
  try {
    return verify(null, message, importPublic(PUBLIC_ED25519, edwardsKey), signature);
  } catch {
    return false; // bytes that are no point
  }
}

/**
 * Verifies a plain Ed25519 signature by the owner of an X25519 key (with type byte). That key has two Edwards forms, which
 * differ in sign; whoever can sign for the one can sign for the other. Never throws.
 */
export function isSignedPlainlyByOwner(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (!hasKeyForm(publicKey)) return false;
  return [0, 0x80].some((sign) => {
    const edwards = toEdwards(publicKey.subarray(1), sign);
    return edwards !== undefined && isSignedPlainlyBy(edwards, message, signature);
  });
}

/**
 * Signs with the seed so that XEdDSA verifiers, who know the X25519 key alone, accept it: 64 bytes. They take the sign
 * bit of the Ed25519 key, which is lost in the Montgomery form, from the topmost bit of the signature, as libsignal
 * does; the specification (https://signal.org/docs/specifications/xeddsa/) fixes that bit to zero instead.
 */
export function signWithSeed(seed: Uint8Array, message: Uint8Array): Uint8Array {
  const key = importPrivate(PRIVATE_ED25519, seed);
  const edwards = field(key, 'x');
  const signature = Uint8Array.from(sign(null, message, key));
  signature[63] = (signature[63] ?? 0) | ((edwards[31] ?? 0) & 0x80);
  return signature;
}

/** Verifies an XEdDSA signature by the owner of a public key (with or without type byte). Never throws. */
export function isSignedBy(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const raw = hasKeyForm(publicKey) ? publicKey.subarray(1) : publicKey;
  if (raw.length !== KEY_LENGTH || signature.length !== SIGNATURE_LENGTH) return false;
  const plain = Uint8Array.from(signature);
  const signBit = (plain[63] ?? 0) & 0x80;
  plain[63] = (plain[63] ?? 0) & 0x7f;
  const edwards = toEdwards(raw, signBit);
  return edwards !== undefined && isSignedPlainlyBy(edwards, message, plain);
}

// ————— Arithmetic ————————————————————————————————————————————————————————————————————————————————————————

const PRIME = (1n << 255n) - 19n;
const LOW_BITS = (1n << 255n) - 1n;

/**
 * The Edwards form of a Montgomery key: y = (u − 1) / (u + 1) (RFC 7748 §4.1). Undefined for u = −1, which has none.
 * Works on public values only, so that its timing tells nothing.
 */
function toEdwards(montgomery: Uint8Array, signBit: number): Uint8Array | undefined {
  const u = (readLittleEndian(montgomery) & LOW_BITS) % PRIME;
  const denominator = (u + 1n) % PRIME;
  if (denominator === 0n) return undefined;
  const y = (((u - 1n + PRIME) % PRIME) * inverse(denominator)) % PRIME;
  const edwards = writeLittleEndian(y);
  edwards[31] = (edwards[31] ?? 0) | signBit;
  return edwards;
}

function readLittleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
}

function writeLittleEndian(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse();
}

/** The multiplicative inverse modulo the prime, by Euclid's algorithm; `value` is not zero. */
function inverse(value: bigint): bigint {
  let [previous, current] = [PRIME, value];
  let [previousFactor, factor] = [0n, 1n];
  while (current !== 0n) {
    const quotient = previous / current;
    [previous, current] = [current, previous - quotient * current];
    [previousFactor, factor] = [factor, previousFactor - quotient * factor];
  }
  return ((previousFactor % PRIME) + PRIME) % PRIME;
}

// ————— Encoding ——————————————————————————————————————————————————————————————————————————————————————————

function importPrivate(prefix: Buffer, raw: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([prefix, raw]), format: 'der', type: 'pkcs8' });
}

function importPublic(prefix: Buffer, raw: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([prefix, raw]), format: 'der', type: 'spki' });
}

function webKey(publicKey: Uint8Array): { kty: string; crv: string; x: string } {
  return { kty: 'OKP', crv: 'X25519', x: base64url(publicKey.subarray(1)) };
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url');
}

function rawPair(key: KeyObject): KeyPair {
  return { publicKey: Uint8Array.of(DJB, ...field(key, 'x')), privateKey: field(key, 'd') };
}

/** The public (`x`) or private (`d`) half of a private key; a JSON Web Key is the fastest way to it (RFC 8037 §2). */
function field(key: KeyObject, name: 'x' | 'd'): Uint8Array {
  return Uint8Array.from(Buffer.from(key.export({ format: 'jwk' })[name] ?? '', 'base64url'));
}
