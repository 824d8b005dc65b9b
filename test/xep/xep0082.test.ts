import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readDateTime, writeDateTime } from '../../electron/xmpp/xep/xep0082.ts';
import { time } from '../support/xml.ts';

test('read(write(x)) = x', () => {
  fc.assert(
    fc.property(time, (at) => {
      expect(readDateTime(writeDateTime(at))).toBe(at);
    }),
  );
});

test.each([
  ['1969-07-20T21:56:15-05:00', undefined], // the document's example, before XMPP and before our time
  ['1970-01-01T00:00:00Z', 0],
  ['2002-09-10T23:08:25Z', Date.UTC(2002, 8, 10, 23, 8, 25)],
  ['2002-09-10T23:08:25.123456Z', Date.UTC(2002, 8, 10, 23, 8, 25, 123)],
  ['2002-09-11T01:08:25+02:00', Date.UTC(2002, 8, 10, 23, 8, 25)],
  ['2016-12-31T23:59:60Z', Date.UTC(2016, 11, 31, 23, 59, 59)],
  ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
  ['9999-12-31T23:59:59Z', Date.UTC(9999, 11, 31, 23, 59, 59)],
])('%s', (text, at) => {
  expect(readDateTime(text)).toBe(at);
});

test.each([
  '',
  'yesterday',
  '2002-09-10',
  '2002-09-10T23:08:25',
  '20020910T23:08:25',
  '2002-09-10 23:08:25Z',
  ' 2002-09-10T23:08:25Z',
  '2002-13-10T23:08:25Z',
  '2002-00-10T23:08:25Z',
  '2023-02-29T00:00:00Z',
  '2002-04-31T00:00:00Z',
  '2002-09-10T24:00:00Z',
  '2002-09-10T23:60:25Z',
  '2002-09-10T23:08:61Z',
  '2002-09-10T23:08:25+25:00',
  '0000-00-00T00:00:00Z',
  '-001-01-01T00:00:00Z',
  '99999-01-01T00:00:00Z',
  '2002-09-10T23:08:25.Z',
  `2002-09-10T23:08:25.${'1'.repeat(1_000)}Z`,
])('H75: "%s" is no time', (text) => {
  expect(readDateTime(text)).toBeUndefined();
});

test('what lies outside of the format is written as its edge', () => {
  expect(writeDateTime(-1)).toBe('1970-01-01T00:00:00.000Z');
  expect(writeDateTime(8.64e15)).toBe('9999-12-31T23:59:59.999Z');
});
