/**
 * The catalogues the window carries, by primary language subtag. English is the measure: a test holds every other
 * catalogue to its keys and arguments.
 */
import en from './en.json' with { type: 'json' };

export type Catalogue = Readonly<Record<string, string>>;

export const catalogues: Readonly<Record<string, Catalogue>> = { en };
