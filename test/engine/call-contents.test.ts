import { expect, it } from 'vitest';
import { joinGroups } from '../../electron/engine/call-contents.ts';

const bundle = (...contents: string[]): { semantics: string; contents: string[] } => ({
  semantics: 'BUNDLE',
  contents,
});

it.each([
  [[bundle('0')], [bundle('1')], [bundle('0', '1')]],
  [[bundle('0')], [bundle('0', '1')], [bundle('0', '1')]],
  [[bundle('0')], [], [bundle('0')]],
  [[], [bundle('1')], [bundle('1')]],
  [
    [bundle('0')],
    [{ semantics: 'LS', contents: ['1'] }],
    [bundle('0'), { semantics: 'LS', contents: ['1'] }],
  ],
])('%j and %j are %j: nothing leaves a bundle', (before, more, joined) => {
  expect(joinGroups(before, more)).toEqual(joined);
});
