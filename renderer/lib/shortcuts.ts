/**
 * The window's keys: one table for the handler and for the sheet that explains them.
 */
import type { MessageKey, Translate } from '../i18n/language.svelte.ts';

export type ShortcutName =
  | 'palette'
  | 'find'
  | 'find-everywhere'
  | 'add-contact'
  | 'reply'
  | 'react'
  | 'voice'
  | 'pins'
  | 'settings'
  | 'shortcuts'
  | 'lock'
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

/** Keys that are pressed together; `key` as the keyboard says it, letters small. */
export interface Combination {
  readonly key: string;
  readonly ctrl?: true;
  readonly alt?: true;
  readonly shift?: true;
}

export interface Shortcut extends Combination {
  readonly name: ShortcutName;
}

/** What they are until somebody chooses others: see `state/shortcuts.svelte.ts`. */
export const shortcuts: readonly Shortcut[] = [
  { name: 'palette', key: 'k', ctrl: true },
  { name: 'find', key: 'f', ctrl: true },
  { name: 'find-everywhere', key: 'f', ctrl: true, shift: true },
  { name: 'add-contact', key: 'n', ctrl: true },
  { name: 'reply', key: 'r', ctrl: true, shift: true },
  { name: 'react', key: 'e', ctrl: true, shift: true },
  { name: 'voice', key: 'v', ctrl: true, shift: true },
  { name: 'pins', key: 'j', ctrl: true, shift: true },
  { name: 'settings', key: ',', ctrl: true },
  { name: 'shortcuts', key: '/', ctrl: true },
  { name: 'lock', key: 'l', ctrl: true, shift: true },
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

type KeyPress = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'> & {
  readonly code?: string;
};

/** Signs that stand on another level of some keyboards: there Shift says nothing. */
const isSign = (key: string): boolean => key.length === 1 && !/[\p{L}\p{N} ]/u.test(key);

/**
 * The key that is meant. What the keyboard writes counts, so that letters are where they are printed (AZERTY, Dvorak); only
 * where it writes no Latin letter (Arabic, Cyrillic, Greek), or one that Alt has changed, the place of the key counts.
 */
function keyOf({ key, code = '' }: KeyPress): string {
  const printed = /^Key([A-Z])$/u.exec(code)?.[1];
  const isForeign = key.length === 1 && /[^\u0020-\u007e]/u.test(key);
  return isForeign && printed !== undefined
    ? printed.toLowerCase()
    : key.length === 1
      ? key.toLowerCase()
      : key;
}

/** The command key of the platform counts as Ctrl. */
export function shortcutFor(
  press: KeyPress,
  among: readonly Shortcut[] = shortcuts,
): ShortcutName | undefined {
  const pressed = combinationOf(press);
  return pressed && among.find((shortcut) => isSame(shortcut, pressed))?.name;
}

/** What was pressed; nothing as long as that is only Ctrl, Alt or Shift, or the beginning of an accented letter. */
export function combinationOf(press: KeyPress): Combination | undefined {
  const key = keyOf(press);
  if (/^(?:Control|Shift|Alt|AltGraph|Meta|Dead|Process|Unidentified|CapsLock)$/u.test(key)) return undefined;
  return {
    key,
    ...((press.ctrlKey || press.metaKey) && { ctrl: true }),
    ...(press.altKey && { alt: true }),
    ...(press.shiftKey && !isSign(key) && { shift: true }),
  };
}

/** Shift is free for signs that need it on some keyboards (`/`). */
export function isSame(a: Combination, b: Combination): boolean {
  return (
    a.key.toLowerCase() === b.key.toLowerCase() &&
    a.ctrl === b.ctrl &&
    a.alt === b.alt &&
    (isSign(a.key) || a.shift === b.shift)
  );
}

/** Why keys cannot be chosen: they write text, or are taken by every field of text, or choose a chat by its place. */
export function objectionTo({ key, ctrl, alt, shift }: Combination): 'weak' | 'reserved' | undefined {
  const isFunction = /^F\d{1,2}$/u.test(key);
  if (!isFunction && ctrl === undefined && alt === undefined) return 'weak';
  if (/^(?:Enter|Escape|Tab|Backspace|Delete|Insert|ContextMenu)$/u.test(key)) return 'reserved';
  // Ctrl+Alt is AltGr on many keyboards, and writes.
  if (ctrl && alt) return 'reserved';
  const inText = 'acvxyzbi';
  if (ctrl && shift === undefined && (inText.includes(key) || /^[0-9+=-]$/u.test(key))) return 'reserved';
  return ctrl && /^(?:Arrow|Home|End)/u.test(key) ? 'reserved' : undefined;
}

/** A press of which the place on the keyboard counts: French digits need Shift. */
type PlacePress = Omit<KeyPress, 'key'> & { readonly code: string };

/** Ctrl with a digit: which chat of the list is meant, from 0. */
export function chatNumber(press: PlacePress): number | undefined {
  const digit = /^Digit([1-9])$/u.exec(press.code)?.[1];
  const isAlone = (press.ctrlKey || press.metaKey) && !press.altKey && !press.shiftKey;
  return digit !== undefined && isAlone ? Number(digit) - 1 : undefined;
}

/** Ctrl and Shift with a digit: which folder is meant, from 1; 0 for all chats. */
export function folderNumber(press: PlacePress): number | undefined {
  const digit = /^Digit([0-9])$/u.exec(press.code)?.[1];
  const isWanted = (press.ctrlKey || press.metaKey) && press.shiftKey && !press.altKey;
  return digit !== undefined && isWanted ? Number(digit) : undefined;
}

/** The sentences that name keys in the person's language. */
const named: Readonly<Record<string, MessageKey>> = {
  Enter: 'keys.enter',
  Escape: 'keys.escape',
  ' ': 'keys.space',
  PageUp: 'keys.page-up',
  PageDown: 'keys.page-down',
  Home: 'keys.home',
  End: 'keys.end',
};
const symbols: Readonly<Record<string, string>> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
};

/** The keys to show, in order, as symbols of the platform or by the names that are printed on the person's keyboard. */
export function keyLabels({ key, ctrl, alt, shift }: Combination, isMac: boolean, t: Translate): string[] {
  const name = named[key];
  return [
    ...(ctrl ? [isMac ? '⌘' : t('keys.ctrl')] : []),
    ...(alt ? [isMac ? '⌥' : t('keys.alt')] : []),
    ...(shift ? [isMac ? '⇧' : t('keys.shift')] : []),
    symbols[key] ?? (name === undefined ? (key.length === 1 ? key.toUpperCase() : key) : t(name)),
  ];
}
