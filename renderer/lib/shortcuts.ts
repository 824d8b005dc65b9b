/**
 * The window's keys: one table for the handler and for the sheet that explains them.
 */

export type ShortcutName =
  | 'search'
  | 'find'
  | 'find-everywhere'
  | 'add-contact'
  | 'reply'
  | 'settings'
  | 'shortcuts'
  | 'previous-chat'
  | 'next-chat'
  | 'next-region'
  | 'previous-region';

export interface Shortcut {
  readonly name: ShortcutName;
  readonly key: string;
  readonly ctrl?: true;
  readonly alt?: true;
  readonly shift?: true;
}

export const shortcuts: readonly Shortcut[] = [
  { name: 'search', key: 'k', ctrl: true },
  { name: 'find', key: 'f', ctrl: true },
  { name: 'find-everywhere', key: 'f', ctrl: true, shift: true },
  { name: 'add-contact', key: 'n', ctrl: true },
  { name: 'reply', key: 'r', ctrl: true, shift: true },
  { name: 'settings', key: ',', ctrl: true },
  { name: 'shortcuts', key: '/', ctrl: true },
  { name: 'previous-chat', key: 'ArrowUp', alt: true },
  { name: 'next-chat', key: 'ArrowDown', alt: true },
  { name: 'next-region', key: 'F6' },
  { name: 'previous-region', key: 'F6', shift: true },
];

type KeyPress = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

/** The command key of the platform counts as Ctrl. Shift is free for keys that need it on some keyboards (`/`). */
export function shortcutFor(press: KeyPress): ShortcutName | undefined {
  const ctrl = press.ctrlKey || press.metaKey;
  return shortcuts.find(
    (shortcut) =>
      shortcut.key.toLowerCase() === press.key.toLowerCase() &&
      (shortcut.ctrl ?? false) === ctrl &&
      (shortcut.alt ?? false) === press.altKey &&
      (shortcut.key === '/' || (shortcut.shift ?? false) === press.shiftKey),
  )?.name;
}

/** The keys to show, in order, as symbols or names of the platform. */
export function keyLabels(shortcut: Shortcut, isMac: boolean): string[] {
  const names: Readonly<Record<string, string>> = { ArrowUp: '↑', ArrowDown: '↓' };
  return [
    ...(shortcut.ctrl ? [isMac ? '⌘' : 'Ctrl'] : []),
    ...(shortcut.alt ? [isMac ? '⌥' : 'Alt'] : []),
    ...(shortcut.shift ? [isMac ? '⇧' : 'Shift'] : []),
    names[shortcut.key] ?? (shortcut.key.length === 1 ? shortcut.key.toUpperCase() : shortcut.key),
  ];
}
