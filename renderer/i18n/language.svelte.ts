/**
 * The person's language: which catalogue, which direction, and `t`, the only way to a sentence. Holds no sentence.
 */
import { IntlMessageFormat } from 'intl-messageformat';
import type { MessageArguments } from './arguments.ts';
import { catalogues, english, languageCodes, type Catalogue, type LanguageCode } from './catalogues.ts';

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

const rightToLeft: ReadonlySet<string> = new Set<LanguageCode>(['ar']);

export class Language {
  readonly #wanted: readonly string[];
  /** The two change together: nobody sees sentences of one language in the direction of another. */
  #spoken = $state.raw<{ readonly locale: string; readonly catalogue: Catalogue }>({
    locale: 'en',
    catalogue: english,
  });
  #formats = new Map<string, IntlMessageFormat>();
  #turn = 0;

  /** Speaks English until `use` has loaded another one. @param wanted the person's languages, best first, as in `navigator.languages`. */
  constructor(wanted: readonly string[]) {
    this.#wanted = wanted;
    const locale = chooseLocale(wanted);
    if (primary(locale) === 'en') this.#spoken = { locale, catalogue: english };
  }

  /** A full tag such as `en-GB`, for Intl: dates follow the person's region even where the sentences are `en`. */
  get locale(): string {
    return this.#spoken.locale;
  }

  get direction(): 'ltr' | 'rtl' {
    return rightToLeft.has(primary(this.#spoken.locale)) ? 'rtl' : 'ltr';
  }

  /** Speaks this language from now on; without one, the first of the person's that there is. */
  async use(code?: LanguageCode): Promise<void> {
    const turn = (this.#turn += 1);
    const locale = chooseLocale(code === undefined ? this.#wanted : inRegion(code, this.#wanted));
    const catalogue = await catalogues[primary(locale) as LanguageCode]();
    if (turn === this.#turn) this.#spoken = { locale, catalogue }; // else another one was chosen meanwhile
  }

  readonly t: Translate = (key, ...args) => {
    const { locale, catalogue } = this.#spoken;
    const id = `${locale} ${key}`;
    let format = this.#formats.get(id);
    if (format === undefined) {
      format = new IntlMessageFormat(catalogue[key] ?? english[key] ?? key, locale);
      this.#formats.set(id, format);
    }
    return String(format.format(args[0]));
  };
}

function primary(locale: string): string {
  return locale.split('-', 1)[0]?.toLowerCase() ?? locale;
}

/** The language as the person's computer has it, with its region, if it has. */
function inRegion(code: LanguageCode, wanted: readonly string[]): readonly string[] {
  return [...wanted.filter((locale) => primary(locale) === code), code];
}

/** The first wanted language that has a catalogue; English otherwise. */
function chooseLocale(wanted: readonly string[]): string {
  for (const locale of wanted) {
    if (languageCodes.some((code) => code === primary(locale)) && isLocale(locale)) return locale;
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
