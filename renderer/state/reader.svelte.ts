/**
 * Where the reader of a timeline is and what that asks for: following the newest message, staying put, loading the
 * next page. The one owner of the scroll position; a wheel, key or pointer of the person ends what it was doing.
 */
import { tick } from 'svelte';
import { isAtEnd, isDriven, isRacing, wantsNewer, wantsOlder, type ScrollPlace } from '../lib/scroll.ts';
import type { Timeline } from './timeline.svelte.ts';

/** What is needed of the virtual list. */
export interface RowList {
  scrollToIndex(
    index: number,
    options?: { align?: 'start' | 'center' | 'end' | 'nearest'; offset?: number },
  ): void;
  findItemIndex(offset: number): number;
}

/** Milliseconds without a scroll after which it is calm again. */
const CALM = 120;
/** Pixels left above the unread line, so that what came before can be seen. */
const ABOVE_UNREAD = 72;

export class Reader {
  readonly #timeline: Timeline;
  scroller: HTMLElement | undefined;
  list = $state.raw<RowList>();
  #isFollowing = $state(true);
  #isPlaced = $state(false);
  #isPlacing = false;
  /** When the person last touched wheel, key or scroll bar: only they end the following. */
  #drivenAt = 0;
  #last = { offset: 0, at: 0 };
  #calm: ReturnType<typeof setTimeout> | undefined;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  /** True while the newest message is meant to stay in view. */
  get isFollowing(): boolean {
    return this.#isFollowing;
  }
  /** True once the first rows stand where they should: nothing is shown before. */
  get isPlaced(): boolean {
    return this.#isPlaced;
  }

  /** Shows the first rows: from the unread line on, or the end. @param unread index of that row, -1 for none. */
  async place(unread: number): Promise<void> {
    if (this.#isPlacing) return;
    this.#isPlacing = true;
    this.#follow(unread === -1);
    await tick();
    if (unread === -1) this.#toEnd();
    else this.list?.scrollToIndex(unread, { align: 'start', offset: -ABOVE_UNREAD });
    await this.#steady();
    this.#isPlaced = true;
    this.settle();
  }

  /** After anything changed its size: the end stays the end for who is there. */
  readonly settle = (): void => {
    if (this.#isFollowing && !this.#timeline.hasNewer) this.#toEnd();
    this.react();
  };

  /** The list tells of new sizes before it has drawn them. */
  readonly settleSoon = (): void => {
    void tick().then(this.settle);
  };

  /** After a scroll: what to load, and whether the end is still followed. */
  readonly react = (): void => {
    const here = this.#where();
    if (!this.#isPlaced || here === undefined) return;
    const { hasOlder, hasNewer, failure } = this.#timeline;
    if (isAtEnd(here) && !hasNewer) this.#follow(true);
    else if (isDriven(this.#drivenAt, performance.now())) this.#follow(false);
    if (failure !== undefined) return;
    if (hasOlder && wantsOlder(here)) void this.#timeline.loadOlder();
    else if (hasNewer && wantsNewer(here)) void this.#timeline.loadNewer();
  };

  /** A scroll happened. While it races by, pictures wait: they would be decoded for nobody. */
  readonly scrolled = (): void => {
    const next = { offset: this.scroller?.scrollTop ?? 0, at: performance.now() };
    if (isDriven(this.#drivenAt, next.at)) this.#timeline.isRacing = isRacing(this.#last, next);
    this.#last = next;
    this.#timeline.move();
    clearTimeout(this.#calm);
    this.#calm = setTimeout(() => this.#timeline.rest(this.list?.findItemIndex(next.offset) ?? 0), CALM);
    this.react();
  };

  /** The person moves something. */
  readonly drive = (): void => {
    this.#drivenAt = performance.now();
  };

  /** To the newest message, loading it first when it is not in the window. */
  readonly goToEnd = async (): Promise<void> => {
    await this.#timeline.jumpToNewest();
    this.#drivenAt = 0;
    this.#follow(true);
    await tick();
    this.#toEnd();
  };

  /** To a message, or to the first one from a moment on (its microseconds since 1970), loading what is around it. */
  readonly goTo = async (place: number): Promise<void> => {
    this.#drivenAt = 0;
    this.#follow(false);
    const message = await this.#timeline.bring(place);
    await tick();
    const index = this.#timeline.messages.findIndex((row) => row.id === message);
    if (index !== -1) {
      this.list?.scrollToIndex(index, { align: 'center' });
      await this.#steady();
    }
    this.#isPlacing = true;
    this.#isPlaced = true;
  };

  /** Resolves when the list has measured what it mounted: two frames without a change, or a fifth of a second. */
  async #steady(): Promise<void> {
    for (let frame = 0, still = 0, size = -1; frame < 12 && still < 2; frame++) {
      await new Promise(requestAnimationFrame);
      this.settle();
      const now = this.scroller?.scrollHeight ?? 0;
      still = now === size ? still + 1 : 0;
      size = now;
    }
  }

  #follow(isFollowing: boolean): void {
    this.#isFollowing = isFollowing;
    this.#timeline.isFollowing = isFollowing;
  }

  #toEnd(): void {
    if (this.scroller) this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  #where(): ScrollPlace | undefined {
    if (this.scroller === undefined) return undefined;
    const { scrollTop, clientHeight, scrollHeight } = this.scroller;
    return { offset: scrollTop, viewport: clientHeight, size: scrollHeight };
  }
}
