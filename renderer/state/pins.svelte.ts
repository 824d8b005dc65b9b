/** The pinned messages of the open chat, as the engine tells of them, and the one that is shown of them. */
import type { Change, MessageRow } from '../../shared/contract.ts';
import type { Call } from './call.ts';

export class Pins {
  readonly #call: Call;
  #chat: number | undefined;
  #rows = $state.raw<readonly MessageRow[]>([]);
  /** How many steps back from the newest one. */
  #back = $state(0);

  constructor(call: Call) {
    this.#call = call;
  }

  /** From the oldest to the newest. */
  get rows(): readonly MessageRow[] {
    return this.#rows;
  }
  /** Its place among them, from 0; the newest one to begin with. */
  readonly place = $derived.by(() =>
    this.#rows.length === 0 ? -1 : this.#rows.length - 1 - (this.#back % this.#rows.length),
  );
  readonly shown = $derived.by((): MessageRow | undefined => this.#rows[this.place]);

  /** Another chat is open, or none. @throws Refused */
  async open(chat: number | undefined): Promise<void> {
    this.#chat = chat;
    this.#rows = [];
    this.#back = 0;
    if (chat === undefined) return;
    const { messages } = await this.#call('messages.pinned', { chat });
    // What was announced meanwhile is newer than the answer.
    if (this.#chat !== chat) return;
    const known = new Set(this.#rows.map(({ id }) => id));
    this.#set([...messages.filter(({ id }) => !known.has(id)), ...this.#rows]);
  }

  /** The one that is shown, to go to; the one before it is shown then, and after the oldest the newest. */
  next(): MessageRow | undefined {
    const { shown } = this;
    if (this.#rows.length > 0) this.#back = (this.#back + 1) % this.#rows.length;
    return shown;
  }

  /** @throws Refused */
  async set(message: number, isPinned: boolean): Promise<void> {
    await this.#call('messages.pin', { message, isPinned });
  }

  apply(change: Change): void {
    if (change.put === 'message' && change.row.chat === this.#chat) {
      const { row } = change;
      const isKnown = this.#rows.some(({ id }) => id === row.id);
      const isPinned = row.isPinned === true && row.retracted === undefined;
      if (!isKnown && !isPinned) return;
      const others = this.#rows.filter(({ id }) => id !== row.id);
      if (isPinned && !isKnown) this.#back = 0;
      this.#set(isPinned ? [...others, row] : others);
    } else if (change.put === 'no-message') {
      this.#set(this.#rows.filter(({ id }) => id !== change.message));
    } else if (change.put === 'no-messages' && change.chat === this.#chat) {
      this.#set(this.#rows.filter(({ id }) => id > (change.upTo ?? Infinity)));
    }
  }

  #set(rows: readonly MessageRow[]): void {
    this.#rows = rows.toSorted((a, b) => a.id - b.id);
  }
}
