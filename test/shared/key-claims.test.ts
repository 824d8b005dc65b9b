/** Codes about keys: what Conversations and XEP-0434 write, what hostile people write, and what is made of them. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { DeviceRow } from '../../shared/contract.ts';
import { compareKeys, MOST_CLAIMS, readKeyClaims, writeKeyClaims } from '../../shared/key-claims.ts';
import { readXmppUri, writeXmppUri } from '../../shared/xmpp-uri.ts';

const A = 'a1'.repeat(32);
const B = 'b2'.repeat(32);
const C = 'c3'.repeat(32);

describe('reading', () => {
  it('the example of XEP-0434', () => {
    const uri = readXmppUri(
      'xmpp:bob@example.com?trust-message;encryption=urn:xmpp:omemo:2;trust=623548d3835c6d33ef5cb680f7944ef381cf712bf23a0119dabe5c4f252cd02f;distrust=b423f5088de9a924d51b31581723d850c7cc67d0a4fe6b267c3d301ff56d2413;distrust=d9f849b6b828309c5f2c8df4f38fd891887da5aaa24a22c50d52f69b4a80817e',
    );
    expect(uri).toMatchObject({
      address: 'bob@example.com',
      action: {
        kind: 'keys',
        claims: [{ isTrusted: true }, { isTrusted: false }, { isTrusted: false }],
      },
    });
  });

  it('what Conversations writes, in either case', () => {
    expect(readXmppUri(`xmpp:bob@b.test?omemo-sid-12=${A};omemo-sid-7=${B.toUpperCase()}`)).toEqual({
      address: 'bob@b.test',
      action: {
        kind: 'keys',
        claims: [
          { device: 12, fingerprint: A, isTrusted: true },
          { device: 7, fingerprint: B, isTrusted: true },
        ],
      },
    });
    expect(readKeyClaims(`omemo-sid-12=${A};`)).toHaveLength(1);
    expect(readKeyClaims(`trust-message;encryption=urn%3Axmpp%3Aomemo%3A2;trust=${A}`)).toHaveLength(1);
  });

  test.each([
    ['a fingerprint that is short', `omemo-sid-1=${A.slice(2)}`],
    ['one that is long', `omemo-sid-1=${A}00`],
    ['the type byte in front', `omemo-sid-1=05${A}`],
    ['no hex', `omemo-sid-1=${'g'.repeat(64)}`],
    ['device 0', `omemo-sid-0=${A}`],
    ['a device above 2³¹', `omemo-sid-2147483648=${A}`],
    ['a negative device', `omemo-sid--1=${A}`],
    ['a device twice', `omemo-sid-1=${A};omemo-sid-1=${B}`],
    ['a key twice', `omemo-sid-1=${A};omemo-sid-2=${A}`],
    ['trusted and not', `trust-message;encryption=urn:xmpp:omemo:2;trust=${A};distrust=${A}`],
    ['something else in between', `omemo-sid-1=${A};body=hello`],
    ['no encryption', `trust-message;trust=${A}`],
    ['another encryption', `trust-message;encryption=urn:xmpp:openpgp:0;trust=${A}`],
    ['no keys', 'trust-message;encryption=urn:xmpp:omemo:2'],
    ['nothing', 'omemo-sid-'],
    ['a broken escape', `trust-message;encryption=%E0%A4%A;trust=${A}`],
    [
      'too many',
      Array.from(
        { length: MOST_CLAIMS + 1 },
        (_, i) => `omemo-sid-${i + 1}=${String(i).padStart(64, '0')}`,
      ).join(';'),
    ],
  ])('refuses %s', (_what, query) => {
    expect(readKeyClaims(query)).toBeUndefined();
    expect(readXmppUri(`xmpp:bob@b.test?${query}`)).toBeUndefined();
  });

  it('gives back what was written', () => {
    const fingerprint = fc.stringMatching(/^[0-9a-f]{64}$/u);
    const device = fc.integer({ min: 1, max: 2 ** 31 - 1 });
    const named = fc.uniqueArray(fc.record({ fingerprint, device, isTrusted: fc.constant(true) }), {
      minLength: 1,
      maxLength: 8,
      comparator: (a, b) => a.device === b.device || a.fingerprint === b.fingerprint,
    });
    const bare = fc.uniqueArray(fc.record({ fingerprint, isTrusted: fc.boolean() }), {
      minLength: 1,
      maxLength: 8,
      selector: (each) => each.fingerprint,
    });
    fc.assert(
      fc.property(fc.oneof(named, bare), (claims) => {
        expect(readKeyClaims(writeKeyClaims(claims))).toEqual(claims);
        const uri = { address: 'bob@b.test', action: { kind: 'keys', claims } } as unknown;
        const written = writeXmppUri(uri as Parameters<typeof writeXmppUri>[0]);
        expect(readXmppUri(written)?.action).toEqual({ kind: 'keys', claims });
      }),
    );
  });
});

describe('comparing', () => {
  const row = (device: number, fingerprint: string, more: Partial<DeviceRow> = {}): DeviceRow => ({
    account: 1,
    address: 'bob@b.test',
    device,
    fingerprint,
    trust: 'blind',
    isActive: true,
    isThisDevice: false,
    ...more,
  });
  const claim = (fingerprint: string, device?: number, isTrusted = true) => ({
    fingerprint,
    isTrusted,
    ...(device !== undefined && { device }),
  });

  it('finds what fits, and says what the code does not name', () => {
    const devices = [
      row(1, A),
      row(2, B, { trust: 'verified' }),
      row(3, C),
      row(4, 'd'.repeat(64), { isActive: false }),
    ];
    expect(compareKeys(devices, [claim(A, 1), claim(B, 2)])).toMatchObject({
      keys: [{ state: 'match' }, { state: 'already' }],
      isMismatch: false,
      others: 1,
    });
    expect(compareKeys(devices, [claim(A), claim('e'.repeat(64))])).toMatchObject({
      keys: [{ state: 'match', device: 1 }, { state: 'unknown' }],
      isMismatch: false,
      others: 2,
    });
  });

  it('one key that differs makes the whole code worthless, however good the others are', () => {
    expect(compareKeys([row(1, A), row(2, B)], [claim(A, 1), claim(C, 2)])).toMatchObject({
      isMismatch: true,
      keys: [{ state: 'match' }, { state: 'differs', shown: B }],
    });
  });

  it('a code of which no key is known is not believed, nor one for a person without devices', () => {
    expect(compareKeys([row(1, A)], [claim(C)]).isMismatch).toBe(true);
    expect(compareKeys([], [claim(C, 1)]).isMismatch).toBe(true);
  });

  it('a key that is said to be bad is distrusted, and our own device is never asked about', () => {
    expect(compareKeys([row(1, A)], [claim(A, undefined, false)]).keys).toMatchObject([{ state: 'match' }]);
    expect(compareKeys([row(1, A, { isThisDevice: true })], [claim(A, 1)]).keys).toMatchObject([
      { state: 'already' },
    ]);
  });

  it('ten thousand devices are compared at once', () => {
    const devices = Array.from({ length: 10_000 }, (_, i) => row(i + 1, i.toString(16).padStart(64, '0')));
    const claims = Array.from({ length: MOST_CLAIMS }, (_, i) =>
      claim(i.toString(16).padStart(64, '0'), i + 1),
    );
    expect(compareKeys(devices, claims)).toMatchObject({ isMismatch: false, others: 10_000 - MOST_CLAIMS });
  });
});
