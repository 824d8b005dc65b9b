/** The judge of the chaos runs, judged: it sees every fault that it is there for, and tells what a zero is worth. */
import { describe, expect, it } from 'vitest';
import { compare } from '../chaos/cast.ts';
import { percentile95, upperBound } from '../chaos/frame.ts';
import { walk } from '../chaos/rows/orders.ts';

describe('what was said and what is there', () => {
  const said = ['a 0', 'a 1', 'a 2'];
  it.each([
    ['all, once, in order', said, []],
    ['lost', ['a 0', 'a 2'], ['x: lost: a 1']],
    ['doubled', ['a 0', 'a 1', 'a 1', 'a 2'], ['x: doubled: a 1']],
    ['never said', [...said, 'a 3'], ['x: never said: a 3']],
    ['reordered', ['a 1', 'a 0', 'a 2'], ['x: out of order: a 1 where a 0 belongs']],
    ['nothing', [], said.map((text) => `x: lost: ${text}`)],
  ])('%s', (_name, found, faults) => {
    expect(compare('x', said, found)).toEqual(faults);
  });
});

describe('figures', () => {
  it('a zero is worth three in N', () => {
    expect(upperBound(0, 1_000)).toBe(0.003);
    expect(upperBound(0, 2)).toBe(1);
    expect(upperBound(0, 0)).toBe(1);
  });

  it('a few failures have the bound of Clopper and Pearson', () => {
    // Values of R: binom.test(k, n)$conf.int[2]
    expect(upperBound(1, 100)).toBeCloseTo(0.0544594, 6);
    expect(upperBound(5, 50)).toBeCloseTo(0.2181354, 6);
    expect(upperBound(7, 7)).toBe(1);
  });

  it('95 in 100 lie below', () => {
    expect(percentile95(Array.from({ length: 100 }, (_, index) => index + 1))).toBe(95);
    expect(percentile95([3])).toBe(3);
  });
});

it('three devices come and go in every order', () => {
  const states = walk(3);
  const steps = states.slice(1).map((state, index) => [states[index] ?? 0, state] as const);
  expect(new Set(steps.map(String)).size).toBe(24);
  expect(steps.every(([from, to]) => [1, 2, 4].includes(from ^ to))).toBe(true);
});
