/** Finds messages for the window, and takes older ones into the index when there is time. Knows no SQL. */
import type { Input, Output } from '../../shared/contract.ts';
import { snippetOf } from '../../shared/highlight.ts';
import { readQuery } from '../../shared/query.ts';
import { isOpen, truncateLog, type Database } from '../store/database.ts';
import { cleanIndex, indexSome } from '../store/search-backlog.ts';
import { searchMessages } from '../store/search.ts';
import type { Host } from './host.ts';

/** Messages taken into the index at once, pages of it rewritten at once; some milliseconds of work each. */
const BATCH = 200;
const PAGES = 64;
/** Milliseconds after each step, and until the next look when there is nothing to do. */
const PAUSE = 30;
const REST = 60_000;

/** One bounded piece of a search. */
export function findMessages(
  database: Database,
  { text, before, limit, ...filters }: Input<'search.messages'>,
): Output<'search.messages'> {
  const { phrases } = readQuery(text);
  const { found, next } = searchMessages(database, { phrases, ...filters }, { limit, before });
  return {
    hits: found.map(({ id, text: whole, ...message }) => {
      const { snippet, ranges } = snippetOf(whole, phrases);
      return {
        ...message,
        message: id,
        at: Math.floor(id / 1_000),
        snippet,
        ranges: ranges.map(([start, end]): [number, number] => [start, end]),
      };
    }),
    ...(next !== undefined && { next }),
  };
}

/**
 * Indexes what was there before the index, and clears away what was deleted, step by step. What a crash cuts off goes
 * on at the next start.
 * @returns the function that stops it
 */
export function catchUpIndex(database: Database, log: Host['log']): () => void {
  let timer: NodeJS.Timeout | undefined;
  let wasBusy = false;
  const step = (): void => {
    try {
      const isBusy = indexSome(database, BATCH) || cleanIndex(database, PAGES);
      // The log still holds the words that were cleared away.
      if (wasBusy && !isBusy && !isOpen(database)) truncateLog(database);
      wasBusy = isBusy;
      timer = setTimeout(step, isBusy ? PAUSE : REST);
      timer.unref();
    } catch (error) {
      log('search', 'index-stopped', { error: String(error) }); // a full disk, most likely; the next start goes on
    }
  };
  timer = setTimeout(step, PAUSE);
  return () => clearTimeout(timer);
}
