/**
 * The fields of a card that a person can see and edit here, over either of its forms in XML. Everything else on a card,
 * and every parameter of what is shown, is somebody's and stays as it is.
 */
import type { Card } from '../../shared/rows/card.ts';
import type { Element } from './xml.ts';

export interface CardField {
  readonly key: keyof Card;
  /** Elements that hold it. */
  holds(element: Element): boolean;
  /** The value, `undefined` when there is none that can be shown. */
  valueOf(element: Element): string | undefined;
  /** The element with this value, everything else of it as it was; or a new one. */
  write(value: string, before: Element | undefined): Element;
}

const LISTS = ['emails', 'phones', 'pages'] as const;
/** So many of each are shown. */
const MOST = 16;
const LONGEST = { note: 4_096, other: 512 } as const;

/** What is on a card, cut to nothing where it is longer than anybody reads. */
export function readFields(fields: readonly CardField[], card: Element): Card {
  const found = new Map<keyof Card, string[]>();
  for (const field of fields)
    found.set(
      field.key,
      shownOf(field, card).map(({ value }) => value),
    );
  const single = [...found].filter(([key, values]) => !isList(key) && values.length > 0);
  return {
    ...Object.fromEntries(single.map(([key, [value]]) => [key, value])),
    emails: found.get('emails') ?? [],
    phones: found.get('phones') ?? [],
    pages: found.get('pages') ?? [],
  };
}

/** A card with these values in its fields; of the rest nothing is lost. */
export function mergeFields(fields: readonly CardField[], before: Element, card: Card): Element {
  let { children } = before;
  for (const field of fields) {
    const wanted = valuesOf(card, field.key);
    const shown = shownOf(field, { ...before, children });
    const missing = wanted.filter((value) => !shown.some((each) => each.value === value));
    const dropped = new Set(
      shown.filter(({ value }) => !wanted.includes(value)).map(({ element }) => element),
    );
    // A value that was changed keeps its place, and what else is said of it.
    children = children.flatMap((child) => {
      if (typeof child === 'string' || !dropped.has(child)) return [child];
      const next = missing.shift();
      return next === undefined ? [] : [field.write(next, child)];
    });
    children = [...children, ...missing.map((value) => field.write(value, undefined))];
  }
  return { ...before, children };
}

function valuesOf(card: Card, key: keyof Card): readonly string[] {
  const value = card[key];
  return typeof value === 'string' ? (value === '' ? [] : [value]) : (value ?? []);
}

function shownOf(field: CardField, card: Element): { element: Element; value: string }[] {
  const shown: { element: Element; value: string }[] = [];
  for (const element of card.children) {
    if (typeof element === 'string' || !field.holds(element)) continue;
    const value = field.valueOf(element)?.trim();
    const longest = field.key === 'note' ? LONGEST.note : LONGEST.other;
    if (value === undefined || value === '' || value.length > longest) continue;
    shown.push({ element, value });
    if (shown.length >= (isList(field.key) ? MOST : 1)) break;
  }
  return shown;
}

const isList = (key: keyof Card): boolean => LISTS.some((each) => each === key);
