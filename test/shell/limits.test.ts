/** The size of requests: everything that the contract allows fits, and nothing gets through that could hurt. */
import { expect, test } from 'vitest';
import { isRequest } from '../../electron/shell/limits.ts';

const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: nested(depth - 1) });
const cycle: Record<string, unknown> = {};
cycle['again'] = cycle;

test.each<[string, unknown]>([
  ['an empty object', {}],
  ['the longest draft', { chat: 1, text: 'a'.repeat(100_000) }],
  ['the longest message, of four-byte characters', { chat: 1, text: '😀'.repeat(32_768) }],
  [
    'a sign-in with pins',
    { address: 'a@b', password: 'x', pins: Array.from({ length: 50 }, () => 'f'.repeat(64)) },
  ],
  ['a piece of a file', { handle: 'x', bytes: new Uint8Array(262_144) }],
])('%s may pass', (_name, value) => {
  expect(isRequest(value)).toBe(true);
});

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['null', null],
  ['a text', 'a'],
  ['a number', 1],
  ['an empty array', []],
  ['a long string', { text: 'a'.repeat(300_000) }],
  ['many short strings', { list: Array.from({ length: 300_000 }, () => '') }],
  ['a sparse array', { list: new Array(2 ** 32 - 1) }],
  ['a long key', { ['a'.repeat(300_000)]: 1 }],
  ['deep nesting', nested(9)],
  ['a cycle', cycle],
  ['a map', new Map([['a', 1]])],
  ['a date', { at: new Date(0) }],
  ['bytes', new Uint8Array(10)],
  ['too many bytes in it', { a: new Uint8Array(262_145) }],
  ['too many bytes in two pieces', { a: new Uint8Array(200_000), b: new Uint8Array(200_000) }],
  ['other bytes in it', { a: new Uint16Array(10) }],
  ['a buffer in it', { a: new ArrayBuffer(10) }],
  ['a huge buffer', { data: new ArrayBuffer(1_000_000) }],
  ['a bigint', { id: 1n }],
  ['an error', new Error('x')],
])('%s may not', (_name, value) => {
  expect(isRequest(value)).toBe(false);
});
