/**
 * How the window looks on this computer: theme and text size, kept in the page's own storage. Nothing here matters
 * to the engine, and losing it costs nothing.
 */

export const themes = ['system', 'light', 'dark'] as const;
export const textSizes = ['small', 'normal', 'large', 'huge'] as const;
export type Theme = (typeof themes)[number];
export type TextSize = (typeof textSizes)[number];

/** The two functions of Web Storage that are needed. */
export type Memory = Pick<Storage, 'getItem' | 'setItem'>;

export class Appearance {
  readonly #memory: Memory | undefined;
  #theme = $state<Theme>('system');
  #textSize = $state<TextSize>('normal');

  constructor(memory: Memory | undefined) {
    this.#memory = memory;
    this.#theme = oneOf(themes, memory?.getItem('theme')) ?? 'system';
    this.#textSize = oneOf(textSizes, memory?.getItem('text-size')) ?? 'normal';
  }

  get theme(): Theme {
    return this.#theme;
  }
  set theme(theme: Theme) {
    this.#theme = theme;
    this.#memory?.setItem('theme', theme);
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
