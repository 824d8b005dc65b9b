/** Where quick tests put their folders, and how often they try. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { inMemory } from '../../build/memory.ts';
import { runs } from '../support/runs.ts';

describe('temporary folders are in memory', () => {
  test('where there is room', () => {
    expect(inMemory(tmpdir(), 1)).toEqual({ TMPDIR: tmpdir() });
  });

  test.each([
    ['too small', tmpdir(), Infinity],
    ['absent', join(tmpdir(), 'waxwing-absent'), 1],
    ['no folder', import.meta.filename, 1],
  ])('and where they were when that place is %s', (_, folder, room) => {
    expect(inMemory(folder, room)).toEqual({});
  });
});

describe('a repeating test tries', () => {
  afterEach(() => vi.unstubAllEnvs());

  test.each([
    ['few times', undefined, 15],
    ['few times', '', 15],
    ['in full', 'full', 40],
    ['as often as it is told', '7000', 7_000],
  ])('%s with WAXWING_RUNS=%s', (_, wanted, count) => {
    vi.stubEnv('WAXWING_RUNS', wanted);
    expect(runs(15, 40)).toBe(count);
  });

  test.each(['none', '0', '-1', '1.5'])('never a number of times that proves nothing: %s', (wanted) => {
    vi.stubEnv('WAXWING_RUNS', wanted);
    expect(() => runs(15, 40)).toThrow('WAXWING_RUNS');
  });
});
