/**
 * The people in one room as somebody looks at them: only the pages that are looked at are here, of ten thousand too. Asks
 * again when the room says that they have changed, once for many changes.
 */
import { SvelteMap } from 'svelte/reactivity';
import type { OccupantRow } from '../../shared/contract.ts';
import type { Call } from './call.ts';

export const PAGE = 100;
/** So many pages are asked for again after a change; the others when they are looked at. */
const KEPT = 3;
/** Milliseconds; in a room of thousands somebody comes or goes all the time. */
const CALM = 400;

export class Crowd {
  readonly chat: number;
  readonly #call: Call;
  readonly #report: (failure: unknown) => void;
  readonly #rows = new SvelteMap<number, OccupantRow>();
  #total = $state<number>();
  #search = '';
  /** Pages that were wanted, the last one first. */
  #wanted: number[] = [];
  /** Pages on their way. */
  readonly #asking = new Set<number>();
  /** Answers to an earlier search count no more. */
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(call: Call, chat: number, report: (failure: unknown) => void) {
    this.#call = call;
    this.chat = chat;
    this.#report = report;
  }

  /** How many there are; nothing before the first answer. */
  get total(): number | undefined {
    return this.#total;
  }

  get search(): string {
    return this.#search;
  }

  /** The one at this place, if they are here. */
  at(index: number): OccupantRow | undefined {
    return this.#rows.get(index);
  }

  /** Somebody looks at this place. */
  want(index: number): void {
    const page = Math.floor(index / PAGE);
    this.#wanted = [page, ...this.#wanted.filter((each) => each !== page)].slice(0, KEPT);
    if (!this.#rows.has(index) && !this.#asking.has(page)) void this.#ask(page);
  }

  /** Only those whose name or address has this in it. */
  find(search: string): void {
    if (search === this.#search && this.#total !== undefined) return;
    this.#search = search;
    this.#turn += 1;
    this.#wanted = [0];
    void this.#ask(0, true);
  }

  /** They have changed: asks for what is looked at again, soon and once. */
  refreshSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const [first = 0, ...others] = this.#wanted;
      this.#turn += 1;
      void this.#ask(first, true).then(() => Promise.all(others.map((page) => this.#ask(page))));
    }, CALM);
  }

  /** Nobody looks any more. */
  close(): void {
    clearTimeout(this.#timer);
    this.#turn += 1;
  }

  /** @param isAnew what is here is not true any more */
  async #ask(page: number, isAnew = false): Promise<void> {
    const turn = this.#turn;
    if (isAnew) this.#asking.clear();
    this.#asking.add(page);
    const search = this.#search.trim();
    try {
      const { occupants, total } = await this.#call('rooms.occupants', {
        chat: this.chat,
        offset: page * PAGE,
        limit: PAGE,
        ...(search !== '' && { search }),
      });
      if (turn !== this.#turn) return;
      if (isAnew) this.#rows.clear();
      occupants.forEach((row, i) => this.#rows.set(page * PAGE + i, row));
      this.#total = total;
    } catch (failure) {
      if (turn === this.#turn) this.#report(failure);
    } finally {
      if (turn === this.#turn) this.#asking.delete(page);
    }
  }
}
