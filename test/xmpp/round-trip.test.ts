/** An estimate of how long answers take, by the rule of TCP. */
import { expect, it } from 'vitest';
import { RoundTrip } from '../../electron/xmpp/round-trip.ts';

function after(...answers: number[]): RoundTrip {
  const roundTrip = new RoundTrip();
  for (const milliseconds of answers) roundTrip.note(milliseconds);
  return roundTrip;
}

it.each([
  { answers: [], longest: 1_000 },
  { answers: [100], longest: 300 },
  { answers: [100, 100], longest: 250 },
  // RFC 6298 §2.3: the variation first, with the estimate of before.
  { answers: [100, 200], longest: 112.5 + 4 * 62.5 },
])('after $answers the next takes hardly more than $longest ms', ({ answers, longest }) => {
  expect(after(...answers).longest).toBe(longest);
});

it('is patient within bounds, of which the upper one wins', () => {
  expect(after(100).patience(2, 0, 10_000)).toBe(600);
  expect(after(100).patience(2, 1_000, 10_000)).toBe(1_000);
  expect(after(10_000).patience(2, 1_000, 10_000)).toBe(10_000);
  expect(after(100).patience(2, 1_000, 50)).toBe(50);
});

it('does not take a sleep for a slow network, however often', () => {
  const roundTrip = after(20, 20, 20, 20);
  const before = roundTrip.longest;
  for (let night = 0; night < 5; night += 1) {
    roundTrip.note(10_000 * (night + 1));
    expect(roundTrip.longest).toBeLessThanOrEqual(before);
    roundTrip.note(20);
  }
  roundTrip.note(10_000);
  roundTrip.note(10_000);
  expect(roundTrip.longest).toBeGreaterThan(10_000);
});

it('follows a network that becomes slow, and one that becomes quick again', () => {
  const slow = after(2, 2, 2, 2, ...Array.from({ length: 10 }, () => 1_000));
  expect(slow.longest).toBeGreaterThan(1_000);
  for (let count = 0; count < 60; count += 1) slow.note(2);
  expect(slow.longest).toBeLessThan(30);
});
