/**
 * The window's keys: one table for the handler and for the sheet that explains them.
 */

export type ShortcutName =
  | 'palette'
  | 'find'
  | 'find-everywhere'
  | 'add-contact'
  | 'reply'
  | 'react'
  | 'voice'
  | 'settings'
  | 'shortcuts'
  | 'archive-chat'
  | 'mute-chat'
  | 'pin-chat'
  | 'mark-unread'
  | 'previous-unread'
  | 'next-unread'
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
  { name: 'palette', key: 'k', ctrl: true },
  { name: 'find', key: 'f', ctrl: true },
  { name: 'find-everywhere', key: 'f', ctrl: true, shift: true },
  { name: 'add-contact', key: 'n', ctrl: true },
  { name: 'reply', key: 'r', ctrl: true, shift: true },
  { name: 'react', key: 'e', ctrl: true, shift: true },
  { name: 'voice', key: 'v', ctrl: true, shift: true },
  { name: 'settings', key: ',', ctrl: true },
  { name: 'shortcuts', key: '/', ctrl: true },
  { name: 'archive-chat', key: 'a', ctrl: true, shift: true },
  { name: 'mute-chat', key: 'm', ctrl: true, shift: true },
  { name: 'pin-chat', key: 'p', ctrl: true, shift: true },
  { name: 'mark-unread', key: 'u', ctrl: true, shift: true },
  { name: 'previous-unread', key: 'ArrowUp', alt: true, shift: true },
  { name: 'next-unread', key: 'ArrowDown', alt: true, shift: true },
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

export function shortcutOf(name: ShortcutName): Shortcut | undefined {
  return shortcuts.find((shortcut) => shortcut.name === name);
}

/** Ctrl with a digit: which chat of the list is meant, from 0. By the place of the key: French digits need Shift. */
export function chatNumber(press: Omit<KeyPress, 'key'> & { readonly code: string }): number | undefined {
  const digit = /^Digit([1-9])$/u.exec(press.code)?.[1];
  const isAlone = (press.ctrlKey || press.metaKey) && !press.altKey && !press.shiftKey;
  return digit !== undefined && isAlone ? Number(digit) - 1 : undefined;
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
