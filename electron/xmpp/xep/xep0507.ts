/**
 * XEP-0507 Jingle Content Category, version 0.1.0. https://xmpp.org/extensions/xep-0507.html
 * What a medium shows, e.g. a person or a screen (RFC 4796).
 */
import type { Category } from '../jingle.ts';
import { distinct } from '../jingle-grammar.ts';
import { childElements, xml, type Element } from '../xml.ts';

export const NS = 'urn:xmpp:jingle:apps:category:0';
/** There is nothing to advertise (the document names no feature). */
export const features: readonly string[] = [];

const CATEGORIES: readonly Category[] = ['slides', 'speaker', 'sl', 'main', 'alt'];

/** Reads those among the children of a `<description/>`. */
export function readCategories(description: Element): readonly Category[] {
  return categoriesOf(childElements(description, 'category', NS).map(({ attrs }) => attrs['name']));
}

/** The categories among some words, each once. */
export function categoriesOf(words: readonly (string | undefined)[]): readonly Category[] {
  const known = words.flatMap((word) => CATEGORIES.find((each) => each === word) ?? []);
  return distinct(known, (each) => each);
}

export function writeCategories(categories: readonly Category[]): Element[] {
  return categories.map((name) => xml('category', NS, { name }));
}
