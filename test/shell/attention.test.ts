import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Attention, AWAY_AFTER, isLookedAt, type Sight } from '../../electron/shell/attention.ts';

const looking: Sight = { isVisible: true, isFocused: true, idle: 0, isLocked: false };

test.each<[string, Partial<Sight>, boolean]>([
  ['in front', {}, true],
  ['beside another window', { isFocused: false }, true],
  ['focused though the desktop calls it hidden', { isVisible: false }, true],
  ['hidden, minimised or closed', { isVisible: false, isFocused: false }, false],
  ['behind the lock screen', { isLocked: true }, false],
  ['a little idle', { idle: AWAY_AFTER - 1 }, true],
  ['nobody at the computer', { idle: AWAY_AFTER }, false],
])('%s', (_, sight, expected) => {
  expect(isLookedAt({ ...looking, ...sight })).toBe(expected);
});

describe('what is told', () => {
  const away: Sight = { ...looking, isVisible: false, isFocused: false };
  let told: boolean[];
  let attention: Attention;
  beforeEach(() => {
    vi.useFakeTimers();
    told = [];
    attention = new Attention((isActive) => told.push(isActive), 10_000);
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('nothing, as long as somebody looks', () => {
    for (let i = 0; i < 10; i += 1) attention.see(looking);
    vi.advanceTimersByTime(60_000);
    expect(told).toEqual([]);
  });

  test('leaving after a while, coming back at once', () => {
    attention.see(away);
    vi.advanceTimersByTime(9_999);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(told).toEqual([false]);
    attention.see(away);
    vi.advanceTimersByTime(60_000);
    attention.see(looking);
    expect(told).toEqual([false, true]);
  });

  test('a glance elsewhere is no news', () => {
    for (let i = 0; i < 100; i += 1) {
      attention.see(away);
      vi.advanceTimersByTime(9_000);
      attention.see(looking);
      vi.advanceTimersByTime(9_000);
    }
    expect(told).toEqual([]);
  });

  test('looks while away do not put off the telling', () => {
    for (let i = 0; i < 5; i += 1) {
      attention.see(away);
      vi.advanceTimersByTime(3_000);
    }
    expect(told).toEqual([false]);
  });
});
