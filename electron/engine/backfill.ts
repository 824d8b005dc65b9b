/**
 * Filling what is missing from its newer end backwards: for one chat, because a person scrolled up there, and for the
 * whole archive from before this device existed, when there is nothing better to do.
 */
import type { BareJid } from '../../shared/jid.ts';
import * as gaps from '../store/gaps.ts';
import { applyPage, type PageRun } from './archive-page.ts';
import type { Page } from './archive-query.ts';
import { earliestStamp, isForgotten, PAGE, type Ending, type Reading } from './catch-up.ts';

/** The least pause between two pages that nobody waits for, in milliseconds. */
const LEAST_PAUSE = 20;
/** So many pages for one chat may bring nothing new before the person is told that nothing came. */
const MOST_EMPTY = 5;

/**
 * Fetches what was said before this device existed, page by page, and leaves the server and the processor at least as
 * much time as it takes.
 * @param isWanted false as soon as somebody waits for something else; true again after that
 * @throws StanzaError, WireClosed
 */
export async function fillPast(
  reading: Reading,
  id: number,
  untilFree: () => Promise<unknown>,
): Promise<Ending> {
  const { account, queries, wire } = reading;
  const { database } = account.profile;
  const passed = new Set<string>();
  for (;;) {
    await untilFree();
    const gap = gaps.getGap(database, id);
    if (gap === undefined) return 'complete';
    const since = performance.now();
    const page = await orNothing(queries.ask(wire, { page: { max: PAGE, before: gap.before.id ?? '' } }));
    const first = page?.results[0];
    const isDone = page === undefined || page.isComplete;
    const isStuck = !isDone && (first === undefined || passed.has(first.id));
    if (isStuck) account.log('history-stuck', { direction: 'backwards', pages: passed.size });
    if (isStuck) return 'stuck';
    const results = page?.results ?? [];
    const isStable = page?.isStable !== false;
    await reading.inTurn(() =>
      applyPage(account, runBackwards(reading, gap), results, wire.handledUpTo, ({ earliest }, changes) => {
        if (!isStable) return;
        if (isDone) {
          gaps.closeGap(database, id);
          changes.push({ put: 'no-gap', gap: id });
        } else if (first !== undefined) {
          const at = Math.min(earliest, earliestStamp(reading, results));
          gaps.lowerGap(database, id, { id: first.id, at });
        }
      }),
    );
    if (isDone || !isStable) return isStable ? 'complete' : 'unstable';
    if (first !== undefined) passed.add(first.id);
    const pause = Math.max(LEAST_PAUSE, performance.now() - since);
    await new Promise((resolve) => setTimeout(resolve, pause).unref());
  }
}

/**
 * Fetches what a gap holds of one chat, from its newer end, until something new came.
 * @throws StanzaError, WireClosed; Error when the archive's answers make no sense
 */
export async function fillChat(reading: Reading, id: number, address: BareJid): Promise<void> {
  const { account, archive, queries, wire } = reading;
  const { database } = account.profile;
  const passed = new Set<string>();
  for (let empty = 0; empty < MOST_EMPTY; empty += 1) {
    const gap = gaps
      .listChatGaps(database, account.id, archive, address)
      .find((each) => each.id === id && !each.isClosed && !each.isLost);
    if (gap === undefined) return;
    const { before, afterAt } = gap;
    // The older end is given as a time: what is there already is known when it comes again.
    const page = await orNothing(
      queries.ask(wire, {
        page: { max: PAGE, before: before.id ?? '' },
        ...(!reading.isRoom && { with: address }),
        ...(afterAt !== undefined && { start: afterAt }),
      }),
    );
    const first = page?.results[0];
    if (page?.isComplete === false && (first === undefined || passed.has(first.id))) {
      throw new Error('the archive neither goes on nor ends');
    }
    if (first !== undefined) passed.add(first.id);
    const results = page?.results ?? [];
    const run = { ...runBackwards(reading, gap), only: address };
    const { added } = await reading.inTurn(() =>
      applyPage(account, run, results, wire.handledUpTo, ({ earliest }) => {
        if (page?.isStable === false || gaps.getGap(database, id) === undefined) return;
        const isClosed = page === undefined || page.isComplete;
        const at = Math.min(before.at, earliest, earliestStamp(reading, results));
        const edge = first === undefined ? before : { id: first.id, at };
        gaps.lowerChatGap(database, id, address, { before: edge, isClosed });
      }),
    );
    if (added > 0) return;
  }
}

/** The message that we know next may be gone from the archive, and all before it with it (#archives_deletion). */
async function orNothing(asked: Promise<Page>): Promise<Page | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (isForgotten(error)) return undefined;
    throw error;
  }
}

function runBackwards(reading: Reading, gap: gaps.GapRecord): PageRun {
  const { database } = reading.account.profile;
  return {
    archive: reading.archive,
    road: gap.isPast ? 'past' : 'archive',
    gap: gap.id,
    keys: gap.isPast ? 'use' : 'peek',
    boundOf: (peer) => gaps.boundOf(database, gap, peer),
    last: new Map(),
    lastOfSide: new Map(),
    newer: new Map(),
    news: reading.news,
    isAnnounced: false,
  };
}
