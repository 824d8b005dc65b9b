/**
 * Catching up with an archive (XEP-0313): first its newest page, so that what is on screen is up to date; then what lies
 * between that and what we had, oldest first, as the ratchets need it. What is missing meanwhile is in the gap ledger
 * before anything is shown, so that a crash at any point loses no knowledge of it.
 */
import { setImmediate } from 'node:timers/promises';
import type { BareJid } from '../../shared/jid.ts';
import * as archives from '../store/archive.ts';
import * as gaps from '../store/gaps.ts';
import * as messages from '../store/messages.ts';
import { StanzaError, type Wire } from '../xmpp/wire.ts';
import type { ArchiveResult } from '../xmpp/xep/xep0313.ts';
import type { Account } from './account.ts';
import { applyPage, type PageRun } from './archive-page.ts';
import { archivedAs } from './archived-as.ts';
import { stampOf, type ArchiveQueries, type Page, type Question } from './archive-query.ts';
import type { HistoryNews } from './history-news.ts';

/** How many messages a page is to have; servers cut it to their own limit. */
export const PAGE = 100;
/** A million messages: beyond that somebody is making them up (H13). */
const MOST_PAGES = 20_000;
/** How far before the last message of a forgotten place the search begins again, in milliseconds. */
const MARGIN = 60_000;

/** One archive while a stream lasts. */
export interface Reading {
  readonly account: Account;
  /** Whose archive. */
  readonly archive: BareJid;
  /** It is a room's. */
  readonly isRoom: boolean;
  readonly queries: ArchiveQueries;
  readonly news: HistoryNews;
  /** It knows `before-id` and `after-id`. */
  readonly isExtended: boolean;
  /** When the stream began (milliseconds): what a chat holds from then on came live. */
  readonly since: number;
  readonly wire: Wire;
  /** Runs work between two stanzas. @throws WireClosed when the stream is another one by then */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * - `complete`: nothing is missing there any more
 * - `unstable`: the archive may change its mind (#query-paging-request): what came is here, and is asked for again
 * - `stuck`: it neither goes on nor ends (H13)
 */
export type Ending = 'complete' | 'unstable' | 'stuck';

/** True when the archive does not know the message that a question begins or ends at. */
export function isForgotten(error: unknown): boolean {
  return error instanceof StanzaError && error.condition === 'item-not-found';
}

/** The earliest stamp of some results (milliseconds); now, when none has one. */
export function earliestStamp({ account }: Reading, results: readonly ArchiveResult[]): number {
  const now = account.clock.now();
  return Math.min(now, ...results.map((result) => stampOf(result, now) ?? now));
}

function lastStamp({ account }: Reading, results: readonly ArchiveResult[]): number | undefined {
  const now = account.clock.now();
  const stamped = results.findLast(({ forwarded }) => forwarded?.delay !== undefined);
  return stamped && stampOf(stamped, now);
}

// ————— The end ———————————————————————————————————————————————————————————————————————————————————————————————

/** Where our knowledge ends, as far as the archive still knows that place. */
interface Known {
  readonly afterId?: string;
  readonly afterAt?: number;
}

/**
 * Fetches the newest page, moves the cursor to its end, and notes in the ledger what is missing before it.
 * @param onStored runs in the turn that stored it: the next stanza finds the cursor at the end of the archive
 * @throws StanzaError, WireClosed
 */
export async function lookAtEnd(reading: Reading, onStored: (ending: Ending) => void): Promise<void> {
  const { account, archive, queries, wire } = reading;
  const { cursor, fetchedUpTo } = archives.getArchive(account.profile.database, account.id, archive);
  const newest = (filter: Omit<Question, 'page'> = {}): Promise<Page> =>
    queries.ask(wire, { page: { max: PAGE, before: '' }, ...filter });
  const keep = (page: Page, known: Known, isNew = false): Promise<void> =>
    keepEnd(reading, page, { ...known, isNew }, onStored);

  // Of an archive that was empty everything is news.
  if (cursor === undefined || cursor === '') {
    await keep(await newest(), {}, cursor === undefined);
    return;
  }
  const afterAt = fetchedUpTo !== undefined && { afterAt: fetchedUpTo };
  try {
    if (reading.isExtended) {
      await keep(await newest({ afterId: cursor }), { afterId: cursor, ...afterAt });
      return;
    }
    const front = await queries.ask(wire, { page: { max: PAGE, after: cursor } });
    const last = front.results.at(-1);
    if (front.isComplete || !front.isStable || last === undefined) {
      await keep(front, { afterId: cursor });
      return;
    }
    // It comes in two parts then: what followed our cursor, and the end.
    await keepFront(reading, front);
    const end = await newest();
    const met = end.results.findIndex(({ id }) => id === last.id);
    const page = { ...end, results: end.results.slice(met + 1), isComplete: end.isComplete || met >= 0 };
    const at = lastStamp(reading, front.results);
    await keep(page, { afterId: last.id, ...(at !== undefined && { afterAt: at }) });
  } catch (error) {
    if (!isForgotten(error)) throw error;
    // The archive has dropped the message at our cursor, and with it (#archives_deletion) all before it.
    account.log('cursor-forgotten');
    const start = fetchedUpTo !== undefined && { start: fetchedUpTo - MARGIN };
    await keep(await newest({ ...start }), { ...afterAt });
  }
}

/** Stores what directly follows what we have. */
async function keepFront(reading: Reading, { results }: Page): Promise<void> {
  const { account, archive, wire } = reading;
  await reading.inTurn(() =>
    applyPage(account, endRun(reading, 'use'), results, wire.handledUpTo, () => {
      const cursor = results.at(-1)?.id;
      const at = lastStamp(reading, results);
      if (cursor === undefined) return;
      archives.setCursor(account.profile.database, account.id, archive, cursor, at);
    }),
  );
}

function endRun(reading: Reading, keys: PageRun['keys'], isNew = false): PageRun {
  return {
    archive: reading.archive,
    road: isNew ? 'past' : 'archive',
    keys,
    boundOf: () => reading.since,
    last: new Map(),
    lastOfSide: new Map(),
    newer: new Map(),
    news: reading.news,
    isAnnounced: keys === 'use',
  };
}

async function keepEnd(
  reading: Reading,
  page: Page,
  known: Known & { readonly isNew: boolean },
  onStored: (ending: Ending) => void,
): Promise<void> {
  const { account, archive, wire } = reading;
  const { database } = account.profile;
  const { results } = page;
  const last = results.at(-1);
  const isStuck = !page.isComplete && last === undefined;
  if (isStuck) account.log('history-stuck', { direction: 'backwards' });
  const ending = isStuck ? 'stuck' : page.isStable ? 'complete' : 'unstable';
  // Of what was said before this device existed nothing was encrypted for it.
  const run = endRun(reading, page.isComplete || known.isNew ? 'use' : 'peek', known.isNew);
  await reading.inTurn(async () => {
    await applyPage(account, run, results, wire.handledUpTo, ({ deferred, earliest }, changes) => {
      if (ending !== 'complete') return;
      const gap = { account: account.id, archive, isPast: known.isNew };
      if (last !== undefined || known.isNew) {
        const at = lastStamp(reading, results);
        archives.setCursor(database, account.id, archive, last?.id ?? '', at);
      }
      const kept = results.slice(deferred + 1);
      if (!page.isComplete) {
        // Of those of one second some may stand before it, because later ones were here already.
        const at = Math.min(earliestStamp(reading, kept), earliest);
        const before = { ...(kept[0] && { id: kept[0].id }), at };
        const after = {
          ...(known.afterId !== undefined && { afterId: known.afterId }),
          ...(known.afterAt !== undefined && { afterAt: known.afterAt }),
        };
        gaps.addGap(database, { ...gap, isLost: false, ...after, before });
        for (const chat of run.last.keys()) changes.push({ put: 'history', chat });
      } else if (known.afterId === undefined && known.afterAt !== undefined) {
        noteLoss(reading, known.afterAt, results);
      }
    });
    onStored(ending);
  });
  reading.news.announce();
}

/**
 * The archive no longer knows where we were. If what it still has begins later than that, something may be lost for
 * good: that is said, and nobody asks again.
 * @param afterAt the time of the last thing we have of it (milliseconds)
 */
function noteLoss(reading: Reading, afterAt: number, results: readonly ArchiveResult[]): void {
  const { account, archive } = reading;
  const at = earliestStamp(reading, results);
  if (results.length === 0 || at <= afterAt) return;
  const gap = { account: account.id, archive, isPast: false, isLost: true, afterAt, before: { at } };
  gaps.addGap(account.profile.database, gap);
}

// ————— Behind it —————————————————————————————————————————————————————————————————————————————————————————————

/**
 * Closes a gap from its older end. While a page is stored, the next one is on its way.
 * @param onPage told of each page that is stored
 * @throws StanzaError, WireClosed; what was committed until then stays
 */
export async function fillForward(
  reading: Reading,
  gap: gaps.GapRecord,
  onPage: () => void,
): Promise<Ending> {
  const { account, archive, queries, wire } = reading;
  const { database } = account.profile;
  const { before, afterAt } = gap;
  const beforeId = reading.isExtended && before.id !== undefined && { beforeId: before.id };
  const ask = (after: string | undefined): Promise<Page> => {
    const start = after === undefined && afterAt !== undefined && { start: afterAt - MARGIN };
    const page = { max: PAGE, ...(after !== undefined && { after }) };
    const asked = queries.ask(wire, { page, ...start, ...beforeId });
    asked.catch(() => undefined); // who waits for it is told; nobody may wait any more
    return asked;
  };
  const older =
    gap.afterId === undefined
      ? undefined
      : messages.findByArchiveId(database, account.id, archivedAs(account, archive, gap.afterId));
  const run: PageRun = {
    archive,
    road: 'archive',
    gap: gap.id,
    keys: 'use',
    boundOf: (peer) => gaps.boundOf(database, gap, peer),
    ...(older !== undefined && { fence: older.id }),
    last: new Map(),
    lastOfSide: new Map(),
    newer: new Map(),
    news: reading.news,
    isAnnounced: false,
  };
  const passed = new Set([gap.afterId]);
  let isStable = true;
  let isForgottenFront = gap.afterId === undefined && afterAt !== undefined;
  let upcoming = ask(gap.afterId);
  for (let count = 1; ; count += 1) {
    let page: Page;
    try {
      page = await upcoming;
    } catch (error) {
      if (count > 1 || !isForgotten(error)) throw error;
      account.log('gap-forgotten', { gap: gap.id });
      if (gap.afterId === undefined) return lose(reading, gap);
      gaps.forgetAfter(database, gap.id);
      const { afterId: _, ...rest } = gap;
      return fillForward(reading, rest, onPage);
    }
    const end = before.id === undefined ? -1 : page.results.findIndex(({ id }) => id === before.id);
    const results = end < 0 ? page.results : page.results.slice(0, end);
    const isDone = page.isComplete || end >= 0;
    const last = results.at(-1);
    const isStuck = !isDone && (last === undefined || passed.has(last.id) || count >= MOST_PAGES);
    // An archive that may change its mind is asked again next time: the ledger stays as it is.
    isStable &&= page.isStable;
    if (!isDone && !isStuck) {
      upcoming = ask(last?.id);
      // The question leaves before the page is stored, which would keep it waiting otherwise.
      await setImmediate();
    }
    const mayLose = isForgottenFront;
    isForgottenFront = false;
    await reading.inTurn(() =>
      applyPage(account, run, results, wire.handledUpTo, (_outcome, changes) => {
        if (!isStable || isStuck || gaps.getGap(database, gap.id) === undefined) return;
        if (mayLose && afterAt !== undefined) noteLoss(reading, afterAt, results);
        if (isDone) {
          gaps.closeGap(database, gap.id);
          changes.push({ put: 'no-gap', gap: gap.id });
        } else if (last !== undefined) {
          gaps.raiseGap(database, gap.id, { id: last.id, at: lastStamp(reading, results) ?? 0 });
        }
      }),
    );
    onPage();
    if (isStuck) account.log('history-stuck', { direction: 'forwards', pages: count });
    if (isDone || isStuck) return isStuck ? 'stuck' : isStable ? 'complete' : 'unstable';
    passed.add(last?.id);
  }
}

/** The archive knows neither end of it any more: what was in it is gone. */
function lose({ account, news }: Reading, gap: gaps.GapRecord): Ending {
  account.profile.commit((changes) => {
    gaps.loseGap(account.profile.database, gap.id);
    changes.push({ put: 'no-gap', gap: gap.id });
  });
  news.announce();
  return 'complete';
}
