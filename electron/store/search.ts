/**
 * Finds messages by their words, newest first, a bounded piece of work at a time. Writes nothing: `search-index.ts`
 * keeps the index.
 *
 * Two ways lead to candidates: reading messages from the newest on, and the index. Reading finds beginnings of common
 * words at once, where the index would first collect every message that has such a word; and it tells which ones are
 * common. The rest is asked of the index, which is fast for rare beginnings and for whole words. Every candidate's own text decides, by the same
 * rules that made the index, so both ways agree.
 */
import type { Phrase } from '../../shared/query.ts';
import { foldStart, split } from '../../shared/words.ts';
import { prepare, type Database } from './database.ts';
import { listHidden } from './deletions.ts';
import type { TextColumns } from './message-columns.ts';
import { indexedFrom } from './search-backlog.ts';
import { marks, traitsOf } from './search-index.ts';

export interface Search {
  /** All of them have to be there. None: everything that passes the filters is found. */
  readonly phrases: readonly Phrase[];
  readonly account?: number | undefined;
  readonly chat?: number | undefined;
  /** Bare address of the author. */
  readonly sender?: string | undefined;
  readonly isOutgoing?: boolean | undefined;
  /** Milliseconds since 1970, inclusive. */
  readonly from?: number | undefined;
  /** Milliseconds since 1970, exclusive. */
  readonly until?: number | undefined;
  /** Such as `link`, `file`, `image`. */
  readonly has?: readonly string[] | undefined;
}

export interface FoundMessage {
  readonly id: number;
  readonly account: number;
  readonly chat: number;
  readonly isOutgoing: boolean;
  readonly sender: string;
  readonly text: string;
}

export interface Slice {
  /** The newest first. */
  readonly found: readonly FoundMessage[];
  /** Where to go on: below this id. Absent when everything was searched. */
  readonly next?: number;
}

interface Row extends TextColumns {
  readonly traits: string;
}

/** Messages read one after the other before the index is asked: a sample that tells how common each word is. */
const SAMPLE = 256;
/** Candidates looked at in one call: some milliseconds of work, between which everything else has its turn. */
const EFFORT = 4_000;
/**
 * Hits in the sample from which on reading finds a page sooner than the index collects all words with this beginning:
 * the one costs a few microseconds for a message, the other about one for each that has such a word.
 */
const COMMON = 5;

/**
 * The next messages that answer a search.
 * @param page.before only messages below this id; the `next` of the slice before
 * @param page.limit messages, at most
 * @param page.effort candidates to look at, at most: a slice may be short, or empty, and there may still be more
 */
export function searchMessages(
  database: Database,
  search: Search,
  page: { readonly before?: number | undefined; readonly limit: number; readonly effort?: number },
): Slice {
  const { limit, effort = EFFORT } = page;
  const low = Math.floor((search.from ?? 0) * 1_000);
  const high = Math.min(
    page.before ?? Number.MAX_SAFE_INTEGER,
    Math.floor((search.until ?? Infinity) * 1_000),
  );
  const { passes, hits } = matcher(search, listHidden(database));
  const found: FoundMessage[] = [];
  let below = high;
  let left = effort;

  /** Looks at candidates. Returns whether they came to their end. */
  const look = (rows: IterableIterator<Row>, most: number): boolean => {
    let count = 0;
    for (const row of rows) {
      below = row.id;
      count += 1;
      if (passes(row)) found.push(toFound(row));
      if (found.length >= limit || count >= most) {
        left -= count;
        return false;
      }
    }
    left -= count;
    return true;
  };
  const read = (most: number, from = low): boolean =>
    look(readRows(database, search.chat, from, below), most);
  const isTired = (): boolean => found.length >= limit || left <= 0;

  // Only beginnings of words can be too common for the index: whole words it yields as it finds them.
  let isDone = search.phrases.some(({ isPrefix }) => isPrefix) && read(Math.min(SAMPLE, left));
  if (!isDone && !isTired()) {
    const expression = expressionOf(search, hits);
    if (expression === undefined) {
      isDone = read(left);
    } else {
      const from = Math.max(low, indexedFrom(database));
      isDone = below <= from || look(askIndex(database, expression, from, below), left);
      if (isDone && from > low) {
        below = Math.min(below, from);
        isDone = !isTired() && read(left);
      }
    }
  }
  return isDone ? { found } : { found, next: below };
}

/** Decides about one message, and counts how often each phrase was there. */
function matcher(
  search: Search,
  hidden: ReadonlyMap<number, number>,
): {
  readonly passes: (row: Row) => boolean;
  readonly hits: readonly number[];
} {
  const { account, chat, sender, isOutgoing, has = [] } = search;
  const phrases = search.phrases.map(({ words, isPrefix }) => ({
    first: words[0] ?? '',
    needle: ` ${words.join(' ')}${isPrefix ? '' : ' '}`,
  }));
  const hits = phrases.map(() => 0);
  const passes = (row: Row): boolean => {
    let isMatch = row.id > (hidden.get(row.chat) ?? 0); // else it is being deleted
    if (phrases.length > 0) {
      const folded = foldStart(row.text);
      let words: string | undefined;
      for (const [index, { first, needle }] of phrases.entries()) {
        // Most messages fail here already, before they are taken apart.
        const isThere = folded.includes(first) && (words ??= ` ${split(folded).join(' ')} `).includes(needle);
        if (isThere) hits[index] = (hits[index] ?? 0) + 1;
        else isMatch = false;
      }
    }
    return (
      isMatch &&
      (account === undefined || row.account === account) &&
      (chat === undefined || row.chat === chat) &&
      (sender === undefined || row.sender === sender) &&
      (isOutgoing === undefined || (row.is_outgoing !== 0) === isOutgoing) &&
      (has.length === 0 || has.every((trait) => traitsOf(row.text, row.traits).includes(trait)))
    );
  };
  return { passes, hits };
}

/**
 * What to ask the index; nothing where reading on is faster: when only a chat narrows the search, or all that is
 * asked for are beginnings of common words. Where something rarer is asked for as well, they are left out: the text
 * decides about them.
 */
function expressionOf(search: Search, hits: readonly number[]): string | undefined {
  const { chat, sender, has = [] } = search;
  const rare = search.phrases.filter(({ isPrefix }, index) => !isPrefix || (hits[index] ?? 0) < COMMON);
  const terms = [
    ...(sender === undefined ? [] : [`"${marks.sender(sender)}"`]),
    ...has.map((trait) => `"${marks.trait(trait)}"`),
    // Words are letters, digits, marks and emoji: no quote can be among them.
    ...rare.map(({ words, isPrefix }) => `"${words.join(' ')}"${isPrefix ? ' *' : ''}`),
  ];
  if (terms.length === 0) return undefined;
  return [...(chat === undefined ? [] : [`"${marks.chat(chat)}"`]), ...terms].join(' AND ');
}

const COLUMNS = 'm.id, m.account, m.chat, m.is_outgoing, m.sender, m.text, m.traits';

/** The messages of a chat, or all, from the newest on: `low` inclusive, `below` exclusive. */
function readRows(
  database: Database,
  chat: number | undefined,
  low: number,
  below: number,
): IterableIterator<Row> {
  if (chat === undefined) {
    const sql = `SELECT ${COLUMNS} FROM messages m WHERE m.id >= ? AND m.id < ? ORDER BY m.id DESC`;
    return prepare<[number, number], Row>(database, sql).iterate(low, below);
  }
  const sql = `SELECT ${COLUMNS} FROM messages m WHERE m.chat = ? AND m.id >= ? AND m.id < ? ORDER BY m.id DESC`;
  return prepare<[number, number, number], Row>(database, sql).iterate(chat, low, below);
}

/** The messages that the index knows for an expression, from the newest on. It yields them as it finds them. */
function askIndex(database: Database, expression: string, low: number, below: number): IterableIterator<Row> {
  return prepare<[string, number, number], Row>(
    database,
    `SELECT ${COLUMNS} FROM search CROSS JOIN messages m ON m.id = search.rowid
     WHERE search MATCH ? AND search.rowid >= ? AND search.rowid < ? ORDER BY search.rowid DESC`,
  ).iterate(expression, low, below);
}

function toFound({ is_outgoing, traits: _traits, ...row }: Row): FoundMessage {
  return { ...row, isOutgoing: is_outgoing !== 0 };
}
