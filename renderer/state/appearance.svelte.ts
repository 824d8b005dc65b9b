/**
 * How the window looks and is written in on this computer: theme, text size, the key that sends, kept in the page's own storage. Nothing here matters
 * to the engine, and losing it costs nothing.
 */

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

  constructor(memory: Memory | undefined) {
    this.#memory = memory;
    this.#theme = oneOf(themes, memory?.getItem('theme')) ?? 'system';
    this.#textSize = oneOf(textSizes, memory?.getItem('text-size')) ?? 'normal';
    this.#sendKey = oneOf(sendKeys, memory?.getItem('send-key')) ?? 'enter';
    this.#hasFormatBar = memory?.getItem('format-bar') === 'shown';
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

  get textSize(): TextSize {
    return this.#textSize;
  }
  set textSize(size: TextSize) {
    this.#textSize = size;
    this.#memory?.setItem('text-size', size);
  }
}

function oneOf<T extends string>(values: readonly T[], value: string | null | undefined): T | undefined {
  return values.find((known) => known === value);
}
