/**
 * XEP-0082 XMPP Date and Time Profiles, version 1.1.1. https://xmpp.org/extensions/xep-0082.html
 * The DateTime profile only, as milliseconds since 1970.
 */
export const features: readonly string[] = [];

const DATE_TIME =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)$/;

/**
 * Milliseconds since 1970 of a DateTime; `undefined` for what is none, for days that no calendar has, and for
 * times before 1970: XMPP is younger, and every time of ours is positive.
 */
export function readDateTime(text: string): number | undefined {
  const match = DATE_TIME.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 60) return undefined;
  if (day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return undefined;
  // A leap second is told as the last second before it: computers' time has none.
  const at = Date.parse(second === 60 ? text.replace(/:60(?=[.Z+-])/, ':59') : text);
  return Number.isFinite(at) && at >= 0 ? at : undefined;
}

/** The DateTime of milliseconds since 1970, in UTC; years beyond 9999 do not exist in the format. */
export function writeDateTime(at: number): string {
  return new Date(Math.min(Math.max(at, 0), Date.UTC(9999, 11, 31, 23, 59, 59, 999))).toISOString();
}
