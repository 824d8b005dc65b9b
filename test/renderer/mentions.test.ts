import { expect, it } from 'vitest';
import { mentionBefore, mentionText } from '../../renderer/lib/mentions.ts';

it.each([
  ['@', { start: 0, name: '' }],
  ['@an', { start: 0, name: 'an' }],
  ['Hello (@an', { start: 7, name: 'an' }],
  ['Hello @Anna K', { start: 6, name: 'Anna K' }],
  ['@أحم', { start: 0, name: 'أحم' }],
  ['write to anna@exa', undefined],
  ['@ an', undefined],
  ['@anna\nand', undefined],
  [`@${'a'.repeat(40)}`, undefined],
  ['@a@b', undefined],
])('before the caret, %j mentions %j', (text, mention) => {
  expect(mentionBefore(text, text.length)).toEqual(mention);
});

it('looks at nothing behind the caret', () => {
  expect(mentionBefore('@anna', 3)).toEqual({ start: 0, name: 'an' });
});

it('speaks to somebody at the beginning, and of them later', () => {
  expect([mentionText('Anna', 0), mentionText('Anna', 5)]).toEqual(['Anna: ', 'Anna ']);
});
