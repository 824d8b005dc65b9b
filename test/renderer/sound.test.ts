/** How sounds are drawn and told, and what is heard after what. */
import { describe, expect, test } from 'vitest';
import type { FileRow } from '../../shared/contract.ts';
import { lengthText, peaksOf } from '../../renderer/lib/sound.ts';
import { Player } from '../../renderer/state/player.svelte.ts';

describe('how loud a sound is', () => {
  test.each<[string, number[], number, number[]]>([
    ['nothing', [], 3, [0, 0, 0]],
    ['silence', [0, 0, 0, 0], 2, [0, 0]],
    ['the loudest of each part, by the loudest of all', [0.1, -0.5, 0.25, 0.1], 2, [255, 128]],
    ['hardly anything stays little', [0.01, 0, 0, 0.02], 2, [64, 128]],
    ['fewer samples than parts', [1], 3, [255, 0, 0]],
    ['more than is possible', [4, 1], 2, [255, 255]],
  ])('%s', (_, samples, count, peaks) => {
    expect(peaksOf(samples, count)).toEqual(peaks);
  });
});

test.each([
  [0, '0:00'],
  [999, '0:00'],
  [65_000, '1:05'],
  [3_725_000, '1:02:05'],
])('%s ms are %s', (length, text) => {
  expect(lengthText(length)).toBe(text);
});

const row: FileRow = {
  id: 1,
  account: 1,
  chat: 1,
  message: 10,
  isOutgoing: false,
  name: 'a.m4a',
  kind: 'audio',
  size: 10,
  state: 'here',
  isRisky: false,
};

test.each<[string, Partial<FileRow>]>([
  ['not here', { state: 'offered' }],
  ['measured already', { peaks: [1] }],
  ['too large', { size: 2_097_153 }],
  ['too long', { length: 900_001 }],
])('a sound that is %s is not measured', async (_, more) => {
  const asked: string[] = [];
  const call = (name: string): Promise<never> => {
    asked.push(name);
    return Promise.reject(new Error('not asked for'));
  };
  await new Player(call, () => undefined).measure({ ...row, ...more });
  expect(asked).toEqual([]);
});
