/**
 * The search within the open chat: what is typed, which hit the reader is at, and going from one to the next. The
 * hits come from `search`, the place in the messages belongs to `timeline`.
 */
import { readQuery } from '../../shared/query.ts';
import type { Call } from './call.ts';
import { Search } from './search.svelte.ts';
import type { Timeline } from './timeline.svelte.ts';

export class Finding {
  readonly search: Search;
  readonly #timeline: Timeline;
  #text = $state('');
  /** The message of the hit that the reader is at. */
  #current = $state<number>();
  #focusRequests = $state(0);

  constructor(call: Call, timeline: Timeline) {
    this.search = new Search(call);
    this.#timeline = timeline;
  }

  get text(): string {
    return this.#text;
  }
  set text(text: string) {
    this.#text = text;
    const { phrases } = readQuery(text);
    this.#timeline.marks = phrases;
    this.search.ask(phrases.length === 0 ? undefined : { text, chat: this.#timeline.chat });
  }

  /** Grows each time the field is asked for. */
  get focusRequests(): number {
    return this.#focusRequests;
  }

  /** Where the reader is among the hits, the newest is 0; -1 while at none of them. */
  readonly index = $derived.by(() => this.search.hits.findIndex((hit) => hit.message === this.#current));

  requestFocus(text = ''): void {
    if (text !== '') this.text = text;
    this.#focusRequests += 1;
  }

  /** To the next older hit, or the next newer one; from none to the newest. Stays at both ends. */
  step(by: 1 | -1): void {
    const { hits } = this.search;
    const index = this.index === -1 ? 0 : Math.min(hits.length - 1, Math.max(0, this.index + by));
    const hit = hits[index];
    if (hit === undefined) return;
    this.#current = hit.message;
    this.#timeline.goTo(hit.message);
    if (index >= hits.length - 5) this.search.more();
  }

  /** To the first message of a moment (milliseconds since 1970) or after it. */
  goToTime(at: number): void {
    this.#current = undefined;
    this.#timeline.goTo(Math.max(0, Math.floor(at)) * 1_000);
  }

  end(): void {
    this.#timeline.marks = [];
    this.#timeline.forgetFound();
  }
}
