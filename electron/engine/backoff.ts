/** When to try again after a failed connection. Pure: randomness comes in as an argument. */
import type { ProblemCode } from '../../shared/contract.ts';

/** In a network that waits for the person to sign in. */
const PORTAL = 2_000;
/** On a disk that is full: nobody but that disk is asked. */
const STORAGE = 2_000;
const FIRST = 1_000;
/** Nobody is asked again at once, whatever chance says. */
const LEAST = 100;
const LONGEST = 60_000;

/**
 * Milliseconds until the next attempt: full jitter under an exponential ceiling from 1 to 60 seconds, so that a
 * restarted server is not met by all its clients at once.
 * @param failures how many attempts failed in a row, at least 1
 * @param random a number in [0, 1)
 */
export function delayAfter(failures: number, random: number): number {
  const ceiling = Math.min(LONGEST, FIRST * 2 ** Math.min(failures - 1, 16));
  return Math.round(LEAST + random * (ceiling - LEAST));
}

/**
 * As `delayAfter`, for the reason that the last attempt failed: a captive portal and a full disk are asked again
 * and again, because asking costs next to nothing, and the person is waiting.
 */
export function delayFor(code: ProblemCode, failures: number, random: number): number {
  if (code === 'storage') return STORAGE;
  return code === 'portal' ? PORTAL : delayAfter(failures, random);
}

/** Problems that trying again cannot mend: they wait for the person. */
const FINAL: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  'credentials',
  'own-certificate',
  'account-disabled',
  'weak-authentication',
  'not-authentic',
  'further-step',
  'certificate',
  'tls-required',
  'conflict',
  'onion',
]);

/** True when the connection stays down until the person does something. */
export function isFinal(code: ProblemCode): boolean {
  return FINAL.has(code);
}
