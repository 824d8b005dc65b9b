/** Keys that the person chose: they work, two things never share them, and they are there after a restart. */
import { describe, expect, it } from 'vitest';
import { Language } from '../../renderer/i18n/language.svelte.ts';
import { keyLabels, shortcutFor, shortcuts } from '../../renderer/lib/shortcuts.ts';
import { Shortcuts } from '../../renderer/state/shortcuts.svelte.ts';

function memory(first?: string) {
  let kept: string | null = first ?? null;
  return { getItem: () => kept, setItem: (_: string, value: string) => void (kept = value) };
}
const keys = { key: 'j', ctrl: true } as const;
const press = { key: 'j', ctrlKey: true, metaKey: false, altKey: false, shiftKey: false };

describe('keys', () => {
  it('are the usual ones until others are chosen, and these are kept', () => {
    const place = memory();
    const mine = new Shortcuts(place);
    expect([mine.isChanged, mine.all.length]).toEqual([false, shortcuts.length]);
    mine.set('palette', keys);
    expect(shortcutFor(press, mine.all)).toBe('palette');
    expect(shortcutFor({ ...press, key: 'k' }, mine.all)).toBeUndefined();
    const later = new Shortcuts(place);
    expect(later.of('palette')).toEqual({ ...keys, name: 'palette' });
    later.set('palette', { key: 'k', ctrl: true });
    expect([later.isChanged, new Shortcuts(place).isChanged]).toEqual([false, false]);
  });

  it('belong to one thing only: who takes them leaves the other without', () => {
    const mine = new Shortcuts(memory());
    const wanted = { key: 'k', ctrl: true } as const;
    expect(mine.takenBy(wanted, 'settings')).toBe('palette');
    expect(mine.takenBy(wanted, 'palette')).toBeUndefined();
    mine.set('settings', wanted);
    expect([shortcutFor({ ...press, key: 'k' }, mine.all), mine.of('palette')]).toEqual([
      'settings',
      undefined,
    ]);
    mine.set('find', undefined);
    expect(mine.of('find')).toBeUndefined();
    mine.reset();
    expect(mine.all).toEqual(shortcuts);
  });

  it('are never such as write text', () => {
    const mine = new Shortcuts(memory());
    mine.set('palette', { key: 'e' });
    mine.set('palette', { key: 'v', ctrl: true });
    expect(mine.isChanged).toBe(false);
  });

  it.each([
    'no JSON',
    '[]',
    'null',
    '42',
    '{"palette":{"key":5}}',
    '{"palette":{"key":"c","ctrl":true}}',
    '{"palette":{"key":"e","ctrl":"yes"}}',
    '{"__proto__":{"key":"j","ctrl":true}}',
    '{"no-such":{"key":"j","ctrl":true}}',
    `{"palette":{"key":"${'x'.repeat(50)}","ctrl":true}}`,
  ])('are the usual ones where something else was kept: %s', (text) => {
    expect(new Shortcuts(memory(text)).all).toEqual(shortcuts);
  });

  it('are called what is printed on them', async () => {
    const language = new Language(['de']);
    await language.use('de');
    expect(keyLabels({ key: 'PageUp', ctrl: true, shift: true }, false, language.t)).toEqual([
      'Strg',
      'Umschalt',
      'Bild auf',
    ]);
    expect(keyLabels({ key: 'a', ctrl: true, alt: true, shift: true }, true, language.t)).toEqual([
      '⌘',
      '⌥',
      '⇧',
      'A',
    ]);
  });
});
