/** When a person wants to be left alone: hours of the week by the clock on the wall, and a while from now. Pure. */

/** Hours that come back every week. */
export interface QuietHours {
  /** Days of the week on which they begin, 0 for Sunday. */
  readonly days: readonly number[];
  /** Minutes after midnight. When the end is not after the beginning, it is on the next day. */
  readonly from: number;
  readonly to: number;
}

const DAY = 1_440;
const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

export interface Wall {
  readonly day: number;
  readonly minute: number;
}

/**
 * What a clock on the wall shows, which is what people mean: when clocks are put forward or back, so are these hours.
 * @param at milliseconds since 1970
 * @param zone a name such as `Europe/Berlin`; this computer's when absent
 */
export function wallAt(at: number, zone?: string): Wall {
  const parts = new Intl.DateTimeFormat('en-US', {
    weekday: 'short',
    hour: 'numeric',
    minute: 'numeric',
    hourCycle: 'h23',
    timeZone: zone,
  }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes): string =>
    parts.find((each) => each.type === type)?.value ?? '';
  return {
    day: weekdays.indexOf(part('weekday')),
    minute: Number(part('hour')) * 60 + Number(part('minute')),
  };
}

export function isQuiet({ days, from, to }: QuietHours, { day, minute }: Wall): boolean {
  const length = to > from ? to - from : to - from + DAY;
  const since = (begin: number): number => (minute - from + (day - begin) * DAY + 7 * DAY) % (7 * DAY);
  return days.some((begin) => since(begin) < length);
}

export const muteSpans = ['hour', 'morning', 'off'] as const;
export type MuteSpan = (typeof muteSpans)[number];

const HOUR = 3_600_000;
/** Until morning, by the clock on the wall: the hour at which most people want to hear of things again. */
const MORNING = 8;

/** When silence that begins now (milliseconds since 1970) ends; nothing when it does not begin. */
export function silentUntil(span: MuteSpan, now: number): number | undefined {
  switch (span) {
    case 'hour':
      return now + HOUR;
    case 'morning': {
      const morning = new Date(now);
      morning.setHours(MORNING, 0, 0, 0);
      if (morning.getTime() <= now) morning.setDate(morning.getDate() + 1);
      return morning.getTime();
    }
    case 'off':
      return undefined;
  }
}
