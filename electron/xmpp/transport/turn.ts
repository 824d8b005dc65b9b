/**
 * Collects what is written in one turn of the event loop, and lets it leave at the turn's end, after what it stands for
 * is safe. It knows no transport.
 */
import type { TransportEvents, Written } from './transport.ts';

export class Turn {
  readonly #events: Pick<TransportEvents, 'flushing' | 'leaving'>;
  readonly #send: (texts: readonly string[]) => void;
  readonly #fail: (error: unknown) => void;
  #texts: string[] = [];
  #done: Written[] = [];
  #isPending = false;
  #isEnding = false;

  /**
   * @param send takes what leaves, in order
   * @param fail hears that nothing leaves, now or ever: it could not be made safe
   */
  constructor(
    events: Pick<TransportEvents, 'flushing' | 'leaving'>,
    send: (texts: readonly string[]) => void,
    fail: (error: unknown) => void,
  ) {
    this.#events = events;
    this.#send = send;
    this.#fail = fail;
  }

  /** Adds a text to what leaves. */
  add(text: string, done?: Written): void {
    this.#texts.push(text);
    if (done !== undefined) this.#done.push(done);
    this.#flushSoon();
  }

  /** The last turn: nothing that only keeps the stream going is added any more. What waits leaves, if only nothing. */
  end(): void {
    this.#isEnding = true;
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
      this.#events.leaving();
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error));
    }
    const [texts, done] = [this.#texts, this.#done];
    this.#texts = [];
    this.#done = [];
    this.#isPending = false;
    if (failure === undefined) this.#send(texts);
    else this.#fail(failure);
    for (const call of done) call(failure);
  }
}
