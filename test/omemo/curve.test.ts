/** Curve25519: the vectors of RFC 7748 and RFC 8032, and signatures against the library's own compiled curve. */
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  agree,
  agreeWithEach,
  generateKeyPair,
  generateSigningPair,
  hasKeyForm,
  isSignedBy,
  isSignedPlainlyBy,
  isUsableKey,
  keyPairOf,
  signingPairOf,
  signPlainly,
  signWithSeed,
  toMontgomery,
} from '../../electron/omemo/curve.ts';
import { startStock } from './stock.ts';

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
const hex = (data: Uint8Array): string => Buffer.from(data).toString('hex');

describe('agreement', () => {
  it('is that of RFC 7748 §6.1', () => {
    const alice = keyPairOf(bytes('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a'));
    const bob = keyPairOf(bytes('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb'));
    expect(hex(bob.publicKey)).toBe('05de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f');
    expect(hex(alice.publicKey)).toBe('058520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a');
    const shared = '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742';
    expect(hex(agree(bob.publicKey, alice.privateKey))).toBe(shared);
    expect(hex(agree(alice.publicKey, bob.privateKey))).toBe(shared);
  });

  it('is the same from both sides', () => {
    for (let round = 0; round < 20; round++) {
      const [a, b] = [generateKeyPair(), generateKeyPair()];
      expect(agree(b.publicKey, a.privateKey)).toEqual(agree(a.publicKey, b.privateKey));
      expect(agree(b.publicKey.subarray(1), a.privateKey)).toEqual(agree(b.publicKey, a.privateKey));
      const both = [a.publicKey, b.publicKey].map((key) => new Uint8Array(agree(key, b.privateKey)));
      expect(agreeWithEach(b, [a.publicKey, b.publicKey]).map((each) => new Uint8Array(each))).toEqual(both);
    }
  });

  it('clamps what it is given, as RFC 7748 §5 says', () => {
    const secret = bytes('ff'.repeat(32));
    const { privateKey, publicKey } = keyPairOf(secret);
    expect([privateKey[0], privateKey[31]]).toEqual([0xf8, 0x7f]);
    expect(keyPairOf(privateKey).publicKey).toEqual(publicKey);
    expect(secret).toEqual(bytes('ff'.repeat(32)));
  });
});

describe('a public key', () => {
  it('has 33 bytes, a type byte and no topmost bit', () => {
    const { publicKey } = generateKeyPair();
    expect(hasKeyForm(publicKey)).toBe(true);
    expect(hasKeyForm(undefined)).toBe(false);
    expect(hasKeyForm(publicKey.subarray(1))).toBe(false);
    expect(hasKeyForm(Uint8Array.of(6, ...publicKey.subarray(1)))).toBe(false);
    expect(hasKeyForm(Uint8Array.from(publicKey, (byte, index) => (index === 32 ? byte | 0x80 : byte)))).toBe(
      false,
    );
  });

  it('of low order can not be used', () => {
    expect(isUsableKey(generateKeyPair().publicKey)).toBe(true);
    for (const point of [
      '00'.repeat(32),
      `01${'00'.repeat(31)}`,
      'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
      '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
      `ec${'ff'.repeat(30)}7f`,
      `ed${'ff'.repeat(30)}7f`,
      `ee${'ff'.repeat(30)}7f`,
    ]) {
      expect([point, isUsableKey(bytes(`05${point}`))]).toEqual([point, false]);
    }
  });
});

describe('a signature', () => {
  it('by the library’s curve is accepted, and a changed one is not', async () => {
    const stock = startStock();
    for (let round = 0; round < 40; round++) {
      const message = randomBytes(33);
      const { publicKey, signature } = await stock('sign', { secret: randomBytes(32), message });
      expect(isSignedBy(publicKey, message, signature)).toBe(true);
      expect(isSignedBy(Uint8Array.of(5, ...publicKey), message, signature)).toBe(true);
      const flip = (data: Uint8Array): Uint8Array =>
        Uint8Array.from(data, (byte, index) => (index === round % data.length ? byte ^ 1 : byte));
      expect(isSignedBy(publicKey, message, flip(signature))).toBe(false);
      expect(isSignedBy(publicKey, flip(message), signature)).toBe(false);
      expect(isSignedBy(flip(publicKey), message, signature)).toBe(false);
    }
  });

  it('by ours is accepted by the library’s curve, whatever the sign of the Edwards key', async () => {
    const stock = startStock();
    const signs = new Set<number>();
    for (let round = 0; round < 40; round++) {
      const pair = signingPairOf(randomBytes(32)); // with either sign
      const message = randomBytes(33);
      const signature = signWithSeed(pair.seed, message);
      signs.add((signature[63] ?? 0) & 0x80);
      const publicKey = pair.publicKey.subarray(1);
      expect(await stock('verify', { publicKey, message, signature })).toBe(true);
      expect(isSignedBy(pair.publicKey, message, signature)).toBe(true);
      expect(await stock('verify', { publicKey, message: randomBytes(33), signature })).toBe(false);
    }
    expect(signs).toEqual(new Set([0, 0x80]));
  });

  it('is a plain Ed25519 signature beside the sign bit (RFC 8032 §7.1, test 2)', () => {
    const seed = bytes('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb');
    const signature = signWithSeed(seed, bytes('72'));
    signature[63] = (signature[63] ?? 0) & 0x7f;
    expect(hex(signature)).toBe(
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
        '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    );
  });

  it('with another scalar than the seed’s would not verify: the pair belongs together', () => {
    for (let round = 0; round < 20; round += 1) {
      const { edwardsKey } = generateSigningPair();
      expect((edwardsKey[31] ?? 0) & 0x80).toBe(0); // or some take its signatures for forged
    }
    const pair = generateSigningPair();
    expect(signingPairOf(pair.seed)).toEqual(pair);
    const message = randomBytes(33);
    expect(isSignedBy(generateKeyPair().publicKey, message, signWithSeed(pair.seed, message))).toBe(false);
  });

  it('of nonsense is refused without an error', () => {
    const { publicKey } = generateKeyPair();
    const message = randomBytes(33);
    for (const signature of [
      new Uint8Array(0),
      new Uint8Array(63),
      new Uint8Array(64),
      new Uint8Array(64).fill(255),
    ]) {
      expect(isSignedBy(publicKey, message, signature)).toBe(false);
    }
    const minusOne = bytes(`ec${'ff'.repeat(30)}7f`);
    for (const key of [new Uint8Array(0), new Uint8Array(32), new Uint8Array(33), minusOne]) {
      expect(isSignedBy(key, message, randomBytes(64))).toBe(false);
    }
    // Only the least of all equivalent signatures counts (RFC 8032 §5.1.7): s + L is no second one.
    const pair = generateSigningPair();
    const signature = signWithSeed(pair.seed, message);
    const order = (1n << 252n) + 27742317777372353535851937790883648493n;
    const s =
      BigInt(`0x${Buffer.from(signature.subarray(32)).reverse().toString('hex')}`) & ((1n << 255n) - 1n);
    const other = Buffer.from((s + order).toString(16).padStart(64, '0'), 'hex').reverse();
    other[31] = (other[31] ?? 0) | ((signature[63] ?? 0) & 0x80);
    expect(isSignedBy(pair.publicKey, message, Buffer.concat([signature.subarray(0, 32), other]))).toBe(
      false,
    );
  });
});

describe('the Ed25519 form of a key', () => {
  // RFC 8032 §7.1, test 2.
  const seed = bytes('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb');
  const edwards = '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c';
  const signature =
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
    '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00';

  it('and its signature are those of RFC 8032', () => {
    expect(hex(signingPairOf(seed).edwardsKey)).toBe(edwards);
    expect(hex(signPlainly(seed, bytes('72')))).toBe(signature);
    expect(isSignedPlainlyBy(bytes(edwards), bytes('72'), bytes(signature))).toBe(true);
    expect(isSignedPlainlyBy(bytes(edwards), bytes('73'), bytes(signature))).toBe(false);
    expect(isSignedPlainlyBy(bytes(edwards).subarray(1), bytes('72'), bytes(signature))).toBe(false);
    expect(isSignedPlainlyBy(bytes('ff'.repeat(32)), bytes('72'), bytes(signature))).toBe(false);
  });

  it('stands for the same key, whatever its sign', () => {
    for (let round = 0; round < 20; round++) {
      const { edwardsKey, publicKey } = generateSigningPair();
      expect(toMontgomery(edwardsKey)).toEqual(publicKey);
      const other = edwardsKey.map((byte, index) => (index === 31 ? byte ^ 0x80 : byte));
      expect(toMontgomery(other)).toEqual(publicKey);
    }
  });

  it.each([
    ['the neutral point', `01${'00'.repeat(31)}`],
    ['a number that is the prime', `ed${'ff'.repeat(30)}7f`],
    ['a number above it', 'ff'.repeat(32)],
    ['31 bytes', '11'.repeat(31)],
    ['33 bytes', '05'.repeat(33)],
  ])('is not %s', (_name, key) => {
    expect(toMontgomery(bytes(key))).toBeUndefined();
  });
});
