/**
 * Protocol Buffers as far as OMEMO needs them: a flat message of 32-bit numbers and byte strings. Stricter than the
 * encoding (https://protobuf.dev/programming-guides/encoding/) asks: one number has one form, and no field comes twice.
 */

export type Field = readonly [number: number, value: number | Uint8Array];
export type Fields = ReadonlyMap<number, number | Uint8Array>;

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const LARGEST = 2 ** 32 - 1;
/** The largest message has six fields; more than this is not an extension, it is a burden. */
const FIELD_LIMIT = 16;

/** @param fields numbers are whole and below 2³²; they are written in this order */
export function writeFields(fields: readonly Field[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [number, value] of fields) {
    const isNumber = typeof value === 'number';
    parts.push(varint(number * 8 + (isNumber ? VARINT : LENGTH_DELIMITED)));
    if (isNumber) parts.push(varint(value));
    else parts.push(varint(value.length), value);
  }
  return Buffer.concat(parts);
}

/**
 * All fields by number, those that nobody knows too; byte strings are views. `undefined` when the bytes are no message,
 * repeat a field, hold a larger number, or are longer than they need be.
 */
export function readFields(bytes: Uint8Array): Fields | undefined {
  const fields = new Map<number, number | Uint8Array>();
  let at = 0;
  const next = (): number | undefined => {
    const [value, length] = readVarint(bytes, at) ?? [];
    at += length ?? 0;
    return value;
  };
  while (at < bytes.length) {
    const key = next();
    const value = next();
    if (key === undefined || value === undefined) return undefined;
    const number = Math.floor(key / 8);
    if (number === 0 || fields.has(number) || fields.size === FIELD_LIMIT) return undefined;
    if (key % 8 === VARINT) {
      fields.set(number, value);
    } else if (key % 8 === LENGTH_DELIMITED && value <= bytes.length - at) {
      fields.set(number, bytes.subarray(at, (at += value)));
    } else {
      return undefined;
    }
  }
  return fields;
}

/** The number in a field, when there is one. */
export function numberIn(fields: Fields, field: number): number | undefined {
  const value = fields.get(field);
  return typeof value === 'number' ? value : undefined;
}

/** The bytes in a field, when there are any. */
export function bytesIn(fields: Fields, field: number): Uint8Array | undefined {
  const value = fields.get(field);
  return typeof value === 'number' ? undefined : value;
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

/** The number at a place and how many bytes it takes. */
function readVarint(bytes: Uint8Array, start: number): readonly [number, number] | undefined {
  let value = 0;
  for (let length = 1, factor = 1; length <= 5; length += 1, factor *= 0x80) {
    const byte = bytes[start + length - 1];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * factor;
    if (byte >= 0x80) continue;
    const isShortest = byte !== 0 || length === 1;
    return isShortest && value <= LARGEST ? [value, length] : undefined;
  }
  return undefined;
}
