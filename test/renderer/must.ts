/** The value, or a failed test that says it was missing. */
export function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a value is missing');
  return value;
}
