/**
 * Collects what is written in one turn of the event loop, and lets it leave at the turn's end, after what it stands for
 * is safe. Questions alone need not wait for that. It knows no transport.
 */
import type { TransportEvents, Written } from './transport.ts';

/** A text, and who wants to hear that it left. */
export interface Piece {
  readonly text: string;
  readonly done?: Written | undefined;
}

export class Turn {
  readonly #events: Pick<TransportEvents, 'flushing' | 'leaving'>;
  readonly #send: (pieces: readonly Piece[]) => void;
  readonly #fail: (error: unknown) => void;
  #pieces: Piece[] = [];
  #isPending = false;
  /** Something of what leaves is more than a question. */
  #isSaying = false;
  #isEnding = false;

  /**
   * @param send takes what leaves, in order, and calls back for each piece
   * @param fail hears that nothing leaves, now or ever: it could not be made safe
   */
  constructor(
    events: Pick<TransportEvents, 'flushing' | 'leaving'>,
    send: (pieces: readonly Piece[]) => void,
    fail: (error: unknown) => void,
  ) {
    this.#events = events;
    this.#send = send;
    this.#fail = fail;
  }

  /** Adds a text to what leaves. */
  say(text: string, done?: Written): void {
    this.#isSaying = true;
    this.#add({ text, done });
  }

  /** Adds a text that says nothing of what we did or know. */
  ask(text: string): void {
    this.#add({ text });
  }

  /** The last turn: nothing that only keeps the stream going is added any more. What waits leaves, if only nothing. */
  end(): void {
    this.#isEnding = true;
    this.#flushSoon();
  }

  #add(piece: Piece): void {
    this.#pieces.push(piece);
    this.#flushSoon();
  }

  #flushSoon(): void {
    if (this.#isPending) return;
    this.#isPending = true;
    process.nextTick(() => {
      this.#flush();
    });
  }

  #flush(): void {
    let failure: Error | undefined;
    try {
      if (!this.#isEnding) this.#events.flushing();
      if (this.#isSaying) this.#events.leaving();
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error));
    }
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#isPending = false;
    this.#isSaying = false;
    if (failure === undefined) this.#send(pieces);
    else {
      this.#fail(failure);
      for (const { done } of pieces) done?.(failure);
    }
  }
}
