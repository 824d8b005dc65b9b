/** Quiet hours by the clock on the wall, over midnight and over the days on which clocks change. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isQuiet, silentUntil, wallAt, type QuietHours } from '../../shared/quiet.ts';

const at = (text: string): number => Date.parse(text);
const [SUN, MON, FRI, SAT] = [0, 1, 5, 6];
const clock = (text: string): number => {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return hours * 60 + minutes;
};

it.each([
  // hours, day, time, quiet
  [[[MON], '09:00', '17:00'], MON, '08:59', false],
  [[[MON], '09:00', '17:00'], MON, '09:00', true],
  [[[MON], '09:00', '17:00'], MON, '16:59', true],
  [[[MON], '09:00', '17:00'], MON, '17:00', false],
  [[[MON], '09:00', '17:00'], FRI, '12:00', false],
  // Over midnight: the day is the one on which it begins.
  [[[FRI], '22:00', '07:00'], FRI, '23:00', true],
  [[[FRI], '22:00', '07:00'], SAT, '06:59', true],
  [[[FRI], '22:00', '07:00'], SAT, '07:00', false],
  [[[FRI], '22:00', '07:00'], FRI, '06:00', false],
  // Over the end of the week.
  [[[SAT], '22:00', '07:00'], SUN, '03:00', true],
  // The same time twice is a whole day.
  [[[SUN], '00:00', '00:00'], SUN, '23:59', true],
  [[[SUN], '12:00', '12:00'], MON, '11:59', true],
  [[[SUN], '12:00', '12:00'], MON, '12:00', false],
  [[[], '00:00', '00:00'], SUN, '12:00', false],
] as const)('%j on day %i at %s: %s', ([days, from, to], day, time, expected) => {
  const hours: QuietHours = { days, from: clock(from), to: clock(to) };
  expect(isQuiet(hours, { day, minute: clock(time) })).toBe(expected);
});

it('lasts each day as long as it says, whatever that is', () => {
  const minute = fc.integer({ min: 0, max: 1_439 });
  fc.assert(
    fc.property(minute, minute, fc.uniqueArray(fc.integer({ min: 0, max: 6 })), (from, to, days) => {
      let count = 0;
      for (let day = 0; day < 7; day++) {
        for (let now = 0; now < 1_440; now++)
          if (isQuiet({ days, from, to }, { day, minute: now })) count += 1;
      }
      expect(count).toBe(days.length * (to > from ? to - from : to - from + 1_440));
    }),
    { numRuns: 20 },
  );
});

describe('the clock on the wall', () => {
  const night: QuietHours = { days: [0, 1, 2, 3, 4, 5, 6], from: clock('22:00'), to: clock('07:00') };
  it.each([
    // Berlin puts its clocks forward on 29 March 2026 at 01:00 UTC, and back on 25 October.
    ['2026-03-29T00:30:00Z', 'Europe/Berlin', { day: SUN, minute: clock('01:30') }, true],
    ['2026-03-29T01:30:00Z', 'Europe/Berlin', { day: SUN, minute: clock('03:30') }, true],
    ['2026-03-29T04:59:00Z', 'Europe/Berlin', { day: SUN, minute: clock('06:59') }, true],
    ['2026-03-29T05:00:00Z', 'Europe/Berlin', { day: SUN, minute: clock('07:00') }, false],
    ['2026-10-25T00:30:00Z', 'Europe/Berlin', { day: SUN, minute: clock('02:30') }, true],
    ['2026-10-25T01:30:00Z', 'Europe/Berlin', { day: SUN, minute: clock('02:30') }, true],
    ['2026-10-25T06:00:00Z', 'Europe/Berlin', { day: SUN, minute: clock('07:00') }, false],
    ['2026-10-25T21:00:00Z', 'Europe/Berlin', { day: SUN, minute: clock('22:00') }, true],
    ['2026-11-22T18:15:00Z', 'Asia/Kathmandu', { day: MON, minute: clock('00:00') }, true],
    ['2026-11-22T03:00:00Z', 'America/St_Johns', { day: SAT, minute: clock('23:30') }, true],
  ] as const)('%s in %s', (time, zone, wall, quiet) => {
    expect(wallAt(at(time), zone)).toEqual(wall);
    expect(isQuiet(night, wallAt(at(time), zone))).toBe(quiet);
  });
});

it('until morning is the next eight o’clock, at most a day and an hour away', () => {
  fc.assert(
    fc.property(fc.integer({ min: at('2020-01-01'), max: at('2040-01-01') }), (now) => {
      const until = silentUntil('morning', now) ?? 0;
      expect(new Date(until).getHours()).toBe(8);
      expect(new Date(until).getMinutes()).toBe(0);
      expect(until).toBeGreaterThan(now);
      expect(until - now).toBeLessThanOrEqual(25 * 3_600_000);
      expect(silentUntil('hour', now)).toBe(now + 3_600_000);
      expect(silentUntil('off', now)).toBeUndefined();
    }),
  );
});
