/** What people feel about the messages that are shown, as the engine tells of it, and saying what we feel. */
import { SvelteMap } from 'svelte/reactivity';
import type { Change, MessageRow, ReactionRow, ReactionsRow } from '../../shared/contract.ts';
import { forgetFirst, putLast } from '../lib/recent.ts';
import type { Call } from './call.ts';

interface Known {
  readonly row: ReactionsRow;
  /** The batch or page that it is from. */
  readonly sequence: number;
}

/** One emoji under a message. */
export interface Chip {
  readonly emoji: string;
  /** Who says so, in the order in which they did. */
  readonly by: readonly ReactionRow[];
  readonly isOwn: boolean;
}

const NONE: readonly ReactionRow[] = [];

export class Reactions {
  readonly #call: Call;
  readonly #byMessage = new SvelteMap<number, Known>();

  constructor(call: Call) {
    this.#call = call;
  }

  of(message: number): readonly ReactionRow[] {
    return this.#byMessage.get(message)?.row.reactions ?? NONE;
  }

  /** What we feel about a message. */
  ownOf(message: number): ReactionRow | undefined {
    return this.of(message).find(({ isOwn }) => isOwn);
  }

  /** By emoji, in the order in which each was first said. */
  chipsOf(message: number): Chip[] {
    const all = this.of(message);
    return [...new Set(all.flatMap(({ emojis }) => emojis))].map((emoji) => {
      const by = all.filter(({ emojis }) => emojis.includes(emoji));
      return { emoji, by, isOwn: by.some(({ isOwn }) => isOwn) };
    });
  }

  /** True for what others have, so that they can know what we speak of. */
  mayReact({ delivery, unreadable, retracted, call }: MessageRow): boolean {
    const isThere = unreadable === undefined && retracted === undefined && call === undefined;
    return isThere && delivery !== 'queued' && delivery !== 'failed';
  }

  /** Says that we feel this, or takes it back. @throws Refused */
  async toggle(message: number, emoji: string): Promise<void> {
    const own = this.ownOf(message)?.emojis ?? [];
    const emojis = own.includes(emoji) ? own.filter((each) => each !== emoji) : [...own, emoji];
    await this.#call('messages.react', { message, emojis });
  }

  /** Takes in what came with a page that was true at `sequence`. */
  take(rows: readonly ReactionsRow[], sequence: number): void {
    for (const row of rows) {
      this.#put(row, sequence);
      const known = this.#byMessage.get(row.message);
      if (known !== undefined) putLast(this.#byMessage, row.message, known);
    }
    forgetFirst(this.#byMessage);
  }

  apply(change: Change, sequence: number): void {
    if (change.put === 'reactions') this.#put(change.row, sequence);
    else if (change.put === 'no-message') this.#byMessage.delete(change.message);
    else if (change.put === 'no-messages' || change.put === 'no-chat') {
      const upTo = change.put === 'no-messages' ? (change.upTo ?? Infinity) : Infinity;
      for (const [message, { row }] of this.#byMessage) {
        if (row.chat === change.chat && message <= upTo) this.#byMessage.delete(message);
      }
    }
  }

  clear(): void {
    this.#byMessage.clear();
  }

  #put(row: ReactionsRow, sequence: number): void {
    const known = this.#byMessage.get(row.message);
    if (known === undefined || known.sequence <= sequence)
      this.#byMessage.set(row.message, { row, sequence });
  }
}
