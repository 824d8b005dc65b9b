/** The list of emoji, finding them, the names that are typed between colons, and what a person uses. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codeBefore, insertAt } from '../../renderer/lib/emoji-code.ts';
import { findEmoji, inTone, loadEmoji } from '../../renderer/lib/emoji-list.ts';
import { aliases } from '../../renderer/lib/emoji-aliases.ts';
import { withTone } from '../../renderer/lib/emoji-tone.ts';
import { nextCell } from '../../renderer/lib/roving.ts';
import { EmojiHabits } from '../../renderer/state/emoji.svelte.ts';
import { readReaction } from '../../shared/reaction.ts';

const groups = await loadEmoji();
const all = groups.flatMap(({ emoji }) => emoji);
const first = (words: string): string | undefined => findEmoji(groups, words)[0]?.emoji;

describe('the list', () => {
  test('has every emoji once, each of which may be a reaction, in any tone', () => {
    expect(groups).toHaveLength(9);
    expect(all.length).toBeGreaterThan(1_800);
    expect(new Set(all.map(({ emoji }) => emoji)).size).toBe(all.length);
    const refused = all.flatMap((each) =>
      ([0, 1, 5] as const).map((tone) => inTone(each, tone)).filter((emoji) => readReaction(emoji) !== emoji),
    );
    expect(refused).toEqual([]);
  });

  test('has what people are used to type', () => {
    expect(Object.keys(aliases).filter((emoji) => !all.some((each) => each.emoji === emoji))).toEqual([]);
  });

  test.each([
    ['+1', '👍'],
    ['thumbs up', '👍'],
    ['thumbs_up', '👍'],
    ['TADA', '🎉'],
    ['red heart', '❤️'],
    ['flag: japan', '🇯🇵'],
    ['piñata', '🪅'],
    ['pinata', '🪅'],
    ['rocket', '🚀'],
  ])('finds %s', (words, emoji) => {
    expect(first(words)).toBe(emoji);
  });

  test('finds nothing for nothing, and never fails', () => {
    expect([findEmoji(groups, ''), findEmoji(groups, ' _ ')]).toEqual([[], []]);
    fc.assert(
      fc.property(fc.string(), (words) => findEmoji(groups, words, 5).length <= 5),
      { numRuns: 30 },
    );
  });

  test.each([
    ['de', 'rakete', '🚀', 'Rakete'],
    ['de-AT', 'Zähne', '😁', 'strahlendes Gesicht mit lachenden Augen'],
    ['es', 'corazon rojo', '❤️', 'corazón rojo'],
    ['fr', 'fusée', '🚀', 'fusée'],
    ['ar', 'صاروخ', '🚀', 'صاروخ'],
    ['zh', '火箭', '🚀', '火箭'],
  ])('in %s %s is found, and the English name as well', async (language, words, emoji, name) => {
    const local = await loadEmoji(language);
    const each = local.flatMap((group) => group.emoji).find((one) => one.emoji === emoji);
    expect(findEmoji(local, words).map((found) => found.emoji)).toContain(emoji);
    expect(each?.name).toBe(name);
    expect(findEmoji(local, 'rocket')[0]?.emoji).toBe('🚀');
    expect(findEmoji(local, '+1')[0]?.emoji).toBe('👍');
  });

  test.each(['de', 'es', 'fr', 'ar', 'zh'])('has a name for each in %s', async (language) => {
    const local = (await loadEmoji(language)).flatMap(({ emoji }) => emoji);
    expect(local.map(({ emoji }) => emoji)).toEqual(all.map(({ emoji }) => emoji));
    expect(local.filter(({ name }, index) => name === all[index]?.name).length).toBeLessThan(120); // a taxi is one anywhere
    expect(local.filter(({ name, codes }) => name === '' || codes.includes(''))).toEqual([]);
  });

  test('a language without names has the English ones, whatever its tag is called', async () => {
    for (const language of ['en', 'en-GB', 'xx', '', '__proto__', 'constructor'])
      expect((await loadEmoji(language))[0]?.emoji[0]?.name).toBe('grinning face');
  });

  test('what was typed whole with its accents is meant', async () => {
    const local = (await loadEmoji('fr')).flatMap(({ emoji }) => emoji);
    expect(local.find(({ emoji }) => emoji === '🚀')?.codes).toEqual(
      expect.arrayContaining(['fusée', 'fusee']),
    );
  });

  test('tones', () => {
    expect([withTone('👍', 0), withTone('👍', 5), withTone('✌️', 3)]).toEqual(['👍', '👍🏿', '✌🏽']);
    expect(withTone('🐦', 3)).toBe('🐦');
    expect(withTone('👩‍🚀', 2)).toBe('👩🏼‍🚀');
  });
});

describe('a name between colons', () => {
  const typed = (text: string): unknown => {
    const found = codeBefore(text, text.length);
    return found && [text.slice(found.start), found.isWhole];
  };
  test.each([
    ['hello :ta', [':ta', false]],
    [':+1', [':+1', false]],
    ['(:heart', [':heart', false]],
    ['so :tada:', [':tada:', true]],
    ['line\n:ta', [':ta', false]],
  ])('%j is one', (text, expected) => {
    expect(typed(text)).toEqual(expected);
  });
  test.each(['8:30', 'https://x', ':)', ':', ': ta', 'a:ta', ':t', 'C::abc', 'note:done:', ':ta da'])(
    '%j is none',
    (text) => {
      expect(typed(text)).toBeUndefined();
    },
  );
  test('is exchanged where it stands', () => {
    expect(insertAt('so :ta, yes', '🎉', { start: 3, end: 6 })).toEqual({ text: 'so 🎉, yes', caret: 5 });
  });
});

describe('what a person uses', () => {
  const memory = (kept: Record<string, string> = {}) => ({
    kept,
    getItem: (key: string) => kept[key] ?? null,
    setItem: (key: string, value: string) => void (kept[key] = value),
  });

  test('comes first, and is remembered', () => {
    const own = memory();
    const habits = new EmojiHabits(own);
    expect(habits.quick).toEqual(['👍', '❤️', '😂', '😮', '😢', '🙏']);
    for (const emoji of ['🐢', '🎉', '🐢']) habits.use(emoji);
    habits.tone = 4;
    const again = new EmojiHabits(own);
    expect([again.recent, again.tone]).toEqual([['🐢', '🎉'], 4]);
    expect(again.quick).toEqual(['🐢', '🎉', '👍', '❤️', '😂', '😮']);
    for (let index = 0; index < 100; index += 1) again.use(String(index));
    expect(again.recent).toHaveLength(32);
  });

  test.each(['', 'null', '{"a":1}', '[1,null,"👍"]', '[', '"x"'])(
    'survives a memory that says %j',
    (text) => {
      const { recent, quick, tone } = new EmojiHabits(memory({ emoji: text, 'emoji-tone': text }));
      expect([recent.every((each) => typeof each === 'string'), quick.length, tone]).toEqual([true, 6, 0]);
    },
  );
});

test('arrows in a grid stay in it', () => {
  const keys = fc.constantFrom('ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'Home', 'End');
  fc.assert(
    fc.property(
      keys,
      fc.nat(40),
      fc.integer({ min: 1, max: 41 }),
      fc.boolean(),
      (key, at, count, isRightToLeft) => {
        const from = at % count;
        const to = nextCell(key, from, count, { columns: 8, isRightToLeft }) ?? -1;
        expect(to).toBeGreaterThanOrEqual(0);
        expect(to).toBeLessThan(count);
      },
    ),
  );
  const grid = { columns: 8 };
  expect([nextCell('ArrowDown', 3, 20, grid), nextCell('ArrowDown', 15, 20, grid)]).toEqual([11, 15]);
  expect(nextCell('ArrowLeft', 3, 20, { columns: 8, isRightToLeft: true })).toBe(4);
  expect([nextCell('a', 0, 20, grid), nextCell('Home', 0, 0, grid)]).toEqual([undefined, undefined]);
});
