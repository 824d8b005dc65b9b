/**
 * The languages that the window speaks, by primary subtag. English is always here and the measure: a test holds every other
 * catalogue to its keys and arguments. The others are loaded when somebody wants them.
 */
import en from './en.json' with { type: 'json' };

export type Catalogue = Readonly<Record<string, string>>;

/** What each is called by those who speak it. */
export const languageNames = {
  en: 'English',
  de: 'Deutsch',
  es: 'Español',
  fr: 'Français',
  ar: 'العربية',
  zh: '简体中文',
} as const;

export type LanguageCode = keyof typeof languageNames;

export const languageCodes = Object.keys(languageNames) as readonly LanguageCode[];

export const english: Catalogue = en;

export const catalogues: Readonly<Record<LanguageCode, () => Promise<Catalogue>>> = {
  en: () => Promise.resolve(en),
  de: async () => (await import('./de.json', { with: { type: 'json' } })).default,
  es: async () => (await import('./es.json', { with: { type: 'json' } })).default,
  fr: async () => (await import('./fr.json', { with: { type: 'json' } })).default,
  ar: async () => (await import('./ar.json', { with: { type: 'json' } })).default,
  zh: async () => (await import('./zh.json', { with: { type: 'json' } })).default,
};
