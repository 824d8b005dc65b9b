/**
 * The profile's key under a passphrase or a recovery code: pure cryptography on node:crypto, no files, no keyring.
 * `undefined` is the answer to a secret that does not open, whatever the reason.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  scrypt,
  type ScryptOptions,
} from 'node:crypto';

export const KEY_LENGTH = 32;

/** A key encrypted by another with AES-256-GCM; the tag follows the text. Base64 both. */
export interface Sealed {
  readonly nonce: string;
  readonly wrapped: string;
}

/** What a passphrase is stretched with (RFC 7914). */
export interface Stretching {
  readonly salt: string;
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** 128 MiB and about a third of a second for one guess: what OWASP asks of scrypt. */
export const COST = { N: 2 ** 17, r: 8, p: 1 } as const;
/** More than this in a file is a mistake or an attack on our memory. */
const MOST_MEMORY = 1_024 ** 3;

/** Tells whether a key is the right one without telling anything about it. Base64. */
export function markOf(key: Uint8Array): string {
  return createHmac('sha256', key).update('waxwing vault').digest().subarray(0, 16).toString('base64');
}

/** @param cost less than the usual only in tests */
export async function sealWithPassphrase(
  key: Uint8Array,
  passphrase: string,
  cost: Omit<Stretching, 'salt'> = COST,
): Promise<Sealed & Stretching> {
  const stretching = { salt: randomBytes(32).toString('base64'), ...cost };
  return { ...stretching, ...seal(key, await stretch(passphrase, stretching), 'passphrase') };
}

export async function openWithPassphrase(
  sealed: Sealed & Stretching,
  passphrase: string,
): Promise<Uint8Array | undefined> {
  return unseal(sealed, await stretch(passphrase, sealed), 'passphrase');
}

/** True for numbers that scrypt accepts and this machine survives. */
export function isBearable({ N, r, p }: Stretching): boolean {
  return (
    [N, r, p].every((each) => Number.isSafeInteger(each) && each >= 1) &&
    N >= 2 ** 14 &&
    Number.isInteger(Math.log2(N)) &&
    128 * N * r <= MOST_MEMORY &&
    p <= 16
  );
}

/** Seals under a code of 160 random bits, which needs no stretching (RFC 5869 §3.3). */
export function sealWithCode(key: Uint8Array, code: string): Sealed & { readonly salt: string } {
  const salt = randomBytes(32);
  return { salt: salt.toString('base64'), ...seal(key, expand(readCode(code) ?? fail(), salt), 'recovery') };
}

export function openWithCode(
  sealed: Sealed & { readonly salt: string },
  code: string,
): Uint8Array | undefined {
  const bytes = readCode(code);
  return bytes && unseal(sealed, expand(bytes, Buffer.from(sealed.salt, 'base64')), 'recovery');
}

// ————— Codes ——————————————————————————————————————————————————————————————————————————————————————————————

/** Crockford's base 32 (https://www.crockford.com/base32.html): no I, L, O and U, which are misread. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CODE_BYTES = 20;

/** A new recovery code: eight groups of four, 160 random bits. */
export function createCode(): string {
  return codeOf(randomBytes(CODE_BYTES));
}

function codeOf(bytes: Buffer): string {
  const bits = BigInt(`0x${bytes.toString('hex')}`);
  const digits = Array.from(
    { length: 32 },
    (_, index) => DIGITS[Number((bits >> BigInt(155 - 5 * index)) & 31n)],
  );
  return (digits.join('').match(/.{4}/g) ?? []).join('-');
}

/** A code as it was made, however it was typed; any other secret as it is. */
export function canonicalSecret(text: string): string {
  const bytes = readCode(text);
  return bytes === undefined ? text : codeOf(bytes);
}

/** The bytes of a code, however it was typed: any case, dashes and spaces, and the letters that look like digits. */
function readCode(text: string): Buffer | undefined {
  const digits = text
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s\p{Pd}]/gu, '')
    .replace(/O/g, '0')
    .replace(/[IL]/g, '1');
  if (!/^[0-9A-HJKMNP-TV-Z]{32}$/.test(digits)) return undefined;
  const bits = [...digits].reduce((sum, digit) => (sum << 5n) | BigInt(DIGITS.indexOf(digit)), 0n);
  return Buffer.from(bits.toString(16).padStart(2 * CODE_BYTES, '0'), 'hex');
}

// ————— Ciphers ————————————————————————————————————————————————————————————————————————————————————————————

/** Encrypts and forgets the wrapping key. What it is wrapped for is authenticated along with it. */
function seal(key: Uint8Array, wrapping: Uint8Array, purpose: string): Sealed {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', wrapping, nonce).setAAD(labelOf(purpose));
  const text = Buffer.concat([cipher.update(key), cipher.final(), cipher.getAuthTag()]);
  wrapping.fill(0);
  return { nonce: nonce.toString('base64'), wrapped: text.toString('base64') };
}

function unseal(sealed: Sealed, wrapping: Uint8Array, purpose: string): Uint8Array | undefined {
  const nonce = Buffer.from(sealed.nonce, 'base64');
  const text = Buffer.from(sealed.wrapped, 'base64');
  if (nonce.length !== 12 || text.length !== KEY_LENGTH + 16) return undefined;
  const cipher = createDecipheriv('aes-256-gcm', wrapping, nonce, { authTagLength: 16 }).setAAD(
    labelOf(purpose),
  );
  cipher.setAuthTag(text.subarray(KEY_LENGTH));
  try {
    const key = cipher.update(text.subarray(0, KEY_LENGTH));
    cipher.final();
    return key;
  } catch {
    return undefined; // the tag does not fit: another secret, or damage
  } finally {
    wrapping.fill(0);
  }
}

function labelOf(purpose: string): Buffer {
  return Buffer.from(`waxwing vault 1 ${purpose}`);
}

function expand(code: Buffer, salt: Uint8Array): Uint8Array {
  const wrapping = new Uint8Array(hkdfSync('sha256', code, salt, labelOf('recovery'), KEY_LENGTH));
  code.fill(0);
  return wrapping;
}

/** NFKC, because the same passphrase may be typed composed on one keyboard and decomposed on another. */
export function stretch(passphrase: string, { salt, N, r, p }: Stretching): Promise<Buffer> {
  const options: ScryptOptions = { N, r, p, maxmem: 128 * N * r + 1_024 ** 2 };
  return new Promise((resolve, reject) => {
    scrypt(
      passphrase.normalize('NFKC'),
      Buffer.from(salt, 'base64'),
      KEY_LENGTH,
      options,
      (error, wrapping) => {
        if (error === null) resolve(wrapping);
        else reject(error);
      },
    );
  });
}

function fail(): never {
  throw new RangeError('not a recovery code');
}
