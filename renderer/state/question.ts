/**
 * From what is typed and chosen to a question for the engine: `from:anna`, `in:`, `before:`, `after:` and `has:` are
 * read here, because names are the window's. What nobody can make sense of narrows nothing. Pure.
 */
import { searchTraits, type SearchTrait } from '../../shared/calls/search.ts';
import { readQuery } from '../../shared/query.ts';
import { matchScore } from '../lib/search.ts';
import { dayStart, nextDay, readDate } from '../lib/dates.ts';
import type { App } from './app.svelte.ts';
import type { Question } from './search.svelte.ts';

/** What the filter controls say. */
export interface Chosen {
  /** Bare address, or `me`. */
  readonly person?: string;
  readonly chat?: number;
  /** Days as a date field gives them, `2026-05-01`, both inclusive. */
  readonly from?: string;
  readonly to?: string;
  readonly has?: readonly SearchTrait[];
}

/** The question; nothing when neither a word nor a filter is given. */
export function questionOf(app: App, text: string, chosen: Chosen = {}): Question | undefined {
  const { phrases, filters } = readQuery(text);
  const question: { -readonly [K in keyof Question]: Question[K] } = { text };
  const has = new Set(chosen.has);
  const by = (person: string): void => {
    if (person === 'me') question.isOutgoing = true;
    else {
      question.sender = person;
      question.isOutgoing = false;
    }
  };
  const since = (range: readonly [number, number] | undefined): void => {
    if (range !== undefined) question.from = Math.max(question.from ?? 0, range[0]);
  };
  const up = (at: number | undefined): void => {
    if (at !== undefined) question.until = Math.min(question.until ?? Infinity, at);
  };
  for (const { name, value } of filters) {
    if (name === 'has')
      searchTraits.filter((trait) => trait === value.toLowerCase()).forEach((trait) => has.add(trait));
    else if (name === 'after') since(readDate(value));
    else if (name === 'before') up(readDate(value)?.[0]);
    else if (name === 'from') {
      const person = value.toLowerCase() === 'me' ? 'me' : personCalled(app, value);
      if (person !== undefined) by(person);
    } else {
      const chat = chatCalled(app, value);
      if (chat !== undefined) question.chat = chat;
    }
  }
  if (chosen.person !== undefined) by(chosen.person);
  if (chosen.chat !== undefined) question.chat = chosen.chat;
  if (chosen.from) since([dayStart(chosen.from), 0]);
  if (chosen.to) up(nextDay(chosen.to));
  if (has.size > 0) question.has = [...has];
  if (app.navigation.accountFilter !== undefined) question.account = app.navigation.accountFilter;
  const isNarrowed = filters.length > 0 || Object.values(chosen).some((value) => value !== undefined);
  return phrases.length > 0 || isNarrowed ? question : undefined;
}

/** The address of the person who is best described so. */
function personCalled(app: App, name: string): string | undefined {
  const people = [...app.contacts.all, ...app.chats.all];
  return best(people, (each) => matchScore(name, app.nameOf(each.account, each.address), each.address))
    ?.address;
}

function chatCalled(app: App, name: string): number | undefined {
  return best(app.chats.all, (each) => matchScore(name, app.nameOf(each.account, each.address), each.address))
    ?.id;
}

function best<T>(list: readonly T[], score: (each: T) => number): T | undefined {
  let [found, most] = [undefined as T | undefined, 0];
  for (const each of list) {
    const value = score(each);
    if (value > most) [found, most] = [each, value];
  }
  return found;
}
