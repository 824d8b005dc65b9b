/** What the window knows of reactions: the newest that was announced, chips in order, and what a press says. */
import { expect, test } from 'vitest';
import type { ReactionRow } from '../../shared/contract.ts';
import { Reactions } from '../../renderer/state/reactions.svelte.ts';
import type { Call } from '../../renderer/state/call.ts';

const said: unknown[] = [];
const call = ((name: string, input: unknown) => {
  said.push([name, input]);
  return Promise.resolve({});
}) as Call;
const by = (sender: string, emojis: string[], more: Partial<ReactionRow> = {}): ReactionRow => ({
  sender,
  isOwn: sender === 'me',
  emojis,
  at: 1,
  encryption: 'omemo',
  ...more,
});
const row = (message: number, ...reactions: ReactionRow[]) => ({ chat: 1, message, reactions });

test('chips count people, in the order in which each emoji was first said', () => {
  const reactions = new Reactions(call);
  reactions.take([row(1, by('bob', ['👍', '🎉']), by('me', ['❤️', '👍']))], 5);
  expect(reactions.chipsOf(1).map(({ emoji, by: who, isOwn }) => [emoji, who.length, isOwn])).toEqual([
    ['👍', 2, true],
    ['🎉', 1, false],
    ['❤️', 1, true],
  ]);
  expect(reactions.chipsOf(2)).toEqual([]);
});

test('a page that is older than what was announced changes nothing', () => {
  const reactions = new Reactions(call);
  reactions.apply({ put: 'reactions', row: row(1, by('bob', ['👍'])) }, 9);
  reactions.take([row(1, by('bob', ['👎']))], 8);
  expect(reactions.of(1)[0]?.emojis).toEqual(['👍']);
  reactions.apply({ put: 'reactions', row: row(1) }, 10);
  expect(reactions.of(1)).toEqual([]);
});

test('a press says the whole set', async () => {
  const reactions = new Reactions(call);
  reactions.take([row(1, by('me', ['👍', '🎉']))], 1);
  said.length = 0;
  await reactions.toggle(1, '🐢');
  await reactions.toggle(1, '👍');
  await reactions.toggle(2, '👍');
  expect(said).toEqual([
    ['messages.react', { message: 1, emojis: ['👍', '🎉', '🐢'] }],
    ['messages.react', { message: 1, emojis: ['🎉'] }],
    ['messages.react', { message: 2, emojis: ['👍'] }],
  ]);
});

test('go with their messages', () => {
  const reactions = new Reactions(call);
  const fill = (): void =>
    reactions.take(
      [1, 2, 3].map((id) => row(id, by('bob', ['👍']))),
      1,
    );
  const left = (): number[] => [1, 2, 3].filter((id) => reactions.of(id).length > 0);
  fill();
  reactions.apply({ put: 'no-message', chat: 1, message: 2 }, 2);
  expect(left()).toEqual([1, 3]);
  reactions.apply({ put: 'no-messages', chat: 1, upTo: 1 }, 3);
  expect(left()).toEqual([3]);
  reactions.apply({ put: 'no-chat', chat: 7 }, 4);
  expect(left()).toEqual([3]);
  reactions.apply({ put: 'no-chat', chat: 1 }, 5);
  expect(left()).toEqual([]);
});
