/** How long a negotiation waits for its next step. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { RoundTrip } from '../../electron/xmpp/round-trip.ts';
import { Watchdog } from '../../electron/xmpp/watchdog.ts';

let missed: number[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: 0 });
  missed = [];
});

afterEach(() => {
  vi.useRealTimers();
});

function watchdog(...answers: number[]): Watchdog {
  const roundTrip = new RoundTrip();
  for (const milliseconds of answers) roundTrip.note(milliseconds);
  return new Watchdog(30_000, roundTrip, () => missed.push(Date.now()));
}

it.each([
  { when: 'before authentication, as long as may be', answers: [2], isAuthenticated: false, at: 30_000 },
  { when: 'after it, no longer than a busy server needs', answers: [2], isAuthenticated: true, at: 5_000 },
  { when: 'longer where all takes longer', answers: [200], isAuthenticated: true, at: 18_000 },
  { when: 'and never longer than before', answers: [9_000], isAuthenticated: true, at: 30_000 },
])('waits $when', ({ answers, isAuthenticated, at }) => {
  watchdog(...answers).watch(isAuthenticated);
  vi.advanceTimersByTime(60_000);
  expect(missed).toEqual([at]);
});

it('waits anew with each step, and no more when stopped', () => {
  const dog = watchdog();
  dog.watch();
  vi.advanceTimersByTime(29_999);
  dog.watch();
  vi.advanceTimersByTime(29_999);
  dog.stop();
  vi.advanceTimersByTime(60_000);
  expect(missed).toEqual([]);
});
