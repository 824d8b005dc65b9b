/**
 * What is said outside of the page, in the person's language: menus, dialogs of the system, notifications. The sentences
 * are those of the window's catalogues; `sentences.json` is their part that begins with `desktop.`, copied by a test.
 */
import sentences from './sentences.json' with { type: 'json' };

export type Sentence = keyof typeof sentences.en;
export type Say = (sentence: Sentence, values?: Readonly<Record<string, string | number>>) => string;

export class Speech {
  #spoken: Readonly<Record<Sentence, string>> = sentences.en;

  /** Speaks the language of a tag such as `de-AT`; English for one that there is no catalogue for. */
  use(locale: string): void {
    const [code = ''] = locale.toLowerCase().split('-', 1);
    this.#spoken = Object.hasOwn(sentences, code) ? sentences[code as keyof typeof sentences] : sentences.en;
  }

  /** A sentence with its values, which are never looked at for what they might hold. */
  readonly say: Say = (sentence, values = {}) =>
    this.#spoken[sentence].replaceAll(/\{([a-z]+)\}/gu, (whole, name: string) =>
      Object.hasOwn(values, name) ? String(values[name]) : whole,
    );
}
