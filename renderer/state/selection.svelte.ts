/**
 * The messages that a person picked out of a chat, to copy, forward or delete them together. It keeps the rows: what was
 * picked stays picked when the timeline has gone on without it.
 */
import { SvelteMap } from 'svelte/reactivity';
import type { Change, MessageRow } from '../../shared/contract.ts';

/** As many as one call takes. */
export const MOST = 100;

export class Selection {
  readonly #rows = new SvelteMap<number, MessageRow>();
  #isOn = $state(false);
  /** Where a range begins: the last one that was picked by itself. */
  #anchor: number | undefined;

  /** True while messages are picked; there may be none yet. */
  get isOn(): boolean {
    return this.#isOn;
  }
  get size(): number {
    return this.#rows.size;
  }
  has(message: number): boolean {
    return this.#rows.has(message);
  }
  /** In the order in which they were said. */
  get rows(): MessageRow[] {
    return [...this.#rows.values()].sort((a, b) => a.id - b.id);
  }

  begin(row: MessageRow): void {
    this.end();
    this.#isOn = true;
    this.toggle(row);
  }

  toggle(row: MessageRow): void {
    if (!this.#rows.delete(row.id)) this.#add(row);
    this.#anchor = row.id;
  }

  /** Picks everything from the last one picked up to this one. */
  extend(row: MessageRow, all: readonly MessageRow[]): void {
    const from = this.#anchor ?? row.id;
    const [low, high] = [Math.min(from, row.id), Math.max(from, row.id)];
    for (const each of all) if (each.id >= low && each.id <= high) this.#add(each);
  }

  end(): void {
    this.#rows.clear();
    this.#isOn = false;
    this.#anchor = undefined;
  }

  apply(change: Change): void {
    if (change.put === 'message' && this.#rows.has(change.row.id)) this.#rows.set(change.row.id, change.row);
    else if (change.put === 'no-message') this.#rows.delete(change.message);
    else if (change.put === 'no-messages') {
      for (const row of this.#rows.values())
        if (row.chat === change.chat && row.id <= (change.upTo ?? Infinity)) this.#rows.delete(row.id);
    }
  }

  #add(row: MessageRow): void {
    if (this.#rows.size < MOST) this.#rows.set(row.id, row);
  }
}
