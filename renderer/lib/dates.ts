/** Days as people write them and as date fields give them, in the time zone of this computer. Pure. */

/** Milliseconds since 1970 at which the day of a date field, `2026-05-01`, begins; NaN for nonsense. */
export function dayStart(day: string): number {
  return new Date(`${day}T00:00`).getTime();
}

/** Milliseconds since 1970 at which the day after it begins. */
export function nextDay(day: string): number {
  const date = new Date(`${day}T00:00`);
  date.setDate(date.getDate() + 1); // not 24 hours: a day may have 23 or 25
  return date.getTime();
}

/** The day of a moment, as a date field wants it. */
export function dayOf(at: number): string {
  const date = new Date(at);
  const two = (part: number): string => String(part).padStart(2, '0');
  return `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** A year, a month or a day, such as `2026`, `2026-5` or `2026-05-01`: when it begins, and when it is over. */
export function readDate(text: string): readonly [start: number, end: number] | undefined {
  const match = /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$/u.exec(text.trim());
  if (match === null) return undefined;
  const part = (index: number): number | undefined =>
    match[index] === undefined ? undefined : Number(match[index]);
  const [year = 0, month, day] = [part(1), part(2), part(3)];
  if (year < 1970 || (month ?? 1) < 1 || (month ?? 1) > 12 || (day ?? 1) < 1 || (day ?? 1) > 31)
    return undefined;
  const start = new Date(year, (month ?? 1) - 1, day ?? 1);
  const end = new Date(start);
  if (day !== undefined) end.setDate(end.getDate() + 1);
  else if (month !== undefined) end.setMonth(end.getMonth() + 1);
  else end.setFullYear(end.getFullYear() + 1);
  return [start.getTime(), end.getTime()];
}
