/**
 * How the window looks, speaks and is written in on this computer: theme, text size, language, the key that sends; kept in
 * the page's own storage. Nothing here matters to the engine, and losing it costs nothing.
 */
import { languageCodes, type LanguageCode } from '../i18n/catalogues.ts';

export const themes = ['system', 'light', 'dark'] as const;
export const textSizes = ['small', 'normal', 'large', 'huge'] as const;
/** What sends a message; with `ctrl-enter`, Enter alone begins a line. */
export const sendKeys = ['enter', 'ctrl-enter'] as const;
export type SendKey = (typeof sendKeys)[number];
export type Theme = (typeof themes)[number];
export type TextSize = (typeof textSizes)[number];

/** The two functions of Web Storage that are needed. */
export type Memory = Pick<Storage, 'getItem' | 'setItem'>;

export class Appearance {
  readonly #memory: Memory | undefined;
  #theme = $state<Theme>('system');
  #textSize = $state<TextSize>('normal');
  #sendKey = $state<SendKey>('enter');
  #hasFormatBar = $state(false);
  #hasConsole = $state(false);
  #language = $state<LanguageCode>();

  constructor(memory: Memory | undefined) {
    this.#memory = memory;
    this.#theme = oneOf(themes, memory?.getItem('theme')) ?? 'system';
    this.#textSize = oneOf(textSizes, memory?.getItem('text-size')) ?? 'normal';
    this.#sendKey = oneOf(sendKeys, memory?.getItem('send-key')) ?? 'enter';
    this.#hasFormatBar = memory?.getItem('format-bar') === 'shown';
    this.#hasConsole = memory?.getItem('console') === 'shown';
    this.#language = oneOf(languageCodes, memory?.getItem('language'));
  }

  get theme(): Theme {
    return this.#theme;
  }
  set theme(theme: Theme) {
    this.#theme = theme;
    this.#memory?.setItem('theme', theme);
  }

  get sendKey(): SendKey {
    return this.#sendKey;
  }
  set sendKey(key: SendKey) {
    this.#sendKey = key;
    this.#memory?.setItem('send-key', key);
  }

  /** Buttons for formatting above the field; the keys for it are always there. */
  get hasFormatBar(): boolean {
    return this.#hasFormatBar;
  }
  set hasFormatBar(isShown: boolean) {
    this.#hasFormatBar = isShown;
    this.#memory?.setItem('format-bar', isShown ? 'shown' : 'hidden');
  }

  /** A way to the XML console; off until somebody wants it. */
  get hasConsole(): boolean {
    return this.#hasConsole;
  }
  set hasConsole(isShown: boolean) {
    this.#hasConsole = isShown;
    this.#memory?.setItem('console', isShown ? 'shown' : 'hidden');
  }

  get textSize(): TextSize {
    return this.#textSize;
  }
  set textSize(size: TextSize) {
    this.#textSize = size;
    this.#memory?.setItem('text-size', size);
  }

  /** The one that was chosen; the computer's decides without one. */
  get language(): LanguageCode | undefined {
    return this.#language;
  }
  set language(language: LanguageCode | undefined) {
    this.#language = language;
    this.#memory?.setItem('language', language ?? '');
  }
}

function oneOf<T extends string>(values: readonly T[], value: string | null | undefined): T | undefined {
  return values.find((known) => known === value);
}
