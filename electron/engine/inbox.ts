/** What somebody says in the course of something agreed on, in order, for the one who waits for the next of it. */

export class Inbox<T> {
  readonly #items: T[] = [];
  readonly #most: number;
  #wake: (() => void) | undefined;
  #hasEnded = false;

  /** @param most to be kept; who says more without being heard says it in vain */
  constructor(most: number) {
    this.#most = most;
  }

  get isEmpty(): boolean {
    return this.#items.length === 0;
  }

  /** @returns false when it is full */
  push(item: T): boolean {
    if (this.#hasEnded || this.#items.length >= this.#most) return false;
    this.#items.push(item);
    this.#wake?.();
    return true;
  }

  /** Nothing more will come. */
  end(): void {
    this.#hasEnded = true;
    this.#wake?.();
  }

  /**
   * The next one; `undefined` when nothing came within so many milliseconds, or nothing will.
   * @throws the reason of the signal
   */
  async next(patience: number, signal?: AbortSignal): Promise<T | undefined> {
    const time = { isOver: false };
    const wake = (): void => this.#wake?.();
    const timer = setTimeout(() => {
      time.isOver = true;
      wake();
    }, patience);
    signal?.addEventListener('abort', wake, { once: true });
    try {
      for (;;) {
        signal?.throwIfAborted();
        const item = this.#items.shift();
        if (item !== undefined || time.isOver || this.#hasEnded) return item;
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', wake);
      this.#wake = undefined;
    }
  }
}
