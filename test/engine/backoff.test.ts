import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { problemCodes } from '../../shared/contract.ts';
import { delayAfter, delayFor, isFinal } from '../../electron/engine/backoff.ts';

describe('reconnecting', () => {
  it('waits between a tenth of a second and a minute, whatever happens', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        (failures, random) => {
          const delay = delayAfter(failures, random);
          expect(delay).toBeGreaterThanOrEqual(100);
          expect(delay).toBeLessThanOrEqual(60_000);
        },
      ),
    );
  });

  it('doubles the longest wait up to a minute', () => {
    expect([1, 2, 3, 7, 50].map((failures) => delayAfter(failures, 0.999999))).toEqual([
      1_000, 2_000, 4_000, 60_000, 60_000,
    ]);
  });

  it('asks a network that waits for its person every two seconds, and forgets that afterwards', () => {
    expect([1, 2, 50].map((failures) => delayFor('portal', failures, 0.999999))).toEqual([
      2_000, 2_000, 2_000,
    ]);
    expect(delayFor('unreachable', 7, 0.999999)).toBe(60_000);
  });

  it('does not repeat a password that was refused, nor talk to a server that nobody vouches for', () => {
    expect(problemCodes.filter(isFinal).sort()).toEqual([
      'account-disabled',
      'certificate',
      'conflict',
      'credentials',
      'further-step',
      'not-authentic',
      'onion',
      'own-certificate',
      'tls-required',
      'weak-authentication',
    ]);
  });
});
