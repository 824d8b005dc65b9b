/**
 * In step with our own archive (XEP-0313): after every start that did not resume, fetches what was said meanwhile, page
 * by page. Owns the query that is running and the rule by which the cursor moves; `archive-page.ts` applies the pages.
 *
 * The rule: the cursor never passes anything that is not committed. A page moves it in its own transaction. A live
 * message moves it only when this stream's catch-up is complete and our other devices' messages come as carbons: before
 * that, a crash behind it would lose what lies in between. And only when it is some seconds old: servers that work in
 * parallel may hand out messages of different senders in another order than they archived them.
 */
import * as archive from '../store/archive.ts';
import * as outbox from '../store/outbox.ts';
import { StanzaError, WireClosed, type Wire } from '../xmpp/wire.ts';
import type { PageRequest } from '../xmpp/xep/xep0059.ts';
import { isFromOwnAccount } from '../xmpp/xep/xep0280.ts';
import { askPage, NS, readResult, type ArchiveResult } from '../xmpp/xep/xep0313.ts';
import { NS as NS_STANZA_ID } from '../xmpp/xep/xep0359.ts';
import type { Element } from '../xmpp/xml.ts';
import type { Account } from './account.ts';
import { applyPage, type CatchUp } from './archive-page.ts';
import type { Notice } from './host.ts';

/** How many messages a page is to have; servers cut it to their own limit. */
const PAGE = 100;
/** How many of the newest messages a new device fetches. */
const FIRST_LOOK = 200;
/** More results than this to one question are no answer (H13). */
const MOST_RESULTS = 1_000;
/** A million messages: beyond that somebody is making them up (H13). */
const MOST_PAGES = 10_000;
/**
 * What left in an earlier session and was not acknowledged lies at the front of what we missed, so that the first pages
 * tell whether it arrived. After this many, what waits is sent all the same.
 */
const PAGES_BEFORE_SENDING = 5;
/** How far before the last message of a forgotten cursor the search begins again, in milliseconds. */
const MARGIN = 60_000;

/**
 * How old a live message is, in milliseconds, when the cursor follows it. ejabberd 23.01 was seen to deliver messages of
 * several senders up to a millisecond out of the order of its archive; a loaded one has more in hand.
 */
const SETTLED_AFTER = 10_000;
/** So many that are not are remembered; in a flood the oldest are followed earlier. */
const MOST_UNSETTLED = 1_000;

/** The results of a running query, in the order in which they came. */
interface Running {
  readonly results: ArchiveResult[];
  isFlooded: boolean;
}

interface Page {
  readonly results: readonly ArchiveResult[];
  readonly isComplete: boolean;
  readonly isStable: boolean;
}

export class History {
  readonly #account: Account;
  readonly #running = new Map<string, Running>();
  /** When this stream began, in milliseconds. */
  #since = 0;
  #isSupported = false;
  #isInStep = false;
  #seesOtherDevices = false;
  /** Archive ids of live messages that the cursor has not followed yet, oldest first. */
  #unsettled: { readonly archiveId: string; readonly at: number }[] = [];

  constructor(account: Account) {
    this.#account = account;
  }

  // ————— What a stream is like —————————————————————————————————————————————————————————————————————————————

  /** A stream began before which something may be missing. */
  begin(): void {
    this.#since = this.#account.profile.host.now();
    this.#isSupported = false;
    this.#isInStep = false;
    this.#seesOtherDevices = false;
    this.#unsettled = [];
  }

  /** Takes over what our own account offers. */
  learn(features: ReadonlySet<string>): void {
    const { profile, id, address } = this.#account;
    this.#isSupported = features.has(NS);
    this.#account.assignsArchiveIds = features.has(NS_STANZA_ID);
    archive.setAssignsIds(profile.database, id, address, this.#account.assignsArchiveIds);
  }

  /** Carbons are on: no message of our other devices is in the archive that we do not get to see as well. */
  seesOtherDevices(): void {
    this.#seesOtherDevices = true;
  }

  /**
   * Takes the archive id of a live message. Returns the cursor that may be committed with it: the id of one that came
   * some seconds ago, unless something before that may be missing.
   */
  follow(archiveId: string | undefined): string | undefined {
    if (!this.#isInStep || !this.#seesOtherDevices || archiveId === undefined) return undefined;
    const now = this.#account.profile.host.now();
    this.#unsettled.push({ archiveId, at: now });
    const isSettled = ({ at }: { at: number }): boolean => Math.abs(now - at) >= SETTLED_AFTER;
    const surplus = this.#unsettled.length - MOST_UNSETTLED;
    const settled = this.#unsettled.findLastIndex((each, index) => index < surplus || isSettled(each));
    return this.#unsettled.splice(0, settled + 1).at(-1)?.archiveId;
  }

  // ————— Asking ————————————————————————————————————————————————————————————————————————————————————————————

  /**
   * Takes a result to its query. Only our own account speaks for our archive, and only to a query that is running
   * (XEP-0313 §security-impersonation, CVE-2019-16237): everything else is dropped. It may be acknowledged at once,
   * because a page that is not committed is fetched again: its cursor has not moved.
   */
  collect(stanza: Element): void {
    const { from } = stanza.attrs;
    const result = readResult(stanza);
    const isOurs = isFromOwnAccount(from, this.#account.address);
    const running = isOurs && result !== undefined ? this.#running.get(result.queryId) : undefined;
    if (running === undefined || result === undefined) {
      this.#account.log('dropped', {
        rule: isOurs ? 'unasked-archive-result' : 'forged-archive-result',
        from,
      });
    } else if (running.results.length < MOST_RESULTS) {
      running.results.push(result);
    } else {
      if (!running.isFlooded) this.#account.log('dropped', { rule: 'archive-flood', from });
      running.isFlooded = true;
    }
  }

  async #ask(wire: Wire, page: PageRequest, start?: number): Promise<Page> {
    const queryId = this.#account.profile.host.id();
    const running: Running = { results: [], isFlooded: false };
    this.#running.set(queryId, running);
    try {
      const query = { queryId, page, ...(start !== undefined && { start }) };
      const fin = await askPage(wire, undefined, query);
      // The results came before the answer, and wait in the account's queue.
      await this.#account.settled();
      if (fin === undefined) throw new Error('the archive gave no answer that could be read');
      const { results, isFlooded } = running;
      // What came behind the last one that the answer names belongs to no page (H10).
      const end = results.findIndex(({ id }) => id === fin.set.last);
      if (end >= 0 && end < results.length - 1) {
        this.#account.log('dropped', {
          rule: 'archive-result-behind-the-end',
          count: results.length - 1 - end,
        });
      }
      return {
        results: end < 0 ? results : results.slice(0, end + 1),
        isComplete: fin.isComplete && !isFlooded,
        isStable: fin.isStable,
      };
    } finally {
      this.#running.delete(queryId);
    }
  }

  // ————— Catching up ———————————————————————————————————————————————————————————————————————————————————————

  /**
   * Fetches what is missing. Sending begins as soon as it cannot double anything: at once, or when the first pages have
   * told which of the messages that left before arrived.
   * @throws StanzaError, WireClosed; what was committed until then stays, and the next stream goes on from there
   */
  async catchUp(wire: Wire): Promise<void> {
    if (!this.#isSupported) return;
    const { profile, id, address } = this.#account;
    const news = new Map<number, Notice>();
    const common = { since: this.#since, last: new Map<number, number>(), news };
    try {
      if (archive.getArchive(profile.database, id, address).cursor === undefined) {
        await this.#lookFirst(wire, { ...common, road: 'past' });
      }
      await this.#goForward(wire, { ...common, road: 'archive' });
    } finally {
      // One notice for each chat, however much came. Of a first look there is none: it is no news.
      for (const notice of news.values()) profile.host.notify(notice);
    }
  }

  /**
   * The newest messages, for a device that has none. Applied as one, because they are told apart from what came after
   * this device by nothing but being fetched here; in the order in which they were said, as the ratchets need it.
   */
  async #lookFirst(wire: Wire, run: CatchUp): Promise<void> {
    this.#letOut(wire); // a new device has nothing on its way
    const found: ArchiveResult[] = [];
    let before = '';
    while (found.length < FIRST_LOOK) {
      const page = await this.#ask(wire, { max: Math.min(PAGE, FIRST_LOOK - found.length), before });
      found.unshift(...page.results);
      const first = page.results[0]?.id;
      if (page.isComplete) break;
      if (first === undefined || first === before) {
        this.#account.log('history-stuck', { direction: 'backwards' });
        break;
      }
      before = first;
    }
    await this.#inTurn(wire, async () => {
      const cursor = found.at(-1)?.id ?? '';
      await applyPage(this.#account, run, found, { cursor, position: wire.handledUpTo });
    });
  }

  async #goForward(wire: Wire, run: CatchUp): Promise<void> {
    const { profile, id, address } = this.#account;
    const { cursor = '', fetchedUpTo } = archive.getArchive(profile.database, id, address);
    let after = cursor;
    let start: number | undefined;
    let isStable = true;
    const passed = new Set([after]);
    for (let count = 1; count <= MOST_PAGES; count += 1) {
      if (count > PAGES_BEFORE_SENDING || !outbox.hasComposed(profile.database, id)) this.#letOut(wire);
      const request = { max: PAGE, ...(after !== '' && { after }) };
      const page = await this.#ask(wire, request, start).catch((error: unknown) => {
        const isForgotten = error instanceof StanzaError && error.condition === 'item-not-found';
        if (!isForgotten || count > 1 || after === '') throw error;
        return undefined;
      });
      if (page === undefined) {
        // The archive has dropped the message at our cursor, and with it (#archives_deletion) all before it.
        this.#account.log('cursor-forgotten');
        after = '';
        start = fetchedUpTo === undefined ? undefined : fetchedUpTo - MARGIN;
        continue;
      }
      // An archive that may change its mind (#query-paging-request) is asked again next time.
      isStable &&= page.isStable;
      const last = page.results.at(-1)?.id;
      const isStuck = !page.isComplete && (last === undefined || passed.has(last));
      await this.#inTurn(wire, async () => {
        const cursor = isStable && !isStuck && last !== undefined ? { cursor: last } : {};
        await applyPage(this.#account, run, page.results, { ...cursor, position: wire.handledUpTo });
        // In the same turn: the next stanza finds the cursor at the end of the archive, with nothing in between.
        if (page.isComplete && isStable && this.#account.wire === wire) this.#isInStep = true;
      });
      if (page.isComplete) return;
      if (last === undefined || isStuck) break;
      passed.add(last);
      after = last;
    }
    this.#account.log('history-stuck', { direction: 'forwards', pages: passed.size });
  }

  #letOut(wire: Wire): void {
    if (this.#account.wire === wire) this.#account.letOut();
  }

  #inTurn(wire: Wire, work: () => Promise<void>): Promise<void> {
    return this.#account.inTurn(async () => {
      if (this.#account.wire !== wire) throw new WireClosed('the stream changed');
      await work();
    });
  }
}
