import { describe, expect, it } from 'vitest';
import { createTokenMechanism, isUsable, tokenMechanism } from '../../../electron/xmpp/auth/token.ts';
import { ConnectionProblem } from '../../../electron/xmpp/problem.ts';

const exporter = { type: 'tls-exporter', data: Buffer.from('exported') };
const endPoint = { type: 'tls-server-end-point', data: Buffer.from('certificate') };
const token = { mechanism: 'HT-SHA-256-ENDP', secret: 'secret-token:fast-x', expiry: 2_000, count: 1 };

describe('which mechanism a token is asked for', () => {
  const all = [
    'HT-SHA-256-NONE',
    'HT-SHA-256-ENDP',
    'HT-SHA-256-EXPR',
    'HT-SHA-512-ENDP',
    'HT-SHA3-512-EXPR',
  ];
  it.each([
    [all, [exporter, endPoint], false, 'HT-SHA-256-EXPR'],
    [all, [endPoint], false, 'HT-SHA-512-ENDP'],
    [all, [], false, 'HT-SHA-256-NONE'],
    [all, [], true, undefined],
    [['HT-SHA-256-NONE'], [exporter, endPoint], false, 'HT-SHA-256-NONE'],
    // The password was proven over a binding: whoever hides the bound mechanisms gets no other token.
    [['HT-SHA-256-NONE'], [exporter, endPoint], true, undefined],
    [['HT-SHA-256-UNIQ', 'HT-MD5-EXPR', 'HT-__proto__-EXPR', 'SCRAM-SHA-1'], [exporter], false, undefined],
    [[], [exporter], false, undefined],
  ])('%j with %j, bound: %j', (offered, bindings, mustBind, expected) => {
    expect(tokenMechanism(offered, bindings, mustBind)).toBe(expected);
  });

  it('prefers the stronger hash of one binding', () => {
    expect(tokenMechanism(['HT-SHA-256-EXPR', 'HT-SHA-512-EXPR'], [exporter], true)).toBe('HT-SHA-512-EXPR');
  });
});

describe('which token can be used', () => {
  it.each([
    ['as it was meant', token, ['HT-SHA-256-ENDP'], [endPoint], 1_999, true],
    ['not after it expired', token, ['HT-SHA-256-ENDP'], [endPoint], 2_000, false],
    ['not with another mechanism', token, ['HT-SHA-256-NONE', 'HT-SHA-256-EXPR'], [endPoint], 0, false],
    ['not without its binding', token, ['HT-SHA-256-ENDP'], [exporter], 0, false],
    ['not for what is no token mechanism', { ...token, mechanism: 'PLAIN' }, ['PLAIN'], [endPoint], 0, false],
  ])('%s', (_name, used, offered, bindings, now, expected) => {
    expect(isUsable(used, offered, bindings, now)).toBe(expected);
  });
});

describe('the exchange', () => {
  const exchange = createTokenMechanism(token, {
    username: 'alice',
    domain: 'a.test',
    bindings: [exporter, endPoint],
  });

  it('is the name and the proof (draft-schmaus-kitten-sasl-ht-09 §3.1), over the binding of its name', () => {
    // Computed with Python's hmac: HMAC-SHA-256(token, "Initiator" || "certificate")
    expect(exchange.start().toString('hex')).toBe(
      `${Buffer.from('alice\0').toString('hex')}6d1405fe71f0f13006979fc300cf4915ab242c24da6e3df73d3452bc87d1539c`,
    );
    expect([exchange.isBound, exchange.binding]).toEqual([true, endPoint.type]);
  });

  it('believes only a server that knows the token', async () => {
    const responder = Buffer.from('ace1fe690dfbe258c9736b3fad7daeaafdc8adc77e0cecbc68f3871f8aeb3fec', 'hex');
    for (const wrong of [Buffer.alloc(0), Buffer.alloc(32), exchange.start(), responder.subarray(1)]) {
      expect(() => {
        exchange.finish(wrong);
      }).toThrow(ConnectionProblem);
    }
    exchange.finish(responder);
    await expect(exchange.respond('')).rejects.toThrow(ConnectionProblem);
  });
});
