/**
 * One contiguous window onto the messages of one chat: pages older and newer, follows what is announced, and drops
 * the far side when it grows past its limit. Knows ids and order, not pixels.
 */
import { tick } from 'svelte';
import type { Batch, Change, ChatRow, Gap, MessageRow, Output } from '../../shared/contract.ts';
import type { Phrase } from '../../shared/query.ts';
import { Refused, type Call } from './call.ts';
import { Selection } from './selection.svelte.ts';

const PAGE = 60;
/** Unread counts up to here are loaded with the newest page; beyond, the reader starts at the first unread. */
const UNREAD_AT_ONCE = 140;
const LIMIT = 600;
/** As many are kept while the reader moves on without a rest. */
const MOST = 1_800;
/** Loaded around a message that is gone to. */
const AROUND = 100;

type Side = 'older' | 'newer';
type Loading = 'first' | Side;

export class Timeline {
  readonly chat: number;
  /** The last message read when the chat was opened: the unread line stays there while it is open. */
  readonly unreadAfter: number | undefined;
  readonly #unread: number;
  readonly #call: Call;

  #messages = $state.raw<readonly MessageRow[]>([]);
  #hasOlder = $state(false);
  #hasNewer = $state(false);
  #loading = $state<Loading>();
  #failure = $state.raw<unknown>();
  #wanted = $state.raw<{ readonly message: number }>();
  #found = $state<number>();
  #gaps = $state.raw<readonly Gap[]>([]);
  /** The messages from which somebody went to others, the last one last. */
  #returns = $state.raw<readonly number[]>([]);
  #isRefreshing = false;
  #underWay: Promise<unknown> = Promise.resolve();
  /** What the person picked out of it. */
  readonly selection = new Selection();
  /** Words to mark in the messages: what was searched for. */
  marks = $state.raw<readonly Phrase[]>([]);
  /** Batches announced while a page is on its way; the page may be older than they are. */
  #meanwhile: Batch[] = [];
  /** For rows that came with a page: the sequence they are true at. Older batches say nothing new about them. */
  #since = new Map<number, number>();
  /** True while the reader follows the newest message; set by the view. Arrivals never push out what is read. */
  isFollowing = true;

  /** True while it scrolls by too fast to be looked at; set by the view. */
  isRacing = $state(false);
  /** True between the first scroll and its rest. */
  #isMoving = false;

  readonly #take: (page: Output<'messages.page'>) => void;

  /** @param take told of each page, for what comes with it beside messages */
  constructor(call: Call, chat: ChatRow, take: (page: Output<'messages.page'>) => void = () => undefined) {
    this.#call = call;
    this.#take = take;
    this.chat = chat.id;
    this.#unread = chat.unread;
    this.unreadAfter = chat.unread > 0 ? chat.readUpTo : undefined;
  }

  get messages(): readonly MessageRow[] {
    return this.#messages;
  }
  get hasOlder(): boolean {
    return this.#hasOlder;
  }
  /** True while the newest message is not in the window. */
  get hasNewer(): boolean {
    return this.#hasNewer;
  }
  get loading(): Loading | undefined {
    return this.#loading;
  }
  /** Why the last page did not come. */
  get failure(): unknown {
    return this.#failure;
  }
  /** Where the view is asked to go; each request is another object. */
  get wanted(): { readonly message: number } | undefined {
    return this.#wanted;
  }
  /** Where messages are known to be missing in the window: everywhere else it is contiguous. */
  get gaps(): readonly Gap[] {
    return this.#gaps;
  }
  /** The message that is pointed out, because somebody went to it. */
  get found(): number | undefined {
    return this.#found;
  }
  readonly newest = $derived.by(() => this.#messages.at(-1));

  /** Loads what the reader should see first: the first unread message if there is one, the newest otherwise. */
  async open(): Promise<void> {
    if (this.unreadAfter === undefined || this.#unread <= UNREAD_AT_ONCE) {
      await this.#load('first', { limit: Math.min(200, Math.max(PAGE, this.#unread + 20)) });
      return;
    }
    await this.#load('first', { after: this.unreadAfter, limit: PAGE });
    await this.loadOlder();
  }

  /** Goes to a message that another one speaks of; `goBack` leads back to that. */
  jump(from: number, to: number): void {
    this.#returns = [...this.#returns, from];
    this.goTo(to);
  }

  /** True while there is a message to go back to. */
  get canGoBack(): boolean {
    return this.#returns.length > 0;
  }

  goBack(): void {
    const last = this.#returns.at(-1);
    this.#returns = this.#returns.slice(0, -1);
    if (last !== undefined) this.goTo(last);
  }

  /** Asks the view to go to a message, or to the first one from a moment on (its microseconds since 1970). */
  goTo(message: number): void {
    this.#wanted = { message };
  }

  /**
   * Brings what surrounds a place into the window and points out the message that is there, or the next one.
   * @returns its id; nothing when the chat has no messages, or they did not come
   */
  async bring(place: number): Promise<number | undefined> {
    await this.#underWay; // a page that is on its way would be put into the wrong surroundings
    if (!this.#messages.some((row) => row.id === place)) {
      await this.#load('first', { around: place, limit: AROUND });
      if (this.#failure !== undefined) return undefined;
    }
    this.#found = (this.#messages.find((row) => row.id >= place) ?? this.#messages.at(-1))?.id;
    return this.#found;
  }

  /** Nothing is pointed out any more. */
  forgetFound(): void {
    this.#found = undefined;
  }

  async loadOlder(): Promise<void> {
    const first = this.#messages[0];
    if (first !== undefined && this.#hasOlder) await this.#load('older', { before: first.id, limit: PAGE });
  }

  async loadNewer(): Promise<void> {
    const last = this.#messages.at(-1);
    if (last !== undefined && this.#hasNewer) await this.#load('newer', { after: last.id, limit: PAGE });
  }

  /** Throws the window away for the newest page, when that is not in it. */
  async jumpToNewest(): Promise<void> {
    this.#returns = [];
    if (this.#hasNewer) await this.#load('first', { limit: PAGE });
  }

  /** Asks for what is missing at a gap, and shows what came. */
  async fill({ gap }: Gap): Promise<void> {
    this.#mark(gap, 'loading');
    try {
      await this.#call('messages.fill', { chat: this.chat, gap });
      await this.#cross(gap);
    } catch (failure) {
      const isOffline = failure instanceof Refused && failure.code === 'offline';
      this.#mark(gap, isOffline ? 'offline' : 'failed');
    }
  }

  #mark(gap: number, state: Gap['state']): void {
    this.#gaps = this.#gaps.map((each) => (each.gap === gap ? { ...each, state } : each));
  }

  /** A gap is smaller than it was, or closed: the window begins or ends there, and goes on with what is there now. */
  async #cross(gap: number): Promise<void> {
    const line = this.#gaps.find((each) => each.gap === gap);
    if (line === undefined) return;
    await this.#underWay;
    this.#gaps = this.#gaps.filter((each) => each.gap !== gap);
    if (line.above === 0) {
      await this.#load('first', { limit: PAGE });
      return;
    }
    const at = this.#messages.findIndex(({ id }) => id === line.above);
    if (at < 0) return;
    if (at === 0 || this.isFollowing) {
      this.#keep(this.#messages.slice(at));
      this.#hasOlder = true;
      await this.loadOlder();
    } else {
      this.#keep(this.#messages.slice(0, at));
      this.#hasNewer = true;
      await this.loadNewer();
    }
  }

  #keep(rows: readonly MessageRow[]): void {
    this.#messages = rows;
    this.#gaps = linesOf(this.#gaps, rows);
  }

  /** Archived messages came into the chat: those behind the last one here are asked for. */
  async #refresh(): Promise<void> {
    if (this.#isRefreshing) return;
    this.#isRefreshing = true;
    await this.#underWay;
    this.#isRefreshing = false;
    const last = this.#messages.at(-1);
    const end = this.#gaps.find(({ above }) => above === 0);
    if (last === undefined) await this.open();
    else if (end !== undefined) await this.#cross(end.gap);
    else if (this.#hasNewer) return;
    else if (!this.isFollowing && this.#messages.length + PAGE > LIMIT) this.#hasNewer = true;
    else await this.#load('newer', { after: last.id, limit: PAGE });
  }

  apply(batch: Batch): void {
    if (this.#loading !== undefined) this.#meanwhile.push(batch);
    for (const change of batch.changes) this.#change(change, batch.sequence);
  }

  #change(change: Change, sequence: number): void {
    this.selection.apply(change);
    if (change.put === 'history' && change.chat === this.chat) void this.#refresh();
    if (change.put === 'no-gap') void this.#cross(change.gap);
    if (change.put === 'no-message' && change.chat === this.chat) {
      this.#messages = this.#messages
        .filter((row) => row.id !== change.message)
        .map((row) => (row.reply?.message === change.message ? { ...row, reply: {} } : row));
    }
    if (change.put === 'no-messages' && change.chat === this.chat) {
      const { upTo = Infinity } = change;
      this.#messages = this.#messages
        .filter(({ id }) => id > upTo)
        .map((row) => ((row.reply?.message ?? Infinity) <= upTo ? { ...row, reply: {} } : row));
    }
    if (change.put !== 'message' || change.row.chat !== this.chat) return;
    const { row } = change;
    if ((this.#since.get(row.id) ?? -1) >= sequence) return;
    const rows = this.#messages;
    const at = place(rows, row.id);
    const isAtEnd = at === rows.length;
    if (rows[at]?.id === row.id) {
      this.#messages = rows.with(at, row);
    } else if (isAtEnd && rows.length >= LIMIT && !this.isFollowing) {
      this.#hasNewer = true;
    } else if ((at > 0 || !this.#hasOlder) && !(isAtEnd && this.#hasNewer)) {
      // Elsewhere its neighbours are unknown: it comes with its page.
      this.#messages = rows.toSpliced(at, 0, row);
      // What was missing behind the last message is missing above this one now.
      if (isAtEnd) this.#gaps = this.#gaps.map((gap) => (gap.above === 0 ? { ...gap, above: row.id } : gap));
      void this.#trim(this.isFollowing ? 'older' : 'newer');
    }
  }

  async #load(
    loading: Loading,
    range: {
      readonly before?: number;
      readonly after?: number;
      readonly around?: number;
      readonly limit: number;
    },
  ): Promise<void> {
    if (this.#loading !== undefined) return;
    this.#loading = loading;
    this.#failure = undefined;
    this.#meanwhile = [];
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#underWay = promise;
    try {
      const page = await this.#call('messages.page', { chat: this.chat, ...range });
      this.#join(loading, range.after !== undefined, page);
      for (const { sequence, changes } of this.#meanwhile) {
        if (sequence > page.sequence) for (const change of changes) this.#change(change, sequence);
      }
    } catch (failure) {
      this.#failure = failure;
    } finally {
      this.#loading = undefined;
      this.#meanwhile = [];
      resolve(undefined);
    }
  }

  #join(loading: Loading, isForward: boolean, page: Output<'messages.page'>): void {
    this.#take(page);
    if (loading === 'first') this.#since.clear();
    for (const { id } of page.messages) this.#since.set(id, page.sequence);
    if (loading === 'first') {
      this.#messages = page.messages;
      this.#hasOlder = isForward || page.hasMore;
      this.#hasNewer = page.hasNewer ?? (isForward && page.hasMore);
    } else if (loading === 'older') {
      this.#hasOlder = page.hasMore;
      this.#messages = merged(page.messages, this.#messages);
      void this.#trim('newer');
    } else {
      this.#hasNewer = page.hasMore;
      this.#messages = merged(this.#messages, page.messages);
      void this.#trim('older');
    }
    const known = loading === 'first' ? [] : this.#gaps;
    const news = page.gaps ?? [];
    const others = known.filter((each) => !news.some(({ gap }) => gap === each.gap));
    this.#gaps = linesOf([...others, ...news], this.#messages);
  }

  /** The view scrolls. */
  move(): void {
    this.#isMoving = true;
  }

  /** The view has come to rest. @param at the index of a message in it */
  rest(at: number): void {
    this.#isMoving = false;
    this.isRacing = false;
    // A page that is on its way belongs to the rows that are there, and trims when it comes.
    if (this.#loading === undefined) void this.#trim(at > this.#messages.length / 2 ? 'older' : 'newer', at);
  }

  /**
   * Drops the side that the reader is going away from, when nothing moves: a virtual list sets the offset anew for rows
   * that went above, and a scroll that is under way would start from the wrong place. In a step of its own, after the page
   * was rendered: it knows its rows by their number, and rows that come at one end while others go at the other look like
   * none.
   * @param at the index of a message around which nothing goes; the last one of the other side when not given
   */
  async #trim(side: Side, at = side === 'older' ? Infinity : 0): Promise<void> {
    const most = this.#isMoving ? MOST : LIMIT;
    if (this.#messages.length <= most) return;
    await tick();
    const rows = this.#messages;
    if (rows.length <= most) return;
    if (side === 'older') this.#hasOlder = true;
    else this.#hasNewer = true;
    this.#keep(
      side === 'older'
        ? rows.slice(Math.max(0, Math.min(rows.length - LIMIT, at - LIMIT / 2)))
        : rows.slice(0, Math.max(LIMIT, at + LIMIT / 2)),
    );
  }
}

/** The gaps whose place is among these messages, or behind the last one. */
function linesOf(gaps: readonly Gap[], rows: readonly MessageRow[]): readonly Gap[] {
  return gaps.filter(({ above }) => above === 0 || rows[place(rows, above)]?.id === above);
}

/** The index of the id, or where it belongs. */
function place(rows: readonly MessageRow[], id: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.id ?? Infinity) < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Ascending and without doubles; the later list wins. */
function merged(a: readonly MessageRow[], b: readonly MessageRow[]): readonly MessageRow[] {
  const rows = new Map<number, MessageRow>();
  for (const row of [...a, ...b]) rows.set(row.id, row);
  return [...rows.values()].sort((x, y) => x.id - y.id);
}
