import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readBase64, writeBase64 } from '../../electron/xmpp/base64.ts';

test('read(write(x)) = x, also for a part of a larger buffer', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
      expect(readBase64(writeBase64(bytes), 50)).toEqual(bytes);
      const part = new Uint8Array([9, ...bytes, 9]).subarray(1, bytes.length + 1);
      expect(writeBase64(part)).toBe(writeBase64(bytes));
    }),
  );
});

test('one text for one byte string: whatever else is read is written otherwise', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...Array.from('ABab01+/=-_ \n*')) }), (text) => {
      const bytes = readBase64(text, 100);
      if (bytes !== undefined) expect(writeBase64(bytes)).toBe(text.replace(/\s/g, ''));
    }),
    { numRuns: 1_000 },
  );
});

test.each([
  'A',
  'AA',
  'AAA',
  'A===',
  'AA=A',
  'AAAA=',
  'AB==',
  'AAB=',
  '-_-_',
  'AA==AA==',
  'AAA\u00A0A',
  '\u0000AAA',
  '=',
])('"%s" is refused', (text) => {
  expect(readBase64(text, 100)).toBeUndefined();
});

test('the limit is in bytes', () => {
  expect(readBase64('AAAA', 3)).toHaveLength(3);
  expect(readBase64('AAAA', 2)).toBeUndefined();
  expect(readBase64('', 0)).toHaveLength(0);
  expect(readBase64('A'.repeat(4_000_000), 100)).toBeUndefined();
});
