/**
 * Times in the person's own words, by Intl alone. Takes milliseconds since 1970 and a locale; keeps no clock.
 */

const MINUTE = 60_000;
export const DAY = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making a formatter costs a hundred times more than using it. */
function format(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale + JSON.stringify(options);
  const known = formats.get(key);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat(locale, options);
  formats.set(key, made);
  return made;
}

/** Whole local days between two moments: 0 for today, 1 for yesterday; negative for the future. */
export function daysBetween(earlier: number, later: number): number {
  const midnight = (at: number): number => new Date(at).setHours(0, 0, 0, 0);
  // Rounded, because a day of 23 or 25 hours is a day.
  return Math.round((midnight(later) - midnight(earlier)) / DAY);
}

export function isSameDay(a: number, b: number): boolean {
  return daysBetween(a, b) === 0;
}

/** 14:05, or 2:05 PM. */
export function clockTime(at: number, locale: string): string {
  return format(locale, { timeStyle: 'short' }).format(at);
}

/** For the chat list: a time today, a weekday this week, a date before. */
export function listTime(at: number, now: number, locale: string): string {
  const days = daysBetween(at, now);
  if (days <= 0) return clockTime(at, locale);
  if (days === 1) return capitalised(relative(-1, locale), locale);
  if (days < 7) return format(locale, { weekday: 'short' }).format(at);
  const isThisYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return isThisYear
    ? format(locale, { day: 'numeric', month: 'short' }).format(at)
    : format(locale, { dateStyle: 'short' }).format(at);
}

/** For the line between two days. */
export function dayLabel(at: number, now: number, locale: string): string {
  const days = daysBetween(at, now);
  if (days === 0 || days === 1) return capitalised(relative(-days, locale), locale);
  const isNear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return isNear
    ? format(locale, { weekday: 'long', day: 'numeric', month: 'long' }).format(at)
    : format(locale, { dateStyle: 'long' }).format(at);
}

/** Date and time in full, for details and tooltips. */
export function fullTime(at: number, locale: string): string {
  return format(locale, { dateStyle: 'full', timeStyle: 'medium' }).format(at);
}

export function dateOnly(at: number, locale: string): string {
  return format(locale, { dateStyle: 'long' }).format(at);
}

/** Whole seconds until a moment, never negative. */
export function secondsUntil(at: number, now: number): number {
  return Math.max(0, Math.ceil((at - now) / 1_000));
}

/** Milliseconds from now until the next full minute. */
export function untilNextMinute(now: number): number {
  return MINUTE - (now % MINUTE);
}

function relative(days: number, locale: string): string {
  return new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(days, 'day');
}

function capitalised(text: string, locale: string): string {
  const [first = '', ...rest] = text;
  return first.toLocaleUpperCase(locale) + rest.join('');
}
