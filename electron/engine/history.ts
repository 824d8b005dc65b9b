/**
 * In step with an archive (XEP-0313), our own or a room's: what the stream is like, when the cursor may follow live
 * messages, and when to catch up, to fill and to try again. How pages are walked is in `catch-up.ts` and `backfill.ts`.
 *
 * The rule: the cursor never passes anything that is not committed, but for what the gap ledger says is missing. A live
 * message moves it only when this stream has looked at the archive's end and our other devices' messages come as
 * carbons: before that, a crash behind it would lose what lies in between. And only when it is some seconds old: servers
 * that work in parallel may hand out messages of different senders in another order than they archived them.
 */
import type { BareJid } from '../../shared/jid.ts';
import * as archive from '../store/archive.ts';
import * as gaps from '../store/gaps.ts';
import * as outbox from '../store/outbox.ts';
import { WireClosed, type Wire } from '../xmpp/wire.ts';
import { NS, NS_EXTENDED } from '../xmpp/xep/xep0313.ts';
import { NS as NS_STANZA_ID } from '../xmpp/xep/xep0359.ts';
import type { Element } from '../xmpp/xml.ts';
import type { Account } from './account.ts';
import { ArchiveQueries } from './archive-query.ts';
import { learnArchiving, type Archiving } from './archiving.ts';
import { fillChat, fillPast } from './backfill.ts';
import { delayAfter } from './backoff.ts';
import { fillForward, lookAtEnd, type Ending, type Reading } from './catch-up.ts';
import { HistoryNews } from './history-news.ts';

/**
 * What left in an earlier session and was not acknowledged lies at the front of what we missed, so that the first pages
 * tell whether it arrived. After this many, what waits is sent all the same.
 */
const PAGES_BEFORE_SENDING = 5;

/** How long after a failure a chat that is opened does not ask again by itself, in milliseconds. */
const CALM = 30_000;
/**
 * How old a live message is, in milliseconds, when the cursor follows it. ejabberd 23.01 was seen to deliver messages of
 * several senders up to a millisecond out of the order of its archive; a loaded one has more in hand.
 */
const SETTLED_AFTER = 10_000;
/** So many that are not are remembered; in a flood the oldest are followed earlier. */
const MOST_UNSETTLED = 1_000;

export class History {
  /** Whose archive. */
  readonly archive: BareJid;
  readonly #account: Account;
  readonly #queries: ArchiveQueries;
  readonly #news: HistoryNews;
  /** When this stream began, in milliseconds. */
  #since = 0;
  #isSupported = false;
  #isExtended = false;
  /** A room's archive, which holds nothing but what was said there. */
  readonly #isRoom: boolean;
  /** The end of the archive was seen on this stream: what comes now comes live. */
  #isInStep = false;
  #seesOtherDevices = false;
  /** Archive ids of live messages that the cursor has not followed yet, oldest first. */
  #unsettled: { readonly archiveId: string; readonly at: number }[] = [];

  /** What somebody waits for; what nobody waits for keeps out of its way. */
  readonly #errands = new Set<Promise<unknown>>();
  /** By gap and address, when the archive was asked for something of a chat in vain (milliseconds). */
  readonly #failed = new Map<string, number>();
  /** The stream on which the past is being filled. */
  #filling: Wire | undefined;
  #archiving: Archiving | undefined;
  #failures = 0;
  #retry: NodeJS.Timeout | undefined;

  constructor(account: Account, address: BareJid = account.address) {
    this.#account = account;
    this.archive = address;
    this.#isRoom = address !== account.address;
    this.#queries = new ArchiveQueries(account, address);
    this.#news = new HistoryNews(account);
  }

  // ————— What a stream is like —————————————————————————————————————————————————————————————————————————————

  /** What our server keeps of us, as far as it said so. */
  get archiving(): Archiving | undefined {
    return this.#archiving;
  }

  setArchiving(archiving: Archiving | undefined): void {
    if (archiving === this.#archiving) return;
    this.#archiving = archiving;
    this.#account.profile.announce([{ put: 'account', row: this.#account.row() }]);
  }

  /** A stream began before which something may be missing. */
  begin(): void {
    this.startNow();
    this.#isSupported = false;
    this.#isExtended = false;
    this.#isInStep = false;
    this.#seesOtherDevices = false;
    this.#failures = 0;
    clearTimeout(this.#retry);
    this.#news.forget();
    this.#failed.clear();
    this.#unsettled = [];
  }

  /** From now on messages come live; asked again once the server's clock is known. */
  startNow(): void {
    this.#since = this.#account.clock.now();
  }

  /** Takes over what our own account, or the room, offers. */
  learn(features: ReadonlySet<string>): void {
    const { profile, id } = this.#account;
    this.#isSupported = features.has(NS);
    this.#isExtended = features.has(NS_EXTENDED);
    if (this.#isRoom) return;
    this.#account.assignsArchiveIds = features.has(NS_STANZA_ID);
    archive.setAssignsIds(profile.database, id, this.archive, this.#account.assignsArchiveIds);
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
    const now = this.#account.clock.now();
    this.#unsettled.push({ archiveId, at: now });
    const isSettled = ({ at }: { at: number }): boolean => Math.abs(now - at) >= SETTLED_AFTER;
    const surplus = this.#unsettled.length - MOST_UNSETTLED;
    const settled = this.#unsettled.findLastIndex((each, index) => index < surplus || isSettled(each));
    return this.#unsettled.splice(0, settled + 1).at(-1)?.archiveId;
  }

  /** Takes a result to the query that it belongs to, or drops it. */
  collect(stanza: Element): void {
    this.#queries.collect(stanza);
  }

  // ————— Catching up ———————————————————————————————————————————————————————————————————————————————————————

  /**
   * Brings the newest page, then closes the gaps; what is older than this device comes later, when nobody waits. Sending
   * begins as soon as it cannot double anything: at once, or when the first pages have told which of the messages that
   * left before arrived. Whatever fails while the stream lasts is tried again later.
   * @throws WireClosed when the stream ended; what was committed until then stays, and the next stream goes on from there
   */
  async catchUp(wire: Wire): Promise<void> {
    if (!this.#isRoom) this.#learnArchiving(wire);
    if (this.#isSupported) await this.#catchUp(wire);
    else this.#caughtUp();
  }

  /** A resumed stream: what the last connection began goes on. Nothing was missed meanwhile. */
  goOn(wire: Wire): void {
    if (this.#isSupported) this.#again(wire);
  }

  async #catchUp(wire: Wire): Promise<void> {
    const reading = this.#reading(wire);
    try {
      const endings = [await this.#seeEnd(reading), ...(await this.#closeGaps(reading))];
      if (endings.includes('unstable')) this.#retryLater(wire);
      else {
        this.#failures = 0;
        this.#caughtUp();
      }
      void this.#fillPast(reading);
    } catch (error) {
      if (this.#account.wire !== wire) throw error;
      this.#account.log('history-failed', { error: String(error) });
      this.#retryLater(wire);
    } finally {
      this.#news.announce();
      this.#news.tell();
      this.#account.outbox.flush(); // the receipts of what came
    }
  }

  #caughtUp(): void {
    if (this.#isRoom) return;
    this.#account.readState.caughtUp();
    this.#account.omemo.caughtUp();
  }

  #learnArchiving(wire: Wire): void {
    if (!this.#isSupported) {
      this.setArchiving('not-offered');
      return;
    }
    learnArchiving(wire).then(
      (archiving) => {
        if (this.#account.wire === wire) this.setArchiving(archiving);
      },
      (error: unknown) => {
        this.#account.log('archiving-unknown', { error: String(error) });
      },
    );
  }

  async #seeEnd(reading: Reading): Promise<Ending> {
    if (this.#isInStep) return 'complete';
    const { profile, id } = this.#account;
    // A new device has nothing on its way, unless it was ended before its first look was over.
    const isNew = archive.getArchive(profile.database, id, this.archive).cursor === undefined;
    if (isNew && !outbox.hasComposed(profile.database, id)) this.#letOut(reading);
    let ending: Ending = 'stuck';
    await lookAtEnd(reading, (result) => {
      ending = result;
      // In the same turn: the next stanza finds the cursor at the end of the archive.
      if (ending === 'complete') this.#isInStep = true;
    });
    this.#news.tell();
    return ending;
  }

  /** Oldest first: the ratchets were turned in that order. */
  async #closeGaps(reading: Reading): Promise<Ending[]> {
    const { profile, id } = this.#account;
    const endings: Ending[] = [];
    let pages = 0;
    for (const gap of gaps.listGaps(profile.database, id, this.archive)) {
      if (gap.isPast || gap.isLost) continue;
      const onPage = (): void => {
        pages += 1;
        const mayDouble = pages < PAGES_BEFORE_SENDING && outbox.hasComposed(profile.database, id);
        if (!mayDouble) this.#letOut(reading);
      };
      endings.push(await fillForward(reading, gap, onPage));
    }
    return endings;
  }

  /** Not of rooms: some have more past than anybody reads, and whoever scrolls up gets it. */
  async #fillPast(reading: Reading): Promise<void> {
    if (this.#isRoom || this.#filling === reading.wire) return;
    this.#filling = reading.wire;
    const { profile, id } = this.#account;
    try {
      for (const gap of gaps.listGaps(profile.database, id, this.archive)) {
        if (gap.isPast && !gap.isLost) {
          const ending = await fillPast(reading, gap.id, () => Promise.allSettled(this.#errands));
          if (ending === 'unstable') this.#retryLater(reading.wire);
        }
      }
      this.#news.announce();
    } catch (error) {
      if (this.#account.wire !== reading.wire) return;
      this.#account.log('history-failed', { error: String(error) });
      this.#retryLater(reading.wire);
    } finally {
      if (this.#filling === reading.wire) this.#filling = undefined;
    }
  }

  #retryLater(wire: Wire): void {
    this.#failures += 1;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(
      () => {
        this.#again(wire);
      },
      delayAfter(this.#failures, Math.random()),
    ).unref();
  }

  #again(wire: Wire): void {
    if (this.#account.wire !== wire) return;
    this.catchUp(wire).catch((error: unknown) => {
      if (!(error instanceof WireClosed)) this.#account.log('history-failed', { error: String(error) });
    });
  }

  // ————— On request ————————————————————————————————————————————————————————————————————————————————————————

  /** True when the archive can be asked now. */
  get isReachable(): boolean {
    return this.#isSupported && this.#account.wire !== undefined;
  }

  /**
   * Fetches what a gap holds of a chat, from its newer end, until something new came or nothing is missing.
   * @throws StanzaError, WireClosed; Error when the archive's answers make no sense
   */
  async fill(gap: number, address: BareJid): Promise<void> {
    const { wire } = this.#account;
    if (wire === undefined || !this.#isSupported) throw new WireClosed('the archive cannot be reached');
    const errand = fillChat(this.#reading(wire), gap, address);
    this.#errands.add(errand);
    try {
      await errand;
      this.#failed.delete(`${gap} ${address}`);
    } catch (error) {
      this.#failed.set(`${gap} ${address}`, this.#account.profile.host.now());
      throw error;
    } finally {
      this.#errands.delete(errand);
      this.#news.announce();
    }
  }

  /** True when that failed a moment ago: it is not tried again before somebody asks for it. */
  hasFailed(gap: number, address: BareJid): boolean {
    const at = this.#failed.get(`${gap} ${address}`);
    return at !== undefined && Math.abs(this.#account.profile.host.now() - at) < CALM;
  }

  #reading(wire: Wire): Reading {
    const account = this.#account;
    return {
      account,
      archive: this.archive,
      isRoom: this.#isRoom,
      queries: this.#queries,
      news: this.#news,
      isExtended: this.#isExtended,
      since: this.#since,
      wire,
      inTurn: async (work) => {
        const { promise, resolve } = Promise.withResolvers<Awaited<ReturnType<typeof work>>>();
        await account.inTurn(async () => {
          if (account.wire !== wire) throw new WireClosed('the stream changed');
          resolve(await work());
        });
        return promise;
      },
    };
  }

  #letOut({ wire }: Reading): void {
    const isOurs = this.#account.wire === wire && !this.#isRoom;
    // Once: each time would send the receipts of a page, and a server that handles them has no time for pages.
    if (isOurs && !this.#account.maySend) this.#account.letOut();
  }
}
