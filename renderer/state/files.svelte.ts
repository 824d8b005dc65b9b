/**
 * The files of messages as the engine tells of them, how far those under way are, and which picture is looked at. It
 * holds no contents: those the page loads by `addressOf`.
 */
import { SvelteMap } from 'svelte/reactivity';
import type { Change, FileRow } from '../../shared/contract.ts';
import { forgetFirst, putLast } from '../lib/recent.ts';

interface Known {
  readonly row: FileRow;
  /** The batch or page that it is from. */
  readonly sequence: number;
}

export interface Amount {
  readonly done: number;
  readonly total: number | undefined;
}

/** Where the page finds a file that is here. */
export const addressOf = ({ id }: Pick<FileRow, 'id'>): string => `/file/${String(id)}`;

const NONE: readonly Known[] = [];

export class Files {
  readonly #byMessage = new SvelteMap<number, readonly Known[]>();
  readonly #amounts = new SvelteMap<number, Amount>();
  #viewed = $state<number>();

  /** The files of a message, in order. */
  of(message: number): readonly FileRow[] {
    return (this.#byMessage.get(message) ?? NONE).map(({ row }) => row);
  }

  /** How much of a file has gone its way. */
  amountOf(file: number): Amount | undefined {
    return this.#amounts.get(file);
  }

  /** The picture that is looked at in full. */
  get viewed(): number | undefined {
    return this.#viewed;
  }

  view(file: number | undefined): void {
    this.#viewed = file;
  }

  /** The pictures of a chat that can be looked at, in order. */
  pictures(chat: number): FileRow[] {
    return [...this.#byMessage.values()]
      .flatMap((known) => known.map(({ row }) => row))
      .filter((row) => row.chat === chat && row.kind === 'image' && row.state === 'here')
      .sort((a, b) => a.message - b.message || a.id - b.id);
  }

  /** Takes in what came with a page that was true at `sequence`. */
  take(rows: readonly FileRow[], sequence: number): void {
    for (const row of rows) {
      this.#put(row, sequence);
      putLast(this.#byMessage, row.message, this.#byMessage.get(row.message) ?? NONE);
    }
    forgetFirst(this.#byMessage);
  }

  apply(change: Change, sequence: number): void {
    if (change.put === 'file') {
      this.#put(change.row, sequence);
      if (change.row.state !== 'sending' && change.row.state !== 'fetching')
        this.#amounts.delete(change.row.id);
    } else if (change.put === 'transfer') {
      this.#amounts.set(change.file, { done: change.done, total: change.total });
    } else if (change.put === 'message' && change.row.retracted !== undefined) {
      this.#byMessage.delete(change.row.id);
    } else if (change.put === 'no-message') {
      this.#byMessage.delete(change.message);
    } else if (change.put === 'no-messages' || change.put === 'no-chat') {
      const upTo = change.put === 'no-messages' ? (change.upTo ?? Infinity) : Infinity;
      for (const [message, known] of this.#byMessage) {
        if (known[0]?.row.chat === change.chat && message <= upTo) this.#byMessage.delete(message);
      }
    }
  }

  clear(): void {
    this.#byMessage.clear();
    this.#amounts.clear();
  }

  #put(row: FileRow, sequence: number): void {
    const known = this.#byMessage.get(row.message) ?? NONE;
    const at = known.findIndex((each) => each.row.id === row.id);
    if ((known[at]?.sequence ?? -1) > sequence) return;
    const next = { row, sequence };
    this.#byMessage.set(row.message, at < 0 ? [...known, next] : known.with(at, next));
  }
}
