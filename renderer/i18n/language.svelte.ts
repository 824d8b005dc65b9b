/**
 * The person's language: which catalogue, which direction, and `t`, the only way to a sentence. Holds no sentence.
 */
import { IntlMessageFormat } from 'intl-messageformat';
import type { MessageArguments } from './arguments.ts';
import { catalogues } from './catalogues.ts';

export type MessageKey = keyof MessageArguments;

/**
 * `t(key, { … })` with the arguments of the sentence. For a key chosen from a table, those that any of them may need.
 */
export type Translate = <K extends MessageKey>(
  key: K,
  ...args: keyof MessageArguments[K] extends never
    ? [values?: Readonly<Record<string, string | number>>]
    : [values: MessageArguments[K]]
) => string;

const rightToLeft = new Set(['ar', 'dv', 'fa', 'he', 'ku', 'ps', 'ug', 'ur', 'yi']);

export class Language {
  #locale = $state('en');
  #formats = new Map<string, IntlMessageFormat>();

  /** @param wanted the person's languages, best first, as in `navigator.languages`. */
  constructor(wanted: readonly string[]) {
    this.#locale = chooseLocale(wanted);
  }

  /** A full tag such as `en-GB`, for Intl: dates follow the person's region even where the sentences are `en`. */
  get locale(): string {
    return this.#locale;
  }

  get direction(): 'ltr' | 'rtl' {
    return rightToLeft.has(primary(this.#locale)) ? 'rtl' : 'ltr';
  }

  readonly t: Translate = (key, ...args) => {
    const locale = this.#locale;
    const id = `${locale} ${key}`;
    let format = this.#formats.get(id);
    if (format === undefined) {
      const catalogue = catalogues[primary(locale)] ?? catalogues['en'];
      format = new IntlMessageFormat(catalogue?.[key] ?? catalogues['en']?.[key] ?? key, locale);
      this.#formats.set(id, format);
    }
    return String(format.format(args[0]));
  };
}

function primary(locale: string): string {
  return locale.split('-', 1)[0]?.toLowerCase() ?? locale;
}

/** The first wanted language that has a catalogue; English, in the region of the computer, otherwise. */
function chooseLocale(wanted: readonly string[]): string {
  for (const locale of wanted) {
    if (catalogues[primary(locale)] !== undefined && isLocale(locale)) return locale;
  }
  return 'en';
}

function isLocale(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false; // not a language tag at all: the next one wanted
  }
}
