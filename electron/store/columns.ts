/**
 * From column values to typed ones and back. What a column holds was written by us, perhaps by another version or by
 * a failing disk: whatever it is, reading it gives a value and never throws.
 */

/** The value if it is one of the list, else the given stand-in. */
export function oneOf<T extends string>(values: readonly T[], value: unknown, otherwise: T): T {
  return values.find((each) => each === value) ?? otherwise;
}

/** What the JSON says; `undefined` for none and for nonsense. */
export function readJson(text: string | null): unknown {
  if (text === null) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // nonsense counts as nothing: the caller has a stand-in
  }
}

/** The strings of a JSON list; everything else in it is left out. */
export function readStrings(text: string | null): string[] {
  const value = readJson(text);
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
}

/** A field of something that came out of JSON. */
export function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

/** SQLite has no booleans. */
export function flag(value: boolean): 0 | 1 {
  return value ? 1 : 0;
}
