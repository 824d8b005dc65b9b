/** Work of an account that must not overlap, done one after the other. A disk that fails is reported; nothing stops it. */

export class Queue {
  readonly #onFailure: (error: unknown) => void;
  #last: Promise<void> = Promise.resolve();

  /** @param onFailure told what work threw; the next work is done all the same */
  constructor(onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure;
  }

  /** Resolves when all work that was added until now is done. */
  settled(): Promise<void> {
    return this.#last;
  }

  /** Adds work behind the rest. */
  add(work: () => void | Promise<void>): void {
    void this.inTurn(work).catch(() => undefined); // told to `onFailure`
  }

  /** The same for a caller who waits: rejects when the work does. */
  inTurn(work: () => void | Promise<void>): Promise<void> {
    const turn = this.#last.then(work);
    this.#last = turn.catch((error: unknown) => {
      this.#onFailure(error);
    });
    return turn;
  }
}
