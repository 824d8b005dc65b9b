import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MessageRow } from '../../shared/contract.ts';
import { countEmojiOnly } from '../../renderer/lib/emoji.ts';
import { fingerprintGroups } from '../../renderer/lib/fingerprint.ts';
import { shortened } from '../../renderer/lib/long-text.ts';
import { displayName, initials, safeLine, safeName, shortLabels } from '../../renderer/lib/names.ts';
import { passphraseStrength } from '../../renderer/lib/passphrase.ts';
import { nextIndex } from '../../renderer/lib/roving.ts';
import { timelineItems } from '../../renderer/lib/rows.ts';
import { isAtEnd, isDriven, isRacing, wantsNewer, wantsOlder } from '../../renderer/lib/scroll.ts';
import { matchScore } from '../../renderer/lib/search.ts';
import {
  chatNumber,
  combinationOf,
  objectionTo,
  shortcutFor,
  shortcuts,
} from '../../renderer/lib/shortcuts.ts';
import { clockTime, dayLabel, daysBetween, listTime, secondsUntil } from '../../renderer/lib/time.ts';

describe('names', () => {
  it.each([
    ['  Juliet \n Capulet ', 'Juliet Capulet'],
    ['\u202Ekcirtap', 'kcirtap'],
    ['al\u200bice', 'alice'],
    ['a\u0000b\u0007', 'ab'],
    ['\u2066x\u2069', 'x'],
    ['👩‍👩‍👧', '👩‍👩‍👧'],
    ['نیم‌فاصله', 'نیم‌فاصله'],
  ])('%j is shown as %j', (name, shown) => {
    expect(safeName(name)).toBe(shown);
  });

  it('cuts a long name at 64 graphemes and a tower of marks at four', () => {
    expect(safeName('x'.repeat(10_000))).toBe(`${'x'.repeat(63)}…`);
    expect(safeName(`a${'\u0301'.repeat(500)}`).length).toBeLessThan(8);
    expect([...new Intl.Segmenter().segment(safeName('👩‍👩‍👧'.repeat(100)))]).toHaveLength(64);
  });

  it('never shows a deceptive character, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        expect(safeLine(name, 40)).not.toMatch(/[\u0000-\u001f\u202a-\u202e\u2066-\u2069\u200b]/u);
      }),
    );
  });

  it('falls back to the whole address: a local part can be anybody’s', () => {
    expect(displayName('', 'alice@evil.example')).toBe('alice@evil.example');
    expect(displayName('\u202e', 'alice@evil.example')).toBe('alice@evil.example');
    expect(displayName(undefined, '')).toBe('?');
  });

  it.each([
    ['Juliet Capulet', 'JC'],
    ['juliet@capulet.example', 'J'],
    ['王小明', '王'],
    ['أحمد الشاعر', 'أا'],
    ['<img src=x>', 'IS'],
    ['👩‍👩‍👧 family', '👩‍👩‍👧F'],
    ['h̸̡̪̯ͨ͊e', 'H'],
    ['…', '?'],
  ])('%s is %s in short', (name, short) => {
    expect(initials(name)).toBe(short);
  });

  it('tells accounts apart by as little as possible', () => {
    expect([...shortLabels(['romeo@a.example', 'juliet@b.example']).values()]).toEqual(['romeo', 'juliet']);
    expect([...shortLabels(['romeo@a.example', 'romeo@b.example']).values()]).toEqual([
      'a.example',
      'b.example',
    ]);
  });
});

describe('time', () => {
  const at = (text: string): number => new Date(text).getTime();
  const now = at('2026-11-20T14:05:00');

  it.each([
    ['2026-11-20T09:03:00', '09:03'],
    ['2026-11-19T23:59:00', 'Yesterday'],
    ['2026-11-17T12:00:00', 'Tue'],
    ['2026-03-01T12:00:00', '1 Mar'],
    ['2024-03-01T12:00:00', '01/03/2024'],
    ['2026-11-20T18:00:00', '18:00'],
  ])('%s is %s in the list', (time, shown) => {
    expect(listTime(at(time), now, 'en-GB')).toBe(shown);
  });

  it('names days', () => {
    expect(dayLabel(now, now, 'en-GB')).toBe('Today');
    expect(dayLabel(at('2026-11-19T00:00:00'), now, 'en-GB')).toBe('Yesterday');
    expect(dayLabel(at('2026-11-03T00:00:00'), now, 'en-GB')).toContain('Tuesday');
    expect(dayLabel(at('2026-11-19T00:00:00'), now, 'de')).toBe('Gestern');
    expect(clockTime(now, 'en-US')).toMatch(/2:05/u);
  });

  it('counts days over midnight, not by 24 hours', () => {
    expect(daysBetween(at('2026-11-19T23:59:59'), at('2026-11-20T00:00:01'))).toBe(1);
    expect(daysBetween(at('2026-10-24T12:00:00'), at('2026-10-26T12:00:00'))).toBe(2);
  });

  it('never counts down below zero', () => {
    expect(secondsUntil(now - 5_000, now)).toBe(0);
    expect(secondsUntil(now + 1, now)).toBe(1);
  });
});

describe('the rows of a timeline', () => {
  const row = (id: number, more: Partial<MessageRow> = {}): MessageRow => ({
    id,
    account: 1,
    chat: 1,
    isOutgoing: false,
    sender: 'juliet@capulet.example',
    text: '',
    at: id * 60_000,
    delivery: 'received',
    encryption: 'omemo',
    ...more,
  });
  const all = { unreadAfter: undefined, hasOlder: false };

  it('groups one author within five minutes', () => {
    const items = timelineItems([row(1), row(2), row(9), row(10, { isOutgoing: true })], all);
    expect(items.map(({ isFirst, isLast }) => [isFirst, isLast])).toEqual([
      [true, false],
      [false, true],
      [true, true],
      [true, true],
    ]);
  });

  it('puts the unread line before the first unread message of somebody else', () => {
    const rows = [row(1), row(2, { isOutgoing: true }), row(3), row(4)];
    expect(timelineItems(rows, { ...all, unreadAfter: 1 }).map((item) => item.isUnreadStart)).toEqual([
      false,
      false,
      true,
      false,
    ]);
  });

  it('shows the day of the first row only when it is the first of the chat', () => {
    expect(timelineItems([row(1)], { ...all, hasOlder: true })[0]?.day).toBeUndefined();
    expect(timelineItems([row(1)], all)[0]?.day).toBe(60_000);
    expect(timelineItems([row(1), row(3_000)], { ...all, hasOlder: true })[1]?.day).toBe(180_000_000);
  });

  it('keeps the rows that were there as they were when older ones are put before them', () => {
    const minutes = fc.uniqueArray(fc.integer({ min: 1, max: 4_000 }), { minLength: 2, maxLength: 60 });
    fc.assert(
      fc.property(minutes, fc.nat(), (ids, cut) => {
        const rows = ids.sort((a, b) => a - b).map((id) => row(id, { isOutgoing: id % 3 === 0 }));
        const from = 1 + (cut % (rows.length - 1));
        const before = timelineItems(rows.slice(from), { ...all, hasOlder: true });
        const after = timelineItems(rows, { ...all, hasOlder: true }).slice(from);
        expect(after.slice(1)).toEqual(before.slice(1));
        expect(after[0]?.isLast).toBe(before[0]?.isLast);
      }),
    );
  });
});

describe('scrolling', () => {
  it('knows the end and the edges', () => {
    expect(isAtEnd({ offset: 950, viewport: 500, size: 1_500 })).toBe(true);
    expect(isAtEnd({ offset: 800, viewport: 500, size: 1_500 })).toBe(false);
    expect(wantsOlder({ offset: 100, viewport: 500, size: 9_000 })).toBe(true);
    expect(wantsNewer({ offset: 100, viewport: 500, size: 9_000 })).toBe(false);
  });

  it('takes only a recent touch for the reader’s own scroll', () => {
    expect(isDriven(0, 100)).toBe(false);
    expect(isDriven(1_000, 1_500)).toBe(true);
    expect(isDriven(1_000, 9_000)).toBe(false);
  });

  it('races when nobody could look at what goes by, up or down', () => {
    expect(isRacing({ offset: 0, at: 0 }, { offset: 100, at: 100 })).toBe(false);
    expect(isRacing({ offset: 0, at: 0 }, { offset: 400, at: 16 })).toBe(true);
    expect(isRacing({ offset: 400, at: 0 }, { offset: 0, at: 16 })).toBe(true);
    expect(isRacing({ offset: 0, at: 5 }, { offset: 2, at: 5 })).toBe(false);
  });
});

it.each([
  ['😍', 1],
  ['👩‍👩‍👧‍👦 🏳️‍🌈 👋🏽', 3],
  ['👍👍👍👍👍', 0],
  ['ok 👍', 0],
  ['123', 0],
  ['#', 0],
  ['', 0],
])('%j is %i emoji alone', (text, count) => {
  expect(countEmojiOnly(text)).toBe(count);
});

it('keeps short texts whole and cuts long ones between characters', () => {
  expect(shortened('x'.repeat(3_000))).toHaveLength(3_000);
  expect(shortened('x'.repeat(65_536))).toHaveLength(3_000);
  expect(shortened('line\n'.repeat(90)).split('\n')).toHaveLength(40);
  expect(shortened(`${'x'.repeat(2_999)}😀${'x'.repeat(2_000)}`)).toMatch(/x$/u);
});

it('lays a fingerprint out in eight groups of eight', () => {
  const groups = fingerprintGroups('0123456789abcdef'.repeat(4));
  expect(groups).toHaveLength(8);
  expect(groups.every((group) => group.length === 8)).toBe(true);
});

it.each([
  ['short', 'too-short'],
  ['password', 'weak'],
  ['aaaaaaaaaaaaaaaa', 'weak'],
  ['12345678', 'weak'],
  ['abcdefghijklmnop', 'weak'],
  ['correct horse battery staple', 'strong'],
  ['Tr0ub4dor&3x', 'good'],
])('%j looks %s', (passphrase, strength) => {
  expect(passphraseStrength(passphrase)).toBe(strength);
});

it('finds people by what one remembers of them', () => {
  const score = (query: string): number => matchScore(query, 'José Müller-Strauß', 'jose@example.org');
  expect(score('jose')).toBeGreaterThan(score('mull'));
  expect(score('mull')).toBeGreaterThan(0);
  expect(score('strauss jo')).toBeGreaterThan(0);
  expect(score('example')).toBeGreaterThan(0);
  expect(score('xyz')).toBe(0);
  expect(score('jose xyz')).toBe(0);
});

it('moves in a list and stops at its ends', () => {
  expect(nextIndex('ArrowDown', 2, 3)).toBe(2);
  expect(nextIndex('ArrowUp', 0, 3)).toBe(0);
  expect(nextIndex('End', 0, 3)).toBe(2);
  expect(nextIndex('PageDown', 0, 100)).toBe(8);
  expect(nextIndex('a', 0, 3)).toBeUndefined();
  expect(nextIndex('ArrowDown', 0, 0)).toBeUndefined();
});

describe('shortcuts', () => {
  const press = (key: string, more: object = {}): Parameters<typeof shortcutFor>[0] => ({
    key,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    ...more,
  });

  it('answers to exactly its own keys', () => {
    expect(shortcutFor(press('k', { ctrlKey: true }))).toBe('palette');
    expect(shortcutFor(press('k', { metaKey: true }))).toBe('palette');
    expect(shortcutFor(press('k'))).toBeUndefined();
    expect(shortcutFor(press('k', { ctrlKey: true, altKey: true }))).toBeUndefined();
    expect(shortcutFor(press('F6', { shiftKey: true }))).toBe('previous-region');
    // On a German keyboard the slash is Shift+7.
    expect(shortcutFor(press('/', { ctrlKey: true, shiftKey: true }))).toBe('shortcuts');
  });

  it('counts chats by the place of the digit, whatever stands on it', () => {
    const digit = (code: string, more: object = {}): number | undefined =>
      chatNumber({ ...press('&'), ctrlKey: true, code, ...more });
    expect([digit('Digit1'), digit('Digit9'), digit('Digit0'), digit('KeyA')]).toEqual([
      0,
      8,
      undefined,
      undefined,
    ]);
    expect(digit('Digit1', { ctrlKey: false })).toBeUndefined();
    expect(digit('Digit1', { shiftKey: true })).toBeUndefined();
  });

  it('goes by what is printed on a key, and by its place where that is no Latin letter', () => {
    const on = (key: string, code: string, more: object = {}) =>
      shortcutFor({ ...press(key, { ctrlKey: true, ...more }), code });
    expect(on('a', 'KeyQ', { shiftKey: true })).toBe('archive-chat'); // AZERTY: A stands where Q does elsewhere
    expect(on('A', 'KeyQ', { shiftKey: true })).toBe('archive-chat'); // with the capitals locked as well
    expect(on('q', 'KeyA', { shiftKey: true })).toBeUndefined();
    expect(on('\u0644', 'KeyG')).toBeUndefined();
    expect(on('\u0646', 'KeyK')).toBe('palette'); // Arabic
    expect(on('\u043b', 'KeyK')).toBe('palette'); // Russian
    expect(on('/', 'Period', { shiftKey: true })).toBe('shortcuts'); // AZERTY: Shift with the key beside the comma
  });

  it('takes keys for others only where they write nothing and mean nothing yet', () => {
    const objections = (
      [
        { key: 'k' },
        { key: 'k', shift: true },
        { key: 'F7' },
        { key: 'k', alt: true },
        { key: 'c', ctrl: true },
        { key: 'c', ctrl: true, shift: true },
        { key: 'e', ctrl: true, alt: true },
        { key: '5', ctrl: true },
        { key: 'Enter', ctrl: true },
        { key: 'ArrowLeft', ctrl: true },
        { key: 'ArrowLeft', alt: true },
      ] as const
    ).map(objectionTo);
    expect(objections).toEqual([
      'weak',
      'weak',
      undefined,
      undefined,
      'reserved',
      undefined,
      'reserved',
      'reserved',
      'reserved',
      'reserved',
      undefined,
    ]);
    expect(shortcuts.filter((shortcut) => objectionTo(shortcut) !== undefined)).toEqual([]);
    expect(
      ['Control', 'Dead', 'AltGraph'].map((key) => combinationOf(press(key, { ctrlKey: true }))),
    ).toEqual([undefined, undefined, undefined]);
  });

  it('has no two for the same keys', () => {
    const keys = shortcuts.map(({ key, ctrl, alt, shift }) => [key, ctrl, alt, shift].join());
    expect(new Set(keys).size).toBe(keys.length);
  });
});
